/** When a rule is awake, in the words of people. Pure; minutes are those of the local day. */

import type { Schedule } from '../api/types';
import { parseClock } from '../time/zone';

export const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;
const DAY_MINUTES = 1440;

/** `22:00`; the end of a day is `24:00`. */
export function minuteOfDay(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${hours}:${String(minutes).padStart(2, '0')}`;
}

/** Reads what somebody types; an end at midnight is the end of the day. */
export function minuteOf(text: string, end: boolean): number | null {
  if (text.trim() === '24:00') return end ? DAY_MINUTES : null;
  const second = parseClock(text);
  if (second === null) return null;
  const minute = Math.floor(second / 60);
  return minute === 0 && end ? DAY_MINUTES : minute;
}

export function fieldText(minute: number): string {
  return minuteOfDay(minute).padStart(5, '0');
}

export function wholeDay(schedule: Schedule): boolean {
  return schedule.start_minute === 0 && schedule.end_minute === DAY_MINUTES;
}

/** Past midnight: the end lies on the day after. */
export function overnight(schedule: Schedule): boolean {
  return schedule.end_minute <= schedule.start_minute;
}

/** Runs of following days as `[first, last]`; Sunday and Monday do not join. */
export function dayRuns(days: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === day - 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

/** Always awake in other words is no schedule at all. */
export function simplest(schedule: Schedule | null): Schedule | null {
  return schedule && wholeDay(schedule) && new Set(schedule.days).size === 7 ? null : schedule;
}
