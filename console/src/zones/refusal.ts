/** Why the server did not take a zone or a rule, as words of the catalogue. Pure. */

import type { Problem } from '../api/problem';
import type { Word } from '../words/words.svelte';

export interface Said {
  word: Word;
  values: Record<string, string | number>;
}

/** Null where the kind's own advice says it as well. */
export function refusal(problem: Problem, what: 'zone' | 'rule'): Said | null {
  if (problem.kind !== 'conflict') return null;
  const { rule, most, field } = problem.values;
  if (typeof rule === 'string') return { word: 'zones.clash', values: { name: rule } };
  if (typeof most === 'number') return { word: 'zones.tooMany', values: { n: most } };
  if (field !== 'name') return null;
  return { word: what === 'zone' ? 'zones.taken' : 'rules.taken', values: {} };
}
