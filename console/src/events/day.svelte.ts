import { asProblem, type Problem } from '../api/problem';
import { situations } from '../api/situations';
import type { CameraEvent, Span } from '../api/types';
import { type Listed, withNewest, withOlder } from './paging';

const PAGE = 500;
/** More events than that in one day are marked, but not all listed. */
const MOST = 2000;
const REFRESH_MS = 5000;

/** One camera's events of a span, kept fresh while it reaches into the present. */
export class DayEvents {
  /** Newest first. */
  events = $state.raw<readonly CameraEvent[]>([]);
  loaded = $state(false);
  /** There are more than are held here. */
  more = $state(false);
  problem = $state<Problem | null>(null);

  watch(camera: string, span: Span, present: () => number): () => void {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.events = [];
    this.loaded = false;
    this.more = false;
    this.problem = null;
    let listed: Listed = { events: [], next: null };
    const ask = { camera_id: camera, ...span };
    const load = async (): Promise<void> => {
      try {
        const page = await situations.events({ ...ask, limit: PAGE }, abort.signal);
        listed = withNewest(listed, page);
        while (listed.next !== null && listed.events.length < MOST) {
          const older = { ...ask, limit: PAGE, before: listed.next };
          listed = withOlder(listed, await situations.events(older, abort.signal));
        }
        if (abort.signal.aborted) return;
        this.events = listed.events;
        this.more = listed.next !== null;
        this.loaded = true;
        this.problem = null;
      } catch (reason) {
        if (abort.signal.aborted) return;
        this.problem = asProblem(reason);
      }
      if (span.end_us > present()) timer = setTimeout(() => void load(), REFRESH_MS);
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }

  /** The start of the next event after an instant, or of the one before it; null when none is. */
  beside(us: number, direction: 1 | -1): number | null {
    const starts = this.events.map((event) => event.start_us);
    const found = starts.filter((start) => (direction > 0 ? start > us : start < us));
    if (found.length === 0) return null;
    return direction > 0 ? Math.min(...found) : Math.max(...found);
  }
}
