/** Hourly counts as rows of a heat strip and as lines of a chart. Pure; hours begin on UTC hours. */

import type { HourCount, Label, Span } from '../api/types';
import { HOUR_US } from '../time/zone';

/** How many came in, or the most at once. */
export type Measure = 'entered' | 'peak';
export const MEASURES: readonly Measure[] = ['entered', 'peak'];

/** Classes taken together. */
export type Group = 'all' | 'people' | 'vehicles';
export const GROUPS: readonly Group[] = ['all', 'people', 'vehicles'];

const VEHICLES: readonly Label[] = ['bicycle', 'motorcycle', 'car', 'bus', 'truck', 'vehicle'];
/** How many shades the strip has besides the one for nothing. */
export const SHADES = 6;

function within(group: Group, label: Label): boolean {
  if (group === 'all') return true;
  return group === 'people' ? label === 'person' : VEHICLES.includes(label);
}

/** The hours that a span touches, as their first microseconds. */
export function hoursOf(span: Span): number[] {
  const hours: number[] = [];
  for (let us = Math.floor(span.start_us / HOUR_US) * HOUR_US; us < span.end_us; us += HOUR_US) {
    hours.push(us);
  }
  return hours;
}

/**
 * One value an hour for one zone, or the whole picture with null. What came in adds up over classes;
 * of the most at once the largest class stands, since their moments may differ. Hours that have not
 * begun are null.
 */
export function hourly(
  counts: readonly HourCount[],
  hours: readonly number[],
  zone: string | null,
  group: Group,
  measure: Measure,
  nowUs: number,
): (number | null)[] {
  const values = new Map<number, number>();
  for (const count of counts) {
    if (count.zone_id !== zone || !within(group, count.label)) continue;
    const so = values.get(count.hour_us) ?? 0;
    const next = measure === 'entered' ? so + count.entered : Math.max(so, count.peak);
    values.set(count.hour_us, next);
  }
  return hours.map((hour) => (hour > nowUs ? null : (values.get(hour) ?? 0)));
}

/** 0 for nothing, then 1 to `SHADES`; by the root, so that a quiet place still shows its day. */
export function shade(value: number | null, most: number): number {
  if (value === null || value <= 0 || most <= 0) return 0;
  return Math.max(1, Math.ceil(Math.sqrt(Math.min(1, value / most)) * SHADES));
}

export interface Line {
  zone: string | null;
  name: string;
  values: (number | null)[];
}

/**
 * Columns as uPlot takes them: seconds, then one line each. A stair needs one more instant at the
 * end of its last step, which holds the step's value once more.
 */
export function columns(hours: readonly number[], lines: readonly Line[]): (number | null)[][] {
  const end = (hours.at(-1) ?? 0) + HOUR_US;
  return [
    [...hours, end].map((hour) => hour / 1_000_000),
    ...lines.map(({ values }) => {
      const known = knownHours(values);
      return [...values, null].map((value, at) =>
        at === known ? (values[known - 1] ?? null) : value,
      );
    }),
  ];
}

/** How many hours have begun. */
export function knownHours(values: readonly (number | null)[]): number {
  return values.findLastIndex((value) => value !== null) + 1;
}

/** The hour with the most; null while nothing was counted. */
export function busiest(
  hours: readonly number[],
  values: readonly (number | null)[],
): { hour: number; value: number } | null {
  let found: { hour: number; value: number } | null = null;
  hours.forEach((hour, index) => {
    const value = values[index] ?? 0;
    if (value > (found?.value ?? 0)) found = { hour, value };
  });
  return found;
}

export function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((so, value) => so + (value ?? 0), 0);
}
