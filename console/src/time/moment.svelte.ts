import { session } from '../session/session.svelte';
import { speech } from '../words/words.svelte';
import { dateText, minuteText } from './zone';

/** A moment as the reader's own date and clock, in the town's zone. */
export function momentText(us: number): string {
  return `${dateText(us, session.zone, speech.locale)}, ${minuteText(us, session.zone)}`;
}
