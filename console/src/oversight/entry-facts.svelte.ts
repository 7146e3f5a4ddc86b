import type { LedgerEntry } from '../api/types';
import { fleet } from '../cameras/fleet.svelte';
import { lengthText } from '../time/lengths';
import { momentText } from '../time/moment.svelte';
import { SECOND_US } from '../time/zone';
import { kindName, t, type Word } from '../words/words.svelte';

interface Line {
  name: string;
  text: string;
}

/** Members that stand elsewhere in the row, or tell a reader nothing. */
const HIDDEN = new Set(['person', 'person_name', 'subject', 'camera', 'cameras', 'digest']);
const NAMED: Readonly<Record<string, Word>> = {
  subject_name: 'entry.of',
  session: 'entry.session',
  rendition: 'entry.rendition',
  reason: 'ask.reason',
  text: 'ask.text',
  reference: 'ask.reference',
  incident: 'ask.incident',
  why: 'requests.why',
  grant: 'entry.grant',
  request: 'entry.request',
  start_us: 'clip.start',
  end_us: 'clip.end',
  expires_us: 'entry.expires',
  seconds: 'entry.seconds',
  address: 'entry.address',
  roles: 'people.roles',
  alarm: 'entry.alarm',
  since_us: 'entry.since',
  changed: 'entry.changed',
  spots: 'ask.oneThing',
};

function rendered(rendition: unknown): string {
  if (rendition === 'original') return t('cover.original');
  return t(rendition === 'one_thing' ? 'cover.oneThing' : 'cover.redacted');
}

function said(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('_us')) return momentText(value);
  if (typeof value === 'number' && name === 'seconds') return lengthText(value * SECOND_US);
  if (name === 'rendition') return rendered(value);
  if (name === 'alarm' && typeof value === 'string') return kindName(value);
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** What an entry says, as lines, and its places and spans as one short phrase. */
export function factsOf(entry: LedgerEntry): { brief: string; lines: Line[] } {
  const body = entry.body;
  if (body === null) return { brief: t('entry.erased'), lines: [] };
  const ids = [body['camera'], ...(Array.isArray(body['cameras']) ? body['cameras'] : [])];
  const places = ids
    .filter((id): id is string => typeof id === 'string')
    .map((id) => fleet.find(id)?.place ?? id);
  const lines = Object.entries(body)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== '')
    .map(([name, value]) => {
      const word = NAMED[name];
      return { name: word ? t(word) : name, text: said(name, value) };
    });
  if (places.length > 0) lines.unshift({ name: t('requests.where'), text: places.join(', ') });
  const rendition =
    body['rendition'] === 'original' || body['rendition'] === 'one_thing'
      ? [rendered(body['rendition'])]
      : [];
  return { brief: [...places, ...rendition].join(' · '), lines };
}
