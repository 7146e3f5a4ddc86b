import type { ZoneKind } from '../api/types';
import { firstShape, inside, moved, type Point, withMiddle, withoutPoint, withPoint } from './geometry';

const MOST_UNDONE = 50;
export const MOST_POINTS = 32;

export function fewest(kind: ZoneKind): number {
  return kind === 'line' ? 2 : 3;
}

/** One shape in the making: its points, which of them is chosen, and what can be undone. */
export class Pen {
  points = $state.raw<Point[]>([]);
  /** Points are still being added one after the other. */
  drawing = $state(false);
  chosen = $state<number | null>(null);
  changed = $state(false);

  #past = $state.raw<Point[][]>([]);
  #held: Point[] | null = null;

  constructor(
    readonly kind: ZoneKind,
    points: readonly Point[] = [],
  ) {
    this.points = [...points];
    this.drawing = points.length === 0;
  }

  get closed(): boolean {
    return this.kind !== 'line';
  }

  get enough(): boolean {
    return this.points.length >= fewest(this.kind);
  }

  get undoable(): boolean {
    return this.#past.length > 0;
  }

  /** Sets the next point; a line ends with its second one, corners come by its middles. */
  add(point: Point): void {
    if (!this.drawing || this.points.length >= MOST_POINTS) return;
    this.#keep();
    this.points = [...this.points, inside(point)];
    if (this.kind === 'line' && this.points.length === 2) this.finish();
  }

  finish(): void {
    if (!this.enough) return;
    this.drawing = false;
    this.chosen = null;
  }

  /** A shape in the middle of the picture, to be moved into place. */
  begin(): void {
    this.#keep();
    this.points = firstShape(this.kind === 'line');
    this.drawing = false;
    this.chosen = 0;
  }

  /** Between `hold` and `release` the shape follows a pointer, and is undone as one step. */
  hold(): void {
    this.#held = this.points;
  }

  release(): void {
    if (this.#held && this.#held !== this.points) this.#keep(this.#held);
    this.#held = null;
  }

  drag(index: number, to: Point): void {
    this.points = withPoint(this.points, index, to);
  }

  /** Moves the shape as it was when it was taken hold of. */
  dragAll(byX: number, byY: number): void {
    this.points = moved(this.#held ?? this.points, byX, byY);
  }

  nudge(index: number, byX: number, byY: number): void {
    const point = this.points[index];
    if (!point) return;
    this.#keep();
    this.points = withPoint(this.points, index, [point[0] + byX, point[1] + byY]);
  }

  nudgeAll(byX: number, byY: number): void {
    this.#keep();
    this.points = moved(this.points, byX, byY);
  }

  /**
   * A new point on the edge that begins at `index`; it becomes the chosen one. While the shape is
   * held the new point and its drag are one step to undo.
   */
  split(index: number): number | null {
    const last = this.closed ? this.points.length : this.points.length - 1;
    if (index >= last || this.points.length >= MOST_POINTS) return null;
    if (!this.#held) this.#keep();
    this.points = withMiddle(this.points, index);
    this.chosen = index + 1;
    return index + 1;
  }

  remove(index: number): void {
    if (!this.drawing && this.points.length <= fewest(this.kind)) return;
    this.#keep();
    this.points = withoutPoint(this.points, index);
    this.chosen = null;
  }

  /** The other way along the line: its arrow points to the other side. */
  turn(): void {
    this.#keep();
    this.points = [...this.points].reverse();
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.points = before;
    this.chosen = null;
    if (!this.enough) this.drawing = true;
  }

  #keep(points = this.points): void {
    this.#past = [...this.#past.slice(-MOST_UNDONE + 1), points];
    this.changed = true;
  }
}
