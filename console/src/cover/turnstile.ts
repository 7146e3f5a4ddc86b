/**
 * Lets so many through at once and the others wait in turn. Covered stills are made when they are
 * asked for, and a browser opens few connections: a page full of them must not keep out the rest.
 */
export class Turnstile {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(readonly most: number) {}

  /** Runs the task when its turn comes, or never when the signal is given before. */
  async pass<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    if (this.#inside >= this.most) await this.#turn(signal);
    else this.#inside += 1;
    try {
      return await task();
    } finally {
      // The place is handed over as it is, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside -= 1;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        const place = this.#waiting.indexOf(enter);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
