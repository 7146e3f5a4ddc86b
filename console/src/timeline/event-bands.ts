/** Events as bands on the strip; what would lie on top of each other becomes one. Pure. */

import type { Span } from '../api/types';
import { toX } from './scale';

export interface Lasting {
  start_us: number;
  end_us: number | null;
}

export interface Band {
  x: number;
  width: number;
  /** How many events it stands for. */
  count: number;
}

export function eventBands(
  events: readonly Lasting[],
  view: Span,
  width: number,
  nowUs: number,
  least: number,
): Band[] {
  const bands: Band[] = [];
  const inOrder = [...events].sort((a, b) => a.start_us - b.start_us);
  for (const event of inOrder) {
    const end = event.end_us ?? nowUs;
    if (end < view.start_us || event.start_us > view.end_us) continue;
    const x = Math.max(0, toX(event.start_us, view, width));
    const to = Math.min(width, Math.max(x + least, toX(end, view, width)));
    const last = bands.at(-1);
    // A gap of a pixel keeps neighbours apart.
    if (last && x < last.x + last.width + 1) {
      last.width = Math.max(last.width, to - last.x);
      last.count += 1;
    } else bands.push({ x, width: Math.max(least, to - x), count: 1 });
  }
  return bands;
}

/** The events that a pointer within `nearUs` of an instant means. */
export function eventsNear<Event extends Lasting>(
  events: readonly Event[],
  us: number,
  nearUs: number,
  nowUs: number,
): Event[] {
  return events.filter(
    (event) => us >= event.start_us - nearUs && us <= (event.end_us ?? nowUs) + nearUs,
  );
}
