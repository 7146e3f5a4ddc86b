/** Lays fragments of successive runs one after another on the player's time line. Pure. */

/** A step in decode time larger than this is a new run or a camera that jumped, not a lost frame. */
const JUMP_S = 1;
/** How far after the last fragment a new run begins: about one picture. */
const SEAM_S = 0.04;

export interface Placed {
  /** Where the fragment lies on the player's time line, seconds. */
  startS: number;
  /** The new `timestampOffset` when it must change before this fragment, else null. */
  offsetS: number | null;
}

export class TimeLine {
  #offsetS = 0;
  #lastRawS: number | null = null;
  #fresh = true;

  /** The next fragment belongs to a new init segment. */
  restart(): void {
    this.#fresh = true;
  }

  place(ticks: number, timescale: number): Placed {
    const rawS = ticks / timescale;
    const last = this.#lastRawS;
    this.#lastRawS = rawS;
    if (!this.#fresh && last !== null && Math.abs(rawS - last) <= JUMP_S) {
      return { startS: rawS + this.#offsetS, offsetS: null };
    }
    this.#fresh = false;
    const startS = last === null ? 0 : last + this.#offsetS + SEAM_S;
    this.#offsetS = startS - rawS;
    return { startS, offsetS: this.#offsetS };
  }
}
