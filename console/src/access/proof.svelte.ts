import { asProblem } from '../api/problem';

/**
 * Acts of consequence need a fresh proof of who is sitting here. `withProof` runs one; where the
 * server asks for a proof it opens the dialog, waits, and runs it again.
 */
class Proof {
  /** Set while the dialog is to be shown. */
  wanted = $state(false);
  #answer: ((given: boolean) => void) | null = null;

  async run<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (reason) {
      const problem = asProblem(reason);
      if (problem.kind !== 'proof_needed' || !(await this.#ask())) throw problem;
      return act();
    }
  }

  /** The dialog says whether the proof was given. */
  done(given: boolean): void {
    this.wanted = false;
    this.#answer?.(given);
    this.#answer = null;
  }

  #ask(): Promise<boolean> {
    this.#answer?.(false);
    this.wanted = true;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }
}

export const proof = new Proof();
