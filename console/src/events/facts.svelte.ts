import type { Condition } from '../api/types';
import { lengthText } from '../time/lengths';
import { SECOND_US } from '../time/zone';
import { t } from '../words/words.svelte';

interface Happened {
  start_us: number;
  end_us: number | null;
}

/** `Duró 8 s`, `En curso, 2 min`; what is over at once has no length worth a number. */
export function lastedText({ start_us, end_us }: Happened, nowUs: number): string {
  if (end_us === null) {
    return t('events.lasting', { length: lengthText(Math.max(0, nowUs - start_us)) });
  }
  if (end_us - start_us < SECOND_US) return t('events.instant');
  return t('events.length', { length: lengthText(end_us - start_us) });
}

/** How many: across a line all that crossed, elsewhere the most at once. */
export function peakText(condition: Condition, peak: number): string {
  return condition === 'crosses' ? t('events.crossed', { n: peak }) : t('events.peak', { n: peak });
}
