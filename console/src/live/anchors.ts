/** Which wall time belongs to which place on the player's own time line. Pure. */

const KEPT = 600;

interface Anchor {
  mediaS: number;
  wallUs: number;
}

export class Anchors {
  #list: Anchor[] = [];

  add(mediaS: number, wallUs: number): void {
    const last = this.#list.at(-1);
    // Time went back: what was ahead of it will never be shown again.
    if (last && mediaS <= last.mediaS) {
      this.#list = this.#list.filter((anchor) => anchor.mediaS < mediaS);
    }
    this.#list.push({ mediaS, wallUs });
    if (this.#list.length > KEPT) this.#list.splice(0, this.#list.length - KEPT / 2);
  }

  clear(): void {
    this.#list = [];
  }

  /** The last anchor at or before that place tells; null before the first. */
  wallAt(mediaS: number): number | null {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      // A frame's reported time may lie a rounding error before its own anchor.
      if ((this.#list[middle]?.mediaS ?? Infinity) <= mediaS + 0.0005) low = middle + 1;
      else high = middle;
    }
    const anchor = this.#list[low - 1];
    if (!anchor) return null;
    return anchor.wallUs + Math.round((mediaS - anchor.mediaS) * 1_000_000);
  }
}
