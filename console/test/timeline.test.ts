import { describe, expect, test } from 'vitest';

import { fileName } from '../src/timeline/filename';
import { instantText, parseInstant } from '../src/timeline/instants';
import { afterGap, lastWall, mediaAt, type Part, wallAt, windowFor } from '../src/timeline/media';
import { NewestWins } from '../src/timeline/newest';
import { at, clamp, follow, ticks, toTime, toX, viewAround, zoomed } from '../src/timeline/scale';
import { shuttle } from '../src/timeline/shuttle';
import { HOUR_US, MINUTE_US } from '../src/time/zone';

const day = { start_us: 0, end_us: 24 * HOUR_US };

describe('the scale', () => {
  test('goes there and back', () => {
    const view = { start_us: HOUR_US, end_us: 2 * HOUR_US };
    expect(toX(1.5 * HOUR_US, view, 800)).toBe(400);
    expect(toTime(400, view, 800)).toBe(1.5 * HOUR_US);
    expect(toTime(10, view, 0)).toBe(HOUR_US);
  });

  test('stays inside the day', () => {
    expect(viewAround(0, HOUR_US, day)).toEqual({ start_us: 0, end_us: HOUR_US });
    expect(viewAround(24 * HOUR_US, HOUR_US, day).end_us).toBe(day.end_us);
    expect(viewAround(5, 99 * HOUR_US, day)).toEqual(day);
    expect(clamp(-5, day)).toBe(0);
  });

  test('keeps the instant under the pointer while zooming', () => {
    const view = viewAround(12 * HOUR_US, 4 * HOUR_US, day);
    const us = 11 * HOUR_US;
    const nearer = zoomed(view, us, 0.5, day);
    expect(nearer.end_us - nearer.start_us).toBe(2 * HOUR_US);
    expect(toX(us, nearer, 1000)).toBeCloseTo(toX(us, view, 1000));
  });

  test('follows a playhead that leaves, and only then', () => {
    const view = { start_us: 0, end_us: HOUR_US };
    expect(follow(view, MINUTE_US, day)).toBe(view);
    expect(follow(view, HOUR_US, day).start_us).toBe(HOUR_US - HOUR_US / 10);
  });

  test('labels round times far enough apart', () => {
    const found = ticks({ start_us: HOUR_US + 1, end_us: 2 * HOUR_US }, 1000, 0);
    expect(found.length).toBeLessThanOrEqual(1000 / 88);
    expect(found.every((tick) => tick.us % (10 * MINUTE_US) === 0 && !tick.seconds)).toBe(true);
    expect(ticks({ start_us: 0, end_us: MINUTE_US }, 1000, 0)[1]).toEqual({ us: 10e6, seconds: true });
  });

  test('finds what lies at an instant, open ends included', () => {
    const gaps = [
      { start_us: 5, end_us: 10 },
      { start_us: 20, end_us: null },
    ];
    expect(at(gaps, 9)).toBe(gaps[0]);
    expect(at(gaps, 10)).toBeNull();
    expect(at(gaps, 9e15)).toBe(gaps[1]);
  });
});

describe('media and wall time', () => {
  const parts: Part[] = [
    { startS: 0, durationS: 2, wallUs: 100e6, gap: false },
    { startS: 2, durationS: 2, wallUs: 102e6, gap: false },
    { startS: 4, durationS: 60, wallUs: 104e6, gap: true },
    { startS: 64, durationS: 2, wallUs: 164e6, gap: false },
  ];

  test('map both ways over a gap', () => {
    expect(wallAt(parts, 3.5)).toBe(103.5e6);
    expect(wallAt(parts, 63.9999)).toBe(164e6 - 100);
    expect(wallAt([], 1)).toBeNull();
    expect(mediaAt(parts, 103e6)).toBe(3);
    expect(mediaAt(parts, 130e6)).toBe(64);
    expect(mediaAt(parts, 90e6)).toBe(0);
    expect(mediaAt(parts, 170e6)).toBeNull();
  });

  test('step over a part without media', () => {
    expect(afterGap(parts, 1)).toBeNull();
    expect(afterGap(parts, 10)).toBe(64);
    expect(lastWall(parts)).toBe(166e6);
    expect(lastWall([])).toBeNull();
  });

  test('share one window among near instants', () => {
    const first = windowFor(10 * 60e6 + 1);
    expect(windowFor(14 * 60e6)).toEqual(first);
    expect(first.start_us).toBe(9 * 60e6);
    expect(first.end_us).toBeGreaterThan(15 * 60e6);
  });
});

test('one request at a time, and the newest ask wins', async () => {
  const done: number[] = [];
  let release: () => void = () => undefined;
  const newest = new NewestWins<number>(async (ask) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    done.push(ask);
  });
  newest.ask(1);
  newest.ask(2);
  newest.ask(3);
  release();
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([1]);
  newest.ask(4);
  newest.forget();
  release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([1, 3]);
});

test('J K L', () => {
  expect([0, 1, 2, 8].map((speed) => shuttle(speed, 'l'))).toEqual([1, 2, 4, 8]);
  expect([0, -1, -8].map((speed) => shuttle(speed, 'j'))).toEqual([-1, -2, -8]);
  expect(shuttle(4, 'j')).toBe(-1);
  expect(shuttle(-4, 'l')).toBe(1);
  expect(shuttle(0.25, 'l')).toBe(1);
  expect(shuttle(8, 'k')).toBe(0);
});

test('instants in addresses', () => {
  const us = 1_795_555_607_613_000;
  expect(parseInstant(instantText(us))).toBe(us);
  expect(parseInstant('yesterday')).toBeNull();
  expect(parseInstant('2026-13-45T00:00:00Z')).toBeNull();
  expect(parseInstant(null)).toBeNull();
});

test('file names out of Content-Disposition', () => {
  expect(fileName('attachment; filename="clip.mp4"')).toBe('clip.mp4');
  expect(fileName("attachment; filename=x.mp4; filename*=UTF-8''Plaza%20San%20Mart%C3%ADn.mp4")).toBe(
    'Plaza San Martín.mp4',
  );
  expect(fileName("attachment; filename*=UTF-8''%E0%A4%A")).toBeNull();
  expect(fileName(null)).toBeNull();
});
