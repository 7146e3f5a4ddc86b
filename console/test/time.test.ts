import { describe, expect, test } from 'vitest';

import { lengthText, offsetText, sizeText } from '../src/time/lengths';
import {
  clockText,
  dateText,
  dayAfter,
  dayOf,
  daySpan,
  HOUR_US,
  instantOf,
  isDay,
  offsetIn,
  parseClock,
} from '../src/time/zone';

const at = (text: string): number => Date.parse(text) * 1000;
const BUENOS_AIRES = 'America/Argentina/Buenos_Aires';
const MADRID = 'Europe/Madrid';

describe('local time', () => {
  test('reads clock and day in the zone', () => {
    expect(clockText(at('2026-11-24T02:13:05Z'), BUENOS_AIRES)).toBe('23:13:05');
    expect(dayOf(at('2026-11-24T02:13:05Z'), BUENOS_AIRES)).toBe('2026-11-23');
    expect(offsetIn(at('2026-11-24T02:13:05.250Z'), BUENOS_AIRES)).toBe(-3 * HOUR_US);
  });

  test('writes the month as a word', () => {
    expect(dateText(at('2026-11-04T12:00:00Z'), 'UTC', 'es-AR')).toMatch(/4.*nov.*2026/);
    expect(dateText(at('2026-11-04T12:00:00Z'), 'UTC', 'en-GB')).toMatch(/4 Nov 2026/);
  });

  test('turns local times into instants and back', () => {
    for (const zone of [BUENOS_AIRES, MADRID, 'UTC', 'Asia/Kathmandu']) {
      const us = instantOf('2026-07-15', 13 * 3600 + 61, zone);
      expect(dayOf(us, zone)).toBe('2026-07-15');
      expect(clockText(us, zone)).toBe('13:01:01');
    }
  });

  test('knows days of 23 and 25 hours', () => {
    const spring = daySpan('2026-03-29', MADRID);
    expect(spring.end_us - spring.start_us).toBe(23 * HOUR_US);
    const autumn = daySpan('2026-10-25', MADRID);
    expect(autumn.end_us - autumn.start_us).toBe(25 * HOUR_US);
  });

  test('takes the first of a time that occurs twice and steps over a skipped one', () => {
    expect(instantOf('2026-10-25', 2.5 * 3600, MADRID)).toBe(at('2026-10-25T00:30:00Z'));
    expect(instantOf('2026-03-29', 2.5 * 3600, MADRID)).toBe(at('2026-03-29T01:30:00Z'));
  });

  test('counts days over months and years', () => {
    expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
    expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28');
    expect(isDay('2026-02-28')).toBe(true);
    expect(isDay('2026-02-30')).toBe(false);
    expect(isDay('24/11/2026')).toBe(false);
  });

  test.each([
    ['20:13', 72_780],
    ['20:13:05', 72_785],
    ['2013', 72_780],
    ['201305', 72_785],
    ['0:05', 300],
    ['24:00', null],
    ['12:60', null],
    ['noon', null],
    ['', null],
  ])('reads %s', (text, second) => {
    expect(parseClock(text)).toBe(second);
  });
});

describe('lengths and sizes', () => {
  test.each([
    [0, '0 s'],
    [59.4e6, '59 s'],
    [60e6, '1 min'],
    [250e6, '4 min 10 s'],
    [7500e6, '2 h 05 min'],
    [100 * 3600e6, '4 d 4 h'],
  ])('%d µs', (us, text) => {
    expect(lengthText(us)).toBe(text);
  });

  test('offsets carry their sign', () => {
    expect(offsetText(120_000, 'en-GB')).toBe('+0.12 s');
    expect(offsetText(-250_000_000, 'en-GB')).toBe('−4 min 10 s');
  });

  test('sizes are decimal', () => {
    expect(sizeText(999, 'en-GB')).toBe('999 B');
    expect(sizeText(3_636_431, 'es-AR')).toBe('3,6 MB');
    expect(sizeText(123_456_789, 'en-GB')).toBe('123 MB');
  });
});
