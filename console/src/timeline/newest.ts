/**
 * Runs at most one task at a time; of what is asked meanwhile only the newest is done next. A
 * pointer may thus move as fast as it likes, and the picture follows as fast as it can.
 */
export class NewestWins<Ask> {
  #next: { ask: Ask } | null = null;
  #running = false;

  constructor(readonly task: (ask: Ask) => Promise<void>) {}

  ask(ask: Ask): void {
    this.#next = { ask };
    if (!this.#running) void this.#run();
  }

  /** Forgets what waits; what runs may end. */
  forget(): void {
    this.#next = null;
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#next) {
        const { ask } = this.#next;
        this.#next = null;
        await this.task(ask);
      }
    } finally {
      this.#running = false;
    }
  }
}
