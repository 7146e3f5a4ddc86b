import { describe, expect, test } from 'vitest';

import type { CameraEvent, HourCount } from '../src/api/types';
import {
  busiest,
  columns,
  hourly,
  hoursOf,
  knownHours,
  shade,
  SHADES,
  sum,
} from '../src/activity/counts';
import { coverShown, renditionOf, withholds } from '../src/cover/cover';
import { Turnstile } from '../src/cover/turnstile';
import { addressOf, filtersOf, isFiltered, NO_FILTERS, queryOf, withCamera } from '../src/events/filters';
import { type Listed, renewed, unknownIn, withNewest, withOlder } from '../src/events/paging';
import { DAY_US, daySpan, HOUR_US, instantOf } from '../src/time/zone';
import { answerBody, header } from '../src/timeline/answers';
import { eventBands, eventsNear } from '../src/timeline/event-bands';
import { counted, needsLook } from '../src/vision/status';

const ZONE = 'America/Argentina/Buenos_Aires';

function event(id: string, start_us: number, end_us: number | null = start_us + 1): CameraEvent {
  return { id, start_us, end_us } as CameraEvent;
}

describe('what a badge may claim', () => {
  test('is only what the server said', () => {
    expect(coverShown(null, null)).toBeNull();
    expect(coverShown('redacted', null)).toBe('redacted');
    expect(coverShown('one_thing', { state: 'covered', reason: null })).toBe('one_thing');
    expect(coverShown('redacted', { state: 'whole', reason: 'warming_up' })).toBe('whole');
    expect(coverShown(null, { state: 'withheld', reason: 'decoder_failed' })).toBe('withheld');
  });

  test('an original is never called covered', () => {
    expect(coverShown('original', { state: 'covered', reason: null })).toBe('original');
  });

  test('comes from a header that is understood', () => {
    expect(['redacted', 'original', 'REDACTED', '', null].map(renditionOf)).toEqual([
      'redacted',
      'original',
      null,
      null,
      null,
    ]);
    expect([withholds('detector_failed'), withholds('not_found')]).toEqual([true, false]);
  });

  test('reads what hls.js keeps of an answer', async () => {
    const request = {
      getResponseHeader: (name: string) => (name === 'farola-rendition' ? 'redacted' : null),
      response: new TextEncoder().encode('{"kind":"detector_failed"}').buffer,
    };
    expect(header(request, 'farola-rendition')).toBe('redacted');
    expect(await answerBody(request)).toEqual({ kind: 'detector_failed' });
    expect(await answerBody({ response: 'not json' })).toBeNull();
    expect([await answerBody(null), header(undefined, 'x')]).toEqual([null, null]);
    const fetched = new Response('{"kind":"thing_unclear"}', { status: 409 });
    expect(await answerBody(fetched)).toEqual({ kind: 'thing_unclear' });
    expect(await answerBody(fetched)).toBeNull();
  });
});

