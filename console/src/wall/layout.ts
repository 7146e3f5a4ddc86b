/** Which cameras the wall shows. Pure. */

export const LAYOUTS = [1, 4, 9, 16] as const;
export type Layout = (typeof LAYOUTS)[number];

export function parseLayout(text: string | null): Layout | null {
  return LAYOUTS.find((layout) => String(layout) === text) ?? null;
}

/** The smallest layout that holds so many cameras, at least 4. */
export function layoutFor(cameras: number): Layout {
  return LAYOUTS.find((layout) => layout >= 4 && layout >= cameras) ?? 16;
}

export function pageCount(cameras: number, layout: Layout): number {
  return Math.max(1, Math.ceil(cameras / layout));
}

/** The page as asked for, kept inside what exists; pages count from 1. */
export function clampPage(text: string | null, pages: number): number {
  const page = Number(text ?? 1);
  return Number.isInteger(page) ? Math.min(Math.max(1, page), pages) : 1;
}

export interface Typed {
  /** The digits waiting for another one, '' when none. */
  pending: string;
  /** The tile chosen, counting from 1; 0 means all tiles; null while undecided. */
  tile: number | null;
}

/**
 * Number keys choose a tile. With more than nine tiles a first `1` waits, since `10`-`16` may
 * follow; the caller settles it by `settle` after a short time.
 */
export function typeDigit(pending: string, digit: string, tiles: number): Typed {
  const number = Number(pending + digit);
  if (pending === '' && digit === '0') return { pending: '', tile: 0 };
  if (number > tiles) return { pending: '', tile: Number(digit) <= tiles ? Number(digit) : null };
  if (number * 10 <= tiles) return { pending: String(number), tile: null };
  return { pending: '', tile: number };
}

export function settle(pending: string): number | null {
  return pending === '' ? null : Number(pending);
}
