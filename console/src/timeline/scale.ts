/** The strip's arithmetic: which instant lies where. Pure; times are UTC microseconds. */

import type { Span } from '../api/types';
import { HOUR_US, MINUTE_US, SECOND_US } from '../time/zone';

export const MIN_VIEW_US = 30 * SECOND_US;

export function toX(us: number, view: Span, width: number): number {
  return ((us - view.start_us) / (view.end_us - view.start_us)) * width;
}

export function toTime(x: number, view: Span, width: number): number {
  if (width <= 0) return view.start_us;
  return Math.round(view.start_us + (x / width) * (view.end_us - view.start_us));
}

export function clamp(us: number, within: Span): number {
  return Math.min(Math.max(us, within.start_us), within.end_us);
}

/** A view of that length inside the bounds, with `us` at the given share of its width. */
export function viewAround(us: number, lengthUs: number, bounds: Span, share = 0.5): Span {
  const whole = bounds.end_us - bounds.start_us;
  const length = Math.round(Math.min(Math.max(lengthUs, MIN_VIEW_US), whole));
  const latest = bounds.end_us - length;
  const wanted = Math.round(us - length * share);
  const start = Math.min(Math.max(wanted, bounds.start_us), latest);
  return { start_us: start, end_us: start + length };
}

/** Zooms by a factor (below 1 comes nearer) and keeps `us` under the pointer. */
export function zoomed(view: Span, us: number, factor: number, bounds: Span): Span {
  const length = view.end_us - view.start_us;
  return viewAround(us, length * factor, bounds, (us - view.start_us) / length);
}

/** Moves on by pages so that a playhead that left the view is seen again. */
export function follow(view: Span, us: number, bounds: Span): Span {
  if (us >= view.start_us && us < view.end_us) return view;
  return viewAround(us, view.end_us - view.start_us, bounds, us < view.start_us ? 0.9 : 0.1);
}

const STEPS_US = [
  5 * SECOND_US,
  10 * SECOND_US,
  30 * SECOND_US,
  MINUTE_US,
  2 * MINUTE_US,
  5 * MINUTE_US,
  10 * MINUTE_US,
  15 * MINUTE_US,
  30 * MINUTE_US,
  HOUR_US,
  2 * HOUR_US,
  3 * HOUR_US,
  6 * HOUR_US,
];

export interface Tick {
  us: number;
  /** Wide steps need no seconds in their label. */
  seconds: boolean;
}

/** Round local times for the scale, at least `minPx` apart, counted from the local midnight. */
export function ticks(view: Span, width: number, midnightUs: number, minPx = 88): Tick[] {
  const perPx = (view.end_us - view.start_us) / Math.max(1, width);
  const step = STEPS_US.find((each) => each / perPx >= minPx) ?? 6 * HOUR_US;
  const found: Tick[] = [];
  let us = midnightUs + Math.ceil((view.start_us - midnightUs) / step) * step;
  for (; us <= view.end_us && found.length < 200; us += step) {
    found.push({ us, seconds: step < MINUTE_US });
  }
  return found;
}

/** What lies at an instant: inside one of the spans (half-open), or null. */
export function at<Item extends { start_us: number; end_us: number | null }>(
  items: readonly Item[],
  us: number,
): Item | null {
  return items.find((item) => us >= item.start_us && us < (item.end_us ?? Infinity)) ?? null;
}