describe('the turnstile', () => {
  test('lets so many in and the others in turn', async () => {
    const turnstile = new Turnstile(2);
    const { signal } = new AbortController();
    const doors: (() => void)[] = [];
    let inside = 0;
    let most = 0;
    const done: number[] = [];
    const passes = [0, 1, 2, 3, 4].map((number) =>
      turnstile.pass(signal, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise<void>((open) => doors.push(open));
        inside -= 1;
        done.push(number);
      }),
    );
    for (let step = 0; step < 5; step += 1) {
      await new Promise((later) => setTimeout(later, 0));
      doors.shift()?.();
    }
    await Promise.all(passes);
    expect(most).toBe(2);
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });

  test('forgets who left the queue, and a failure frees the place', async () => {
    const turnstile = new Turnstile(1);
    const keeper = new AbortController();
    const leaver = new AbortController();
    let open: () => void = () => undefined;
    const first = turnstile.pass(keeper.signal, () => new Promise<void>((done) => (open = done)));
    let entered = false;
    const left = turnstile.pass(leaver.signal, async () => {
      entered = true;
      await Promise.resolve();
    });
    leaver.abort();
    await expect(left).rejects.toThrow();
    open();
    await first;
    await expect(
      turnstile.pass(keeper.signal, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    await expect(turnstile.pass(keeper.signal, () => Promise.resolve(7))).resolves.toBe(7);
    expect(entered).toBe(false);
  });
});

describe('filters', () => {
  const read = (text: string) => filtersOf(new URLSearchParams(text));

  test('go to the address and back', () => {
    const text = 'camera=c1&zone=z1&rule=r1&class=car&day=2026-11-25&from=22:00&to=06:00';
    const filters = read(text);
    const kept = Object.entries(addressOf(filters)).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    expect(read(new URLSearchParams(kept).toString())).toEqual(filters);
    expect(isFiltered(filters)).toBe(true);
  });

  test('leave out what they do not know', () => {
    expect(read('class=cat&last=2y&day=2026-02-31&from=9:00')).toEqual(NO_FILTERS);
    expect(read('rule=r1')).toEqual({ ...NO_FILTERS, rule: 'r1' });
    expect(read('last=1h&day=2026-11-25')).toMatchObject({ last: null, day: '2026-11-25' });
    expect(read('last=toString')).toEqual(NO_FILTERS);
    expect(isFiltered(NO_FILTERS)).toBe(false);
  });

  test('another camera takes its zone and rule along', () => {
    expect(withCamera(read('camera=a&zone=z&rule=r'), 'b')).toMatchObject({
      camera: 'b',
      zone: null,
      rule: null,
    });
  });

  test('ask for local days and nights', () => {
    const now = instantOf('2026-11-25', 43_200, ZONE);
    expect(queryOf(NO_FILTERS, ZONE, now)).toEqual({});
    expect(queryOf(read('last=24h&class=dog'), ZONE, now)).toEqual({
      label: 'dog',
      start_us: now - DAY_US,
    });
    const day = daySpan('2026-11-25', ZONE);
    expect(queryOf(read('day=2026-11-25'), ZONE, now)).toEqual(day);
    expect(queryOf(read('day=2026-11-25&from=22:00&to=06:00'), ZONE, now)).toEqual({
      start_us: day.start_us + 22 * HOUR_US,
      end_us: day.end_us + 6 * HOUR_US,
    });
    expect(queryOf(read('day=2026-11-25&from=08:00&to=18:00'), ZONE, now)).toEqual({
      start_us: day.start_us + 8 * HOUR_US,
      end_us: day.start_us + 18 * HOUR_US,
    });
  });
});

describe('paging', () => {
  const listed: Listed = { events: [event('c', 3, null), event('b', 2)], next: '2.b' };

  test('grows below without doubles', () => {
    const page = { events: [event('b', 2), event('a', 1)], next: null };
    const more = withOlder(listed, page);
    expect(more.events.map((each) => each.id)).toEqual(['c', 'b', 'a']);
    expect(more.next).toBeNull();
  });

  test('grows above, renews what went on, and keeps its place below', () => {
    const page = { events: [event('d', 4), event('c', 3, 9), event('b', 2)], next: '2.b' };
    const next = withNewest(listed, page);
    expect(next.events.map((each) => each.id)).toEqual(['d', 'c', 'b']);
    expect(next.events[1]?.end_us).toBe(9);
    expect(next.next).toBe('2.b');
    expect(unknownIn(listed, page)).toBe(1);
    expect(renewed(listed, page).events.map((each) => each.end_us)).toEqual([9, 3]);
  });

  test('begins anew when the new page does not reach what is known', () => {
    const page = { events: [event('z', 99), event('y', 98)], next: '98.y' };
    expect(withNewest(listed, page)).toEqual(page);
    const whole = { events: [event('z', 99)], next: null };
    expect(withNewest(listed, whole).events.map((each) => each.id)).toEqual(['z', 'c', 'b']);
  });
});

describe('event marks', () => {
  const view = { start_us: 0, end_us: 1000 };

  test('stand at their times and stay wide enough to see', () => {
    expect(eventBands([event('a', 100, 101), event('b', 500, 700)], view, 100, 1000, 4)).toEqual([
      { x: 10, width: 4, count: 1 },
      { x: 50, width: 20, count: 1 },
    ]);
  });

  test('join where they would lie on each other, and last until now', () => {
    const events = [event('b', 110, 120), event('a', 100, 300), event('c', 900, null)];
    expect(eventBands(events, view, 100, 950, 4)).toEqual([
      { x: 10, width: 20, count: 2 },
      { x: 90, width: 5, count: 1 },
    ]);
    expect(eventBands([event('x', 2000, 2001)], view, 100, 950, 4)).toEqual([]);
  });

  test('are found near the pointer', () => {
    const events = [event('a', 100, 200), event('b', 900, null)];
    expect(eventsNear(events, 205, 10, 950).map((each) => each.id)).toEqual(['a']);
    expect(eventsNear(events, 940, 10, 950).map((each) => each.id)).toEqual(['b']);
    expect(eventsNear(events, 500, 10, 950)).toEqual([]);
  });
});

describe('hourly counts', () => {
  const span = { start_us: 0, end_us: 4 * HOUR_US };
  const hours = hoursOf(span);
  const count = (hour: number, label: string, entered: number, peak: number, zone: string | null) =>
    ({ hour_us: hour * HOUR_US, label, entered, peak, zone_id: zone }) as HourCount;
  const counts = [
    count(0, 'person', 5, 2, null),
    count(0, 'car', 3, 4, null),
    count(2, 'bicycle', 1, 1, null),
    count(0, 'person', 9, 9, 'z1'),
  ];

  test('cover the span, from the UTC hour in which it begins', () => {
    expect(hours).toHaveLength(4);
    expect(hoursOf({ start_us: HOUR_US / 2, end_us: 2 * HOUR_US })[0]).toBe(0);
  });

  test('add what came in and do not add what was there at once', () => {
    const now = 2.5 * HOUR_US;
    expect(hourly(counts, hours, null, 'all', 'entered', now)).toEqual([8, 0, 1, null]);
    expect(hourly(counts, hours, null, 'all', 'peak', now)).toEqual([4, 0, 1, null]);
    expect(hourly(counts, hours, null, 'people', 'entered', now)).toEqual([5, 0, 0, null]);
    expect(hourly(counts, hours, null, 'vehicles', 'entered', now)).toEqual([3, 0, 1, null]);
    expect(hourly(counts, hours, 'z1', 'all', 'entered', now)).toEqual([9, 0, 0, null]);
  });

  test('take shades from nothing to most', () => {
    expect([null, 0, 1, 25, 100].map((value) => shade(value, 100))).toEqual([0, 0, 1, 3, SHADES]);
    expect(shade(5, 0)).toBe(0);
  });

  test('become columns whose last step has its breadth', () => {
    const line = { zone: null, name: 'x', values: [8, 0, 1, null] };
    expect(columns(hours, [line])).toEqual([
      [0, 3600, 7200, 10_800, 14_400],
      [8, 0, 1, 1, null],
    ]);
    expect(knownHours(line.values)).toBe(3);
    expect(columns(hours, [{ ...line, values: [1, 2, 3, 4] }])[1]).toEqual([1, 2, 3, 4, 4]);
    expect(columns([], [{ ...line, values: [] }])[1]).toEqual([null]);
  });

  test('name the busiest hour and their sum', () => {
    expect(busiest(hours, [8, 0, 1, null])).toEqual({ hour: 0, value: 8 });
    expect(busiest(hours, [0, 0, null, null])).toBeNull();
    expect(sum([8, 0, 1, null])).toBe(9);
  });
});

test('the detection names what needs a look, and not what is starting', () => {
  const seen = (state: string, reason: string | null) => ({ state, reason }) as never;
  const cameras = [
    seen('covered', null),
    seen('whole', 'warming_up'),
    seen('whole', 'detector_late'),
    seen('withheld', 'decoder_failed'),
    seen('covered', null),
  ];
  expect(counted(cameras)).toEqual([
    ['covered', 2],
    ['whole', 2],
    ['withheld', 1],
  ]);
  expect(needsLook(cameras)).toEqual([cameras[2], cameras[3]]);
});
