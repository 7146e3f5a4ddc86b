/** When a rule is awake, in the words of people. Pure; minutes are those of the local day. */

import type { Schedule } from '../api/types';

export const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;
const DAY_MINUTES = 1440;

/** `22:00`; the end of a day is `24:00`. */
export function minuteOfDay(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${hours}:${String(minutes).padStart(2, '0')}`;
}

/** Reads what a time field holds; an end at midnight is the end of the day. */
export function minuteOf(text: string, end: boolean): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!match) return null;
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  const minute = hours * 60 + minutes;
  if (minutes > 59 || minute > DAY_MINUTES || (minute === DAY_MINUTES && !end)) return null;
  return minute === 0 && end ? DAY_MINUTES : minute;
}

/** For a time field, which knows no 24:00. */
export function fieldText(minute: number): string {
  return minuteOfDay(minute % DAY_MINUTES).padStart(5, '0');
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
