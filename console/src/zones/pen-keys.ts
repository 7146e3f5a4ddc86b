/** What keys do to the shape in the making. */

import type { Point } from './geometry';
import { inside } from './geometry';
import type { Pen } from './pen.svelte';

const STEP = 0.005;
const LEAP = 0.05;

function arrow(event: KeyboardEvent): Point | null {
  const by = event.shiftKey ? LEAP : STEP;
  switch (event.key) {
    case 'ArrowLeft':
      return [-by, 0];
    case 'ArrowRight':
      return [by, 0];
    case 'ArrowUp':
      return [0, -by];
    case 'ArrowDown':
      return [0, by];
    default:
      return null;
  }
}

/** While points are being set: where the aim goes, `set` to set one there, null for other keys. */
export function drawingKey(
  event: KeyboardEvent,
  pen: Pen,
  aim: Point,
  cancel: () => void,
): Point | 'set' | null {
  const by = arrow(event);
  if (by) {
    event.preventDefault();
    return inside([aim[0] + by[0], aim[1] + by[1]]);
  }
  if (event.key === ' ' || event.key === 'Enter') {
    event.preventDefault();
    return 'set';
  }
  if (event.key === 'Backspace' || event.key === 'Delete') {
    event.preventDefault();
    pen.undo();
  } else if (event.key === 'Escape') {
    event.preventDefault();
    cancel();
  }
  return null;
}

/**
 * On a point, or on the whole shape with null. Gives the point that gets the focus when points came
 * or went, else null.
 */
export function pointKey(
  event: KeyboardEvent,
  pen: Pen,
  index: number | null,
  cancel: () => void,
): number | null {
  const by = arrow(event);
  let next: number | null = null;
  if (by) {
    if (index === null) pen.nudgeAll(by[0], by[1]);
    else pen.nudge(index, by[0], by[1]);
  } else if (event.key === 'Escape') {
    // What was changed is not thrown away by one key.
    if (!pen.changed) cancel();
  } else if (index === null) return null;
  else if (event.key === 'Delete' || event.key === 'Backspace') {
    pen.remove(index);
    next = Math.max(0, index - 1);
  } else if (event.key === 'Insert' || event.key === '+') next = pen.split(index);
  else return null;
  event.preventDefault();
  return next;
}
