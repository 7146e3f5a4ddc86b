import { SECOND_US } from './zone';

/** The server's wall clock as seen from here: the browser's own may be wrong by minutes. */
class ServerClock {
  #offsetUs = 0;
  /** UTC microseconds, refreshed each second for whatever is shown. */
  second = $state(Math.floor(Date.now() / 1000) * SECOND_US);

  constructor() {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.#tick();
    }, 1000);
    document.addEventListener('visibilitychange', () => {
      this.#tick();
    });
  }

  nowUs(): number {
    return Date.now() * 1000 + this.#offsetUs;
  }

  /** An answer that said `serverUs`, asked and received at these browser times (ms). */
  learn(serverUs: number, askedMs: number, receivedMs: number): void {
    this.#offsetUs = Math.round(serverUs - ((askedMs + receivedMs) / 2) * 1000);
    this.#tick();
  }

  #tick(): void {
    this.second = Math.floor(this.nowUs() / SECOND_US) * SECOND_US;
  }
}

export const clock = new ServerClock();
