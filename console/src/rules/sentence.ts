/** A rule as one sentence that says what will happen, in the reader's language. Pure. */

import type { Label, RuleInput, Schedule } from '../api/types';
import type { Word } from '../words/words.svelte';
import { dayRuns, minuteOfDay, wholeDay } from './schedule';

/** The catalogue in the reader's language, and its locale for lists and numbers. */
export interface Voice {
  locale: string;
  /** The zone's name beside hours, where the reader's clocks show another one; else null. */
  zone: string | null;
  say(key: Word, values?: Record<string, string | number>): string;
}

export type Spoken = Pick<
  RuleInput,
  'labels' | 'condition' | 'seconds' | 'count' | 'direction' | 'speed_kmh' | 'schedule'
>;

export const LABELS: readonly Label[] = [
  'person',
  'bicycle',
  'motorcycle',
  'car',
  'bus',
  'truck',
  'vehicle',
  'dog',
];

/** `una persona, un perro o una bicicleta`, in the order of the list of classes. */
function either(labels: readonly Label[], form: 'a' | 'many', voice: Voice): string {
  const said = LABELS.filter((label) => labels.includes(label)).map((label) =>
    voice.say(`label.${label}.${form}`),
  );
  if (said.length === 0) return voice.say('sentence.nothing');
  return new Intl.ListFormat(voice.locale, { type: 'disjunction' }).format(said);
}

/** `30 s`, `2 min`, `1 min 30 s`. */
export function secondsText(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

function daysText(days: readonly number[], voice: Voice): string | null {
  const runs = dayRuns(days);
  if (runs.length === 1 && runs[0]?.[0] === 0 && runs[0][1] === 6) return null;
  const day = (number: number): string => voice.say(`day.${number}` as Word);
  const each = (number: number): string =>
    voice.say('sentence.day', { day: voice.say(`day.${number}.many` as Word) });
  const parts = runs.flatMap(([first, last]) => {
    if (last <= first + 1) return [...new Set([first, last])].map(each);
    return [voice.say('sentence.days', { first: day(first), last: day(last) })];
  });
  return new Intl.ListFormat(voice.locale, { type: 'conjunction' }).format(parts);
}

/** `de 22:00 a 6:00`, `de lunes a viernes, de 8:00 a 18:00`; empty for always. */
export function scheduleText(schedule: Schedule | null, voice: Voice): string {
  if (!schedule) return '';
  const days = daysText(schedule.days, voice);
  const hours = wholeDay(schedule)
    ? null
    : voice.say('sentence.hours', {
        from: minuteOfDay(schedule.start_minute),
        to: minuteOfDay(schedule.end_minute) + (voice.zone === null ? '' : ` (${voice.zone})`),
      });
  return [days, hours].filter((each) => each !== null).join(', ');
}

function happening(rule: Spoken, zone: string, voice: Voice): string {
  const who = either(rule.labels, 'a', voice);
  const time = secondsText(rule.seconds);
  switch (rule.condition) {
    case 'enters':
      return voice.say('sentence.enters', { who, zone });
    case 'stays':
      return voice.say('sentence.stays', { who, zone, time });
    case 'count': {
      const many = either(rule.labels, rule.count === 1 ? 'a' : 'many', voice);
      const values = { many, zone, n: rule.count, time };
      if (rule.count === 1) return voice.say('sentence.present', values);
      return voice.say('sentence.count', values);
    }
    case 'crosses':
      if (rule.direction === 'any') return voice.say('sentence.crosses', { who, zone });
      return voice.say('sentence.crossesArrow', { who, zone });
    case 'speed':
      return voice.say('sentence.speed', { who, zone, speed: rule.speed_kmh ?? '…' });
    case 'wrong_way':
      return voice.say('sentence.wrongWay', { who, zone });
    case 'stopped':
      return voice.say('sentence.stopped', { who, zone, time });
  }
}

/** Conditions in which the place, and not one thing, must hold out for a while. */
const HELD: readonly Spoken['condition'][] = ['enters', 'count', 'speed', 'wrong_way'];

export function holdsByPlace(rule: Spoken): boolean {
  return HELD.includes(rule.condition);
}

/** The whole sentence with its full stop. */
export function sentence(rule: Spoken, zone: string, voice: Voice): string {
  const held =
    holdsByPlace(rule) && rule.seconds > 0
      ? voice.say('sentence.held', { time: secondsText(rule.seconds) })
      : null;
  const when = scheduleText(rule.schedule, voice);
  const what = [happening(rule, zone, voice), held, when === '' ? null : when]
    .filter((each) => each !== null)
    .join(' ');
  return voice.say('sentence.alert', { what });
}
