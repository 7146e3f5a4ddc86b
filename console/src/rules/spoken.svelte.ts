import type { Condition, Label } from '../api/types';
import { session } from '../session/session.svelte';
import { speech, t, type Word } from '../words/words.svelte';
import { sentence, type Spoken, type Voice } from './sentence';

function voice(): Voice {
  const { zone, ruleZone } = session;
  return { locale: speech.locale, zone: zone === ruleZone ? null : ruleZone, say: t };
}

export function ruleText(rule: Spoken, zone: string): string {
  return sentence(rule, zone, voice());
}

/** `persona`, as a heading or beside a box to tick. */
export function labelName(label: Label): string {
  return t(`label.${label}`);
}

export function conditionName(condition: Condition): string {
  return t(`condition.${condition}` satisfies Word);
}
