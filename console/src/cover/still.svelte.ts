import { api } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Rendition } from '../api/types';
import { renditionOf } from './cover';
import { Turnstile } from './turnstile';

const turnstile = new Turnstile(2);

/** One covered picture of a camera, fetched when its turn comes. */
export class StillPicture {
  /** The address of the picture in the browser's memory; null before it is there. */
  address = $state<string | null>(null);
  rendition = $state<Rendition | null>(null);
  /** The instant that it shows, UTC microseconds; null before it is there. */
  wallUs = $state<number | null>(null);
  problem = $state<Problem | null>(null);

  /** Null `atUs` is the newest picture. Returns how to let go of it. */
  load(camera: string, atUs: number | null): () => void {
    const abort = new AbortController();
    this.problem = null;
    void this.#fetch(camera, atUs, abort.signal);
    return () => {
      abort.abort();
      if (this.address !== null) URL.revokeObjectURL(this.address);
      this.address = null;
    };
  }

  async #fetch(camera: string, atUs: number | null, signal: AbortSignal): Promise<void> {
    try {
      const response = await turnstile.pass(signal, () => api.still(camera, atUs, signal));
      const blob = await response.blob();
      if (signal.aborted) return;
      this.rendition = renditionOf(response.headers.get('farola-rendition'));
      this.wallUs = Number(response.headers.get('farola-wall-us'));
      this.address = URL.createObjectURL(blob);
    } catch (reason) {
      if (!signal.aborted) this.problem = asProblem(reason);
    }
  }
}
