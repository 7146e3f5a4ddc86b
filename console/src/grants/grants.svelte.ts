import { grantApi } from '../api/grants';
import { asProblem, type Problem } from '../api/problem';
import type { Grant, OriginalRequest } from '../api/types';
import { session } from '../session/session.svelte';
import { instantText } from '../timeline/instants';
import { clock } from '../time/clock.svelte';

const POLL_MS = 5000;

/** Requests and grants that concern the reader, refreshed while somebody is signed in. */
class Grants {
  requests = $state.raw<OriginalRequest[]>([]);
  grants = $state.raw<Grant[]>([]);
  breakGlass = $state(false);
  loaded = $state(false);
  problem = $state<Problem | null>(null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  /** How many wait for this reader's decision. */
  get waiting(): number {
    return this.requests.filter((each) => each.state === 'waiting' && each.may_decide).length;
  }

  start(): void {
    if (this.#running) return;
    if (!['request', 'decide', 'audit'].some((act) => session.acts.includes(act as never))) return;
    this.#running = true;
    void this.load();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.requests = [];
    this.grants = [];
    this.loaded = false;
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const [asked, given] = await Promise.all([grantApi.requests(), grantApi.grants()]);
      this.requests = asked.requests;
      this.grants = given.grants;
      this.breakGlass = given.break_glass;
      this.loaded = true;
      this.problem = null;
    } catch (reason) {
      this.problem = asProblem(reason);
    }
    clearTimeout(this.#timer);
    if (this.#running) this.#timer = setTimeout(() => void this.load(), POLL_MS);
  }

  /** The reader's own grant while it lasts by the clock on the screen. */
  mine(id: string | null): Grant | null {
    const found = this.grants.find((each) => each.id === id && each.mine && each.lasts);
    return found && clock.second < found.expires_us ? found : null;
  }
}

export const grants = new Grants();

/** Where a grant's originals are seen. */
export function grantAddress(grant: Grant, camera: string): string {
  const id = encodeURIComponent(camera);
  if (grant.start_us === null) return `/wall?camera=${id}&grant=${grant.id}`;
  // Where one thing was pointed at rather than where the span begins: it need not be there yet.
  const spot = grants.requests.find((each) => each.id === grant.request_id)?.spots[0];
  const at = encodeURIComponent(instantText(spot?.at_us ?? grant.start_us));
  return `/timeline/${id}?at=${at}&grant=${grant.id}`;
}
