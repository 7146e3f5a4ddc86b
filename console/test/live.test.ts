import { describe, expect, test } from 'vitest';

import { Anchors } from '../src/live/anchors';
import { retryDelayMs } from '../src/live/backoff';
import { ntpToUs, readFragment, readTimescale } from '../src/live/boxes';
import { catchUp } from '../src/live/catchup';
import { AppendQueue, MAX_ITEMS, type Waiting } from '../src/live/queue';
import { TimeLine } from '../src/live/timeline';

function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function u64(value: number): number[] {
  return [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
}

function box(type: string, ...content: number[][]): number[] {
  const body = content.flat();
  return [...u32(body.length + 8), ...[...type].map((letter) => letter.charCodeAt(0)), ...body];
}

function buffer(...content: number[][]): ArrayBuffer {
  return new Uint8Array(content.flat()).buffer;
}

const UNIX_AT_NTP_S = 2_208_988_800;

function fragment(wallS: number, ticks: number, flags: number): number[] {
  const prft = box('prft', u32(0x01000000), u32(1), u32(wallS + UNIX_AT_NTP_S), u32(2 ** 31), u64(ticks));
  const tfhd = box('tfhd', u32(0x020000), u32(1));
  const tfdt = box('tfdt', u32(0x01000000), u64(ticks));
  // data-offset, first-sample-flags, sample-size
  const trun = box('trun', u32(0x205), u32(1), u32(100), u32(flags), u32(4));
  const moof = box('moof', box('mfhd', u32(0), u32(7)), box('traf', tfhd, tfdt, trun));
  return [...prft, ...moof, ...box('mdat', [1, 2, 3, 4])];
}

describe('boxes', () => {
  test('tell wall time, decode time and whether decoding can begin', () => {
    const ticks = 5 * 2 ** 32 + 90;
    expect(readFragment(buffer(fragment(1_795_000_000, ticks, 0x02000000)))).toEqual({
      wallUs: 1_795_000_000_500_000,
      decodeTicks: ticks,
      key: true,
    });
    expect(readFragment(buffer(fragment(0, 1, 0x01010000))).key).toBe(false);
  });

  test('read flags per sample where there are no first-sample-flags', () => {
    // data-offset, sample-duration, sample-size, sample-flags
    const trun = box('trun', u32(0x701), u32(1), u32(100), u32(3600), u32(4), u32(0x01010000));
    const moof = box('moof', box('traf', box('tfhd', u32(0), u32(1)), trun));
    expect(readFragment(buffer(moof))).toEqual({ wallUs: null, decodeTicks: null, key: false });
  });

  test('survive every cut and every flipped byte', () => {
    const whole = new Uint8Array(fragment(1_795_000_000, 90_000, 0));
    for (let size = 0; size < whole.length; size += 1) {
      expect(() => readFragment(whole.slice(0, size).buffer)).not.toThrow();
      const flipped = whole.slice();
      flipped[size] = (flipped[size] ?? 0) ^ 0xff;
      expect(() => readFragment(flipped.buffer)).not.toThrow();
    }
  });

  test('find the timescale, or take the house rule', () => {
    const mdhd = box('mdhd', u32(0), u32(0), u32(0), u32(12_800), u32(0), u32(0));
    const init = buffer(box('ftyp', u32(0)), box('moov', box('trak', box('mdia', mdhd))));
    expect(readTimescale(init)).toBe(12_800);
    expect(readTimescale(buffer(box('ftyp', u32(0))))).toBe(90_000);
  });

  test('round NTP fractions to microseconds', () => {
    expect(ntpToUs(UNIX_AT_NTP_S + 1, 2 ** 30)).toBe(1_250_000);
  });
});

describe('catching up', () => {
  test('keeps its speed in between, nudges, jumps', () => {
    expect(catchUp(0.1, 1.25)).toEqual({ rate: 1, jump: false });
    expect(catchUp(0.4, 1.1)).toEqual({ rate: 1.1, jump: false });
    expect(catchUp(0.4, 1)).toEqual({ rate: 1, jump: false });
    expect(catchUp(0.7, 1)).toEqual({ rate: 1.1, jump: false });
    expect(catchUp(1.5, 1)).toEqual({ rate: 1.25, jump: false });
    expect(catchUp(2.5, 1.25)).toEqual({ rate: 1, jump: true });
  });
});

describe('anchors', () => {
  test('take the last one at or before the place', () => {
    const anchors = new Anchors();
    expect(anchors.wallAt(0)).toBeNull();
    anchors.add(0, 1_000_000);
    anchors.add(10, 61_000_000);
    expect(anchors.wallAt(4)).toBe(5_000_000);
    expect(anchors.wallAt(9.9999)).toBe(60_999_900);
    expect(anchors.wallAt(10.04)).toBe(61_040_000);
  });

  test('forget what a step back made void, and stay small', () => {
    const anchors = new Anchors();
    for (let at = 0; at < 5000; at += 1) anchors.add(at, at * 1_000_000);
    expect(anchors.wallAt(4999)).toBe(4_999_000_000);
    anchors.add(4998.5, 0);
    expect(anchors.wallAt(4999)).toBe(500_000);
    expect(anchors.wallAt(1)).toBeNull();
  });
});

describe('the time line', () => {
  test('begins at zero whatever the camera counts', () => {
    const line = new TimeLine();
    expect(line.place(9_000_000, 90_000)).toEqual({ startS: 0, offsetS: -100 });
    expect(line.place(9_003_600, 90_000)).toEqual({ startS: expect.closeTo(0.04), offsetS: null });
  });

  test('sews a new run and a jump of the clock to what came before', () => {
    const line = new TimeLine();
    line.place(0, 90_000);
    line.place(90_000, 90_000);
    line.restart();
    const next = line.place(45_000_000, 90_000);
    expect(next.startS).toBeCloseTo(1.04);
    expect(next.offsetS).toBeCloseTo(1.04 - 500);
    const back = line.place(0, 90_000);
    expect(back.startS).toBeCloseTo(1.08);
  });
});

describe('the queue', () => {
  const item = (size: number, key = false, offsetS: number | null = null): Waiting => ({
    bytes: new Uint8Array(size).fill(size),
    key,
    mime: null,
    offsetS,
  });
  const init: Waiting = { bytes: new Uint8Array(5), key: true, mime: 'video/mp4', offsetS: null };

  test('joins fragments, never over an init segment or a new offset', () => {
    const queue = new AppendQueue();
    queue.push(init);
    queue.push(item(2, true, 3));
    queue.push(item(3));
    queue.push(item(4, true, 9));
    expect(queue.take()?.mime).toBe('video/mp4');
    expect(queue.take()).toMatchObject({ offsetS: 3, bytes: new Uint8Array([2, 2, 3, 3, 3]) });
    expect(queue.take()).toMatchObject({ offsetS: 9 });
    expect(queue.take()).toBeNull();
  });

  test('cuts back to the newest key frame and counts what it gave up', () => {
    const queue = new AppendQueue();
    queue.push(init);
    queue.push(item(1, true, 7));
    for (let count = 1; count < MAX_ITEMS; count += 1) queue.push(item(1, count === MAX_ITEMS - 3));
    expect(queue.dropped).toBe(MAX_ITEMS - 3);
    expect(queue.take()?.mime).toBe('video/mp4');
    // The offset that the dropped part had brought is not lost with it.
    expect(queue.take()).toMatchObject({ key: true, offsetS: 7, bytes: { byteLength: 3 } });
  });

  test('waits for a key frame when none was left', () => {
    const queue = new AppendQueue();
    queue.push(item(1, true));
    for (let count = 0; count < MAX_ITEMS; count += 1) queue.push(item(1));
    expect(queue.length).toBe(0);
    queue.push(item(1));
    expect(queue.length).toBe(0);
    queue.push(item(1, true));
    expect(queue.length).toBe(1);
  });
});

test('retries double up to ten seconds, with jitter', () => {
  expect(retryDelayMs(0, 0)).toBe(250);
  expect(retryDelayMs(0, 1)).toBe(500);
  expect(retryDelayMs(3, 1)).toBe(4000);
  expect(retryDelayMs(99, 1)).toBe(10_000);
});
