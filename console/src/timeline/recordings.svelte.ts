import { api } from '../api/client';
import { asProblem, isAbort, type Problem } from '../api/problem';
import type { Gap, Span } from '../api/types';

const REFRESH_MS = 5000;

/** What one camera has recorded in a span, kept fresh while the span reaches into the present. */
export class Recordings {
  spans = $state.raw<Span[]>([]);
  gaps = $state.raw<Gap[]>([]);
  loaded = $state(false);
  problem = $state<Problem | null>(null);

  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  watch(camera: string, span: Span): () => void {
    this.#abort = new AbortController();
    this.spans = [];
    this.gaps = [];
    this.loaded = false;
    this.problem = null;
    void this.#load(camera, span, this.#abort.signal);
    return () => {
      this.#abort?.abort();
      clearTimeout(this.#timer);
    };
  }

  async #load(camera: string, span: Span, signal: AbortSignal): Promise<void> {
    let again = true;
    try {
      const data = await api.timeline(camera, span, signal);
      this.spans = data.spans;
      this.gaps = data.gaps;
      this.problem = null;
      this.loaded = true;
      again = span.end_us > data.now_us;
    } catch (reason) {
      if (signal.aborted || isAbort(reason)) return;
      this.problem = asProblem(reason);
    }
    if (signal.aborted || !again) return;
    this.#timer = setTimeout(() => void this.#load(camera, span, signal), REFRESH_MS);
  }
}
