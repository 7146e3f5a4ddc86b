/** How a live player gets back to the present. Pure. */

/** Closer than this the picture is as live as decoding allows. */
export const NEAR_S = 0.35;
/** From here on it plays a little faster. */
export const NUDGE_S = 0.5;
/** From here on it jumps. */
export const JUMP_S = 2;
/** Where a jump lands, behind the newest picture. */
export const LANDING_S = 0.15;

export interface CatchUp {
  rate: number;
  jump: boolean;
}

/**
 * `behind` is how many seconds of picture lie buffered ahead; `rate` is the present speed. Between
 * NEAR and NUDGE the speed stays as it is, so that it does not flutter.
 */
export function catchUp(behind: number, rate: number): CatchUp {
  if (behind > JUMP_S) return { rate: 1, jump: true };
  if (behind > 1) return { rate: 1.25, jump: false };
  if (behind > NUDGE_S) return { rate: Math.max(rate, 1.1), jump: false };
  if (behind < NEAR_S) return { rate: 1, jump: false };
  return { rate, jump: false };
}
