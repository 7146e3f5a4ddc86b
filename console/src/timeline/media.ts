/** Between wall time and a playlist's media time, by its PROGRAM-DATE-TIME. Pure. */

import type { Span } from '../api/types';
import { MINUTE_US } from '../time/zone';

export interface Part {
  /** Where the part begins in the player, seconds. */
  startS: number;
  durationS: number;
  /** Its EXT-X-PROGRAM-DATE-TIME, UTC microseconds. */
  wallUs: number;
  /** Marked EXT-X-GAP: there is nothing to load. */
  gap: boolean;
}

/** How far around the chosen instant one playlist reaches. */
const BEFORE_US = MINUTE_US;
const WINDOW_US = 20 * MINUTE_US;
const GRID_US = 5 * MINUTE_US;

/** The playlist's span for an instant: on a grid, so that near seeks share one. */
export function windowFor(us: number): Span {
  const start = Math.floor(us / GRID_US) * GRID_US - BEFORE_US;
  return { start_us: start, end_us: start + WINDOW_US };
}

function partAt(parts: readonly Part[], mediaS: number): Part | null {
  // A frame's reported time may lie a rounding error before its part.
  return parts.findLast((part) => part.startS <= mediaS + 0.001) ?? parts[0] ?? null;
}

/** The wall time of a place in the player; null without parts. */
export function wallAt(parts: readonly Part[], mediaS: number): number | null {
  const part = partAt(parts, mediaS);
  return part && part.wallUs + Math.round((mediaS - part.startS) * 1_000_000);
}

/** Where to play for a wall time; what falls into a gap plays from the next part, else null. */
export function mediaAt(parts: readonly Part[], us: number): number | null {
  for (const part of parts) {
    if (part.gap) continue;
    const inside = (us - part.wallUs) / 1_000_000;
    if (inside < 0) return part.startS;
    if (inside < part.durationS) return part.startS + inside;
  }
  return null;
}

/** Where playing goes on when `mediaS` lies in a part without media; null when it does not. */
export function afterGap(parts: readonly Part[], mediaS: number): number | null {
  if (!partAt(parts, mediaS)?.gap) return null;
  return parts.find((part) => !part.gap && part.startS > mediaS)?.startS ?? null;
}

/** The wall time at which the last part with media ends; null without any. */
export function lastWall(parts: readonly Part[]): number | null {
  const part = parts.findLast((each) => !each.gap);
  return part ? part.wallUs + Math.round(part.durationS * 1_000_000) : null;
}
