/** What may be said about how a picture is covered: only what the server said with it. Pure. */

import type { Cover, Rendition } from '../api/types';

/**
 * `one_thing` is covered but for what was pointed at. `original` and `covered`, `whole`, `withheld` are the server's own words; `redacted` is a rendition
 * of which no more is known, as in a recording. Null says nothing.
 */
export type CoverShown = 'original' | 'one_thing' | 'covered' | 'whole' | 'withheld' | 'redacted';

export function coverShown(rendition: Rendition | null, cover: Cover | null): CoverShown | null {
  if (rendition === 'original' || rendition === 'one_thing') return rendition;
  if (cover) return cover.state;
  return rendition;
}

/** Reads the `farola-rendition` header of an answer; null when it does not say. */
export function renditionOf(header: string | null): Rendition | null {
  return header === 'redacted' || header === 'one_thing' || header === 'original' ? header : null;
}

/** Whether the picture shows what only a grant lets be seen. */
export function underGrant(rendition: Rendition | null): boolean {
  return rendition === 'original' || rendition === 'one_thing';
}

const WITHHOLDING = new Set([
  'sandbox_unavailable',
  'decoder_failed',
  'model_missing',
  'model_wrong',
  'detector_failed',
  'detector_late',
  'warming_up',
  'scene_changed',
  'overloaded',
]);

/** Whether an answer's kind means that a picture is there and is not shown. */
export function withholds(kind: string): boolean {
  return WITHHOLDING.has(kind);
}
