/** Entries, conduct and reports, for those who watch over it. */

import { json, query, send } from './client';
import type { Conduct, EntryKind, LedgerEntry, OpenedEntry, Span } from './types';

export interface EntryQuery {
  kinds: readonly EntryKind[];
  person_id: string | null;
  camera_id: string | null;
  span: Span | null;
  before: number | null;
}

export const audit = {
  entries: (asked: EntryQuery, signal: AbortSignal) => {
    const kinds = asked.kinds.map((kind) => `&kinds=${kind}`).join('');
    const { person_id, camera_id, before } = asked;
    const plain = query({ person_id, camera_id, before, limit: 100, ...asked.span });
    return json<{ entries: LedgerEntry[]; next: number | null }>(
      'GET',
      `/api/ledger${plain}${kinds}`,
      { signal },
    );
  },
  open: (index: number) => json<OpenedEntry>('GET', `/api/ledger/${index}`),
  conduct: (span: Span, signal: AbortSignal) =>
    json<Conduct>('GET', `/api/conduct${query({ ...span })}`, { signal }),
  note: (text: string, about: number | null) =>
    send('POST', '/api/ledger/notes', { body: { text, about } }),
  report: async (span: Span, language: 'es' | 'en'): Promise<Blob> =>
    (await send('POST', '/api/reports', { body: { ...span, language } })).blob(),
};
