import { asProblem, type Problem } from '../api/problem';
import { situations } from '../api/situations';
import type { EventPage, EventQuery } from '../api/types';
import { type Listed, renewed, unknownIn, withNewest, withOlder } from './paging';

const PAGE = 30;
const REFRESH_MS = 3000;

/** Events that fit a question, newest first, kept fresh while somebody looks. */
export class EventFeed {
  listed = $state.raw<Listed>({ events: [], next: null });
  loaded = $state(false);
  busy = $state(false);
  problem = $state<Problem | null>(null);
  /** New events that wait until the reader comes back to the top of the list. */
  waiting = $state(0);

  #ask: () => EventQuery = () => ({});
  #reading: () => boolean = () => false;
  #newest: EventPage | null = null;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `ask` gives the question anew each time, since `the last hour` moves. Returns how to stop. */
  watch(ask: () => EventQuery, reading: () => boolean): () => void {
    const abort = new AbortController();
    this.#abort = abort;
    this.#ask = ask;
    this.#reading = reading;
    this.listed = { events: [], next: null };
    this.loaded = false;
    this.problem = null;
    this.waiting = 0;
    void this.#refresh(abort.signal, reading);
    return () => {
      abort.abort();
      clearTimeout(this.#timer);
    };
  }

  async more(): Promise<void> {
    const { next } = this.listed;
    const { signal } = this.#abort;
    if (next === null || this.busy) return;
    this.busy = true;
    try {
      const page = await situations.events({ ...this.#ask(), before: next, limit: PAGE }, signal);
      if (!signal.aborted) this.listed = withOlder(this.listed, page);
    } catch (reason) {
      if (!signal.aborted) this.problem = asProblem(reason);
    } finally {
      this.busy = false;
    }
  }

  /** Asks again at once, as after a failure. */
  retry(): void {
    clearTimeout(this.#timer);
    this.problem = null;
    void this.#refresh(this.#abort.signal, this.#reading);
  }

  /** Takes in what waited. */
  show(): void {
    if (this.#newest) this.listed = withNewest(this.listed, this.#newest);
    this.waiting = 0;
  }

  async #refresh(signal: AbortSignal, reading: () => boolean): Promise<void> {
    if (document.visibilityState === 'visible') {
      try {
        const page = await situations.events({ ...this.#ask(), limit: PAGE }, signal);
        if (signal.aborted) return;
        this.#newest = page;
        if (reading() && this.loaded) {
          this.waiting = unknownIn(this.listed, page);
          this.listed = renewed(this.listed, page);
        } else {
          this.show();
        }
        this.loaded = true;
        this.problem = null;
      } catch (reason) {
        if (signal.aborted) return;
        this.problem = asProblem(reason);
      }
    }
    this.#timer = setTimeout(() => void this.#refresh(signal, reading), REFRESH_MS);
  }
}
