/** Which events are looked for: in the address, and as the server is asked. Pure. */

import type { EventQuery, Label } from '../api/types';
import { LABELS } from '../rules/sentence';
import { DAY_US, dayAfter, HOUR_US, instantOf, isDay, parseClock } from '../time/zone';

export const LASTS = { '1h': HOUR_US, '24h': DAY_US, '7d': 7 * DAY_US } as const;
export type Last = keyof typeof LASTS;

export interface Filters {
  camera: string | null;
  zone: string | null;
  rule: string | null;
  label: Label | null;
  /** The time up to now, or one local day with times of day inside it; all time with neither. */
  last: Last | null;
  day: string | null;
  from: string | null;
  to: string | null;
}

export const NO_FILTERS: Filters = {
  camera: null,
  zone: null,
  rule: null,
  label: null,
  last: null,
  day: null,
  from: null,
  to: null,
};

function clockOf(text: string | null): string | null {
  return text !== null && parseClock(text) !== null ? text : null;
}

/** Reads the address; what it does not understand it leaves out. */
export function filtersOf(query: URLSearchParams): Filters {
  const camera = query.get('camera');
  const label = query.get('class');
  const last = query.get('last');
  const day = query.get('day');
  const known = day !== null && isDay(day) ? day : null;
  return {
    camera,
    zone: query.get('zone'),
    rule: query.get('rule'),
    label: LABELS.find((each) => each === label) ?? null,
    last: known === null && last !== null && Object.hasOwn(LASTS, last) ? (last as Last) : null,
    day: known,
    from: known === null ? null : clockOf(query.get('from')),
    to: known === null ? null : clockOf(query.get('to')),
  };
}

/** The filters as changes to the address. */
export function addressOf(filters: Filters): Record<string, string | null> {
  const { camera, zone, rule, label, last, day, from, to } = filters;
  return { camera, zone, rule, class: label, last, day, from, to };
}

/** Another camera has other zones and rules. */
export function withCamera(filters: Filters, camera: string | null): Filters {
  return { ...filters, camera, zone: null, rule: null };
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== null);
}

/**
 * What to ask the server at `nowUs`. An end of day at or before the start lies on the next day, as
 * in a rule's schedule.
 */
export function queryOf(filters: Filters, zone: string, nowUs: number): EventQuery {
  const asked: EventQuery = {};
  if (filters.camera !== null) asked.camera_id = filters.camera;
  if (filters.zone !== null) asked.zone_id = filters.zone;
  if (filters.rule !== null) asked.rule_id = filters.rule;
  if (filters.label !== null) asked.label = filters.label;
  if (filters.last !== null) asked.start_us = Math.floor(nowUs) - LASTS[filters.last];
  if (filters.day !== null) {
    const from = parseClock(filters.from ?? '00:00') ?? 0;
    const to = filters.to === null ? null : parseClock(filters.to);
    const next = to === null || to <= from;
    asked.start_us = instantOf(filters.day, from, zone);
    asked.end_us = instantOf(next ? dayAfter(filters.day, 1) : filters.day, to ?? 0, zone);
  }
  return asked;
}
