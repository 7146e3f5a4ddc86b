import type { Problem } from '../api/problem';
import { lengthText } from '../time/lengths';
import { SECOND_US } from '../time/zone';
import { kindAdvice, kindName, t } from '../words/words.svelte';

/** What to tell somebody whose name, password, code or passkey was not taken. */
export function faultText(problem: Problem): string {
  if (problem.status === 401) return t('signin.wrong');
  if (problem.kind === 'forbidden') return t('proof.wrong');
  if (problem.kind === 'rate_limited' && problem.retryAfterS !== null) {
    return t('signin.wait', { time: lengthText(problem.retryAfterS * SECOND_US) });
  }
  return `${kindName(problem.kind)}. ${kindAdvice(problem.kind)}`;
}
