import { asProblem, type Problem } from '../api/problem';
import { situations } from '../api/situations';
import type { RuleInput, Span, Trial } from '../api/types';
import { clock } from '../time/clock.svelte';
import { MINUTE_US } from '../time/zone';

export const TRIAL_MINUTES = [5, 15, 30, 60] as const;

/** One try of a rule on what was recorded lately; a new one takes the place of the last. */
export class RuleTrial {
  busy = $state(false);
  found = $state.raw<{ trial: Trial; span: Span; of: string } | null>(null);
  problem = $state<Problem | null>(null);

  #abort: AbortController | null = null;

  async run(camera: string, rule: RuleInput, minutes: number): Promise<void> {
    this.cancel();
    const abort = new AbortController();
    this.#abort = abort;
    this.busy = true;
    this.problem = null;
    const end_us = Math.floor(clock.nowUs());
    const span = { start_us: end_us - minutes * MINUTE_US, end_us };
    try {
      const trial = await situations.tryRule(camera, rule, span, abort.signal);
      this.found = { trial, span, of: JSON.stringify(rule) };
    } catch (reason) {
      if (!abort.signal.aborted) this.problem = asProblem(reason);
    } finally {
      if (this.#abort === abort) this.busy = false;
    }
  }

  cancel(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.busy = false;
  }
}
