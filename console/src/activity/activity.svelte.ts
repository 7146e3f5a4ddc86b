import { asProblem, type Problem } from '../api/problem';
import { situations } from '../api/situations';
import type { HourCount, Span } from '../api/types';
import { Turnstile } from '../cover/turnstile';

const REFRESH_MS = 30_000;

/** The hourly counts of some cameras in a span, renewed while it reaches into the present. */
export class ActivityCounts {
  /** By camera; empty before the first answer. */
  counts = $state.raw<Readonly<Record<string, HourCount[]>>>({});
  problem = $state<Problem | null>(null);
  loaded = $state(false);

  watch(cameras: readonly string[], span: Span, present: () => number): () => void {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.counts = {};
    this.loaded = false;
    this.problem = null;
    const load = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await this.#load(cameras, span, abort.signal);
      if (!abort.signal.aborted && span.end_us > present()) {
        timer = setTimeout(() => void load(), REFRESH_MS);
      }
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }

  async #load(cameras: readonly string[], span: Span, signal: AbortSignal): Promise<void> {
    const turnstile = new Turnstile(3);
    try {
      const found = await Promise.all(
        cameras.map((camera_id) =>
          turnstile.pass(signal, async () => {
            const { hours } = await situations.activity({ camera_id, ...span }, signal);
            return [camera_id, hours] as const;
          }),
        ),
      );
      if (signal.aborted) return;
      this.counts = Object.fromEntries(found);
      this.problem = null;
      this.loaded = true;
    } catch (reason) {
      if (!signal.aborted) this.problem = asProblem(reason);
    }
  }
}
