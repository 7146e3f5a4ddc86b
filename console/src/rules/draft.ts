/** A rule as the editor holds it, on its way from and to the server. Pure. */

import type { Condition, Label, Rule, RuleInput, Schedule, Zone } from '../api/types';
import type { Fault } from '../cameras/draft';
import { simplest } from './schedule';

export interface RuleDraft extends Omit<RuleInput, 'seconds' | 'count' | 'speed_kmh' | 'heading'> {
  /** Null for one that the server does not know yet. */
  id: string | null;
  seconds: number | null;
  count: number | null;
  speed_kmh: number | null;
  heading: number;
}

export type RuleField = 'name' | 'zone_id' | 'labels' | 'seconds' | 'count' | 'speed_kmh' | 'days' | 'hold_s' | 'cool_down_s';
export type RuleFaults = Partial<Record<RuleField, Fault>>;

const VEHICLES: readonly Label[] = ['bicycle', 'motorcycle', 'car', 'bus', 'truck', 'vehicle'];
/** Conditions that are mostly meant for vehicles, so that a change to them begins with those. */
const DRIVEN: readonly Condition[] = ['stopped', 'wrong_way', 'speed'];
const MOST_SECONDS = 86_400;

/** What can be asked of a zone: a line is crossed; a speed needs a scale. */
export function conditionsFor(zone: Zone | undefined): Condition[] {
  if (!zone || zone.kind === 'private') return [];
  if (zone.kind === 'line') return ['crosses'];
  const all: Condition[] = ['enters', 'stays', 'count', 'stopped', 'wrong_way'];
  return zone.width_m === null ? all : [...all, 'speed'];
}

/** Classes that a condition may be about: only vehicles stop in the sense of the rule. */
export function labelsFor(condition: Condition): readonly Label[] | null {
  return condition === 'stopped' ? VEHICLES : null;
}

export function needsSeconds(condition: Condition): boolean {
  return condition === 'stays' || condition === 'stopped';
}

export function blankRule(zone: Zone, name: string): RuleDraft {
  const condition = conditionsFor(zone)[0] ?? 'enters';
  return {
    id: null,
    zone_id: zone.id,
    name,
    labels: ['person'],
    condition,
    seconds: 0,
    count: 5,
    direction: 'any',
    heading: 0,
    speed_kmh: 30,
    schedule: null,
    hold_s: 3,
    cool_down_s: 30,
    enabled: false,
  };
}

export function ruleDraftOf(rule: Rule): RuleDraft {
  const { id, zone_id, name, labels, condition, seconds, direction, schedule } = rule;
  const { hold_s, cool_down_s, enabled } = rule;
  return {
    ...{ id, zone_id, name, labels: [...labels], condition, seconds, direction, schedule },
    ...{ hold_s, cool_down_s, enabled },
    count: rule.condition === 'count' ? rule.count : 5,
    heading: rule.heading ?? 0,
    speed_kmh: rule.speed_kmh ?? 30,
  };
}

/** The draft with another condition, and with what that condition asks for. */
export function withCondition(draft: RuleDraft, condition: Condition): RuleDraft {
  const allowed = DRIVEN.includes(condition) ? VEHICLES : null;
  const kept = allowed ? draft.labels.filter((label) => allowed.includes(label)) : draft.labels;
  const labels: Label[] = kept.length > 0 ? kept : ['motorcycle', 'car', 'bus', 'truck', 'vehicle'];
  const seconds = needsSeconds(condition)
    ? (draft.seconds ?? 0) > 0
      ? draft.seconds
      : condition === 'stays'
        ? 30
        : 60
    : needsSeconds(draft.condition)
      ? 0
      : draft.seconds;
  return { ...draft, condition, labels, seconds };
}

/** The draft in another zone; a condition that the zone does not know gives way. */
export function withZone(draft: RuleDraft, zone: Zone): RuleDraft {
  const known = conditionsFor(zone);
  const next = { ...draft, zone_id: zone.id };
  if (known.includes(draft.condition)) return next;
  return withCondition(next, known[0] ?? 'enters');
}

function whole(value: number | null, least: number, most: number): boolean {
  return value !== null && Number.isInteger(value) && value >= least && value <= most;
}

export function ruleFaults(draft: RuleDraft): RuleFaults {
  const faults: RuleFaults = {};
  if (draft.name.trim() === '') faults.name = 'required';
  if (draft.zone_id === '') faults.zone_id = 'required';
  if (draft.labels.length === 0) faults.labels = 'labels';
  const least = needsSeconds(draft.condition) ? 1 : 0;
  if (!whole(draft.seconds, least, MOST_SECONDS)) faults.seconds = 'number';
  if (draft.condition === 'count' && !whole(draft.count, 1, 1000)) faults.count = 'number';
  if (draft.condition === 'speed' && !whole(draft.speed_kmh, 1, 300)) faults.speed_kmh = 'number';
  if (!whole(draft.hold_s, 0, 3600)) faults.hold_s = 'number';
  if (!whole(draft.cool_down_s, 0, MOST_SECONDS)) faults.cool_down_s = 'number';
  if (draft.schedule?.days.length === 0) faults.days = 'days';
  return faults;
}

export function ruleInputOf(draft: RuleDraft): RuleInput {
  const { condition } = draft;
  const schedule: Schedule | null =
    draft.schedule &&
    simplest({ ...draft.schedule, days: [...draft.schedule.days].sort((a, b) => a - b) });
  return {
    zone_id: draft.zone_id,
    name: draft.name.trim(),
    labels: draft.labels,
    condition,
    seconds: condition === 'crosses' ? 0 : (draft.seconds ?? 0),
    count: condition === 'count' ? (draft.count ?? 1) : 1,
    direction: condition === 'crosses' ? draft.direction : 'any',
    heading: condition === 'wrong_way' ? draft.heading : null,
    speed_kmh: condition === 'speed' ? draft.speed_kmh : null,
    schedule,
    hold_s: draft.hold_s,
    cool_down_s: draft.cool_down_s,
    enabled: draft.enabled,
  };
}
