import { api } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Alarm, Camera, CameraState } from '../api/types';
import { clock } from '../time/clock.svelte';

const POLL_MS = 2000;

/** All cameras and their present states, refreshed every two seconds while somebody looks. */
class Fleet {
  cameras = $state.raw<Camera[]>([]);
  alarms = $state.raw<Alarm[]>([]);
  loaded = $state(false);
  problem = $state<Problem | null>(null);
  /** True while the server does not answer the state poll. */
  silent = $state(false);

  #states = $state.raw(new Map<string, CameraState>());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  start(): void {
    if (this.#running) return;
    this.#running = true;
    document.addEventListener('visibilitychange', this.#onVisible);
    void this.load();
    void this.#poll();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.cameras = [];
    this.alarms = [];
    this.#states = new Map();
    this.loaded = false;
  }

  async load(): Promise<void> {
    try {
      const { cameras } = await api.cameras();
      // C-2 stands before C-10.
      const order = new Intl.Collator(undefined, { numeric: true });
      this.cameras = [...cameras].sort((a, b) => order.compare(a.name, b.name));
      this.#states = new Map(cameras.map((camera) => [camera.id, camera.state]));
      this.problem = null;
      this.loaded = true;
    } catch (reason) {
      this.problem = asProblem(reason);
    }
  }

  find(id: string): Camera | undefined {
    return this.cameras.find((camera) => camera.id === id);
  }

  state(id: string): CameraState | undefined {
    return this.#states.get(id);
  }

  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.#poll();
  };

  async #poll(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#running || document.visibilityState !== 'visible') return;
    const asked = Date.now();
    try {
      const answer = await api.states();
      clock.learn(answer.now_us, asked, Date.now());
      this.#states = new Map(answer.states.map((state) => [state.camera_id, state]));
      this.alarms = answer.alarms;
      if (this.silent || !this.loaded || this.#strangers(answer.states)) void this.load();
      this.silent = false;
    } catch (reason) {
      this.silent = asProblem(reason).status !== 401;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  /** Somebody else added or removed a camera meanwhile. */
  #strangers(states: CameraState[]): boolean {
    const known = new Set(this.cameras.map((camera) => camera.id));
    return states.length !== known.size || states.some((state) => !known.has(state.camera_id));
  }
}

export const fleet = new Fleet();
