/** Reads what the live player needs from ISO BMFF boxes (ISO/IEC 14496-12). Pure. */

export interface Fragment {
  /** Wall time of the fragment's first sample from its `prft`, UTC microseconds; null without. */
  wallUs: number | null;
  /** `tfdt` base media decode time of the first track, in the track's ticks; null without. */
  decodeTicks: number | null;
  /** True when the first sample can be decoded on its own. */
  key: boolean;
}

interface Box {
  type: string;
  start: number;
  end: number;
}

const MAX_BOXES = 64;

function* boxes(view: DataView, from: number, to: number): Generator<Box> {
  let at = from;
  for (let count = 0; at + 8 <= to && count < MAX_BOXES; count += 1) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(
      view.getUint8(at + 4),
      view.getUint8(at + 5),
      view.getUint8(at + 6),
      view.getUint8(at + 7),
    );
    const end = size === 0 ? to : at + size;
    if (size === 1 || end < at + 8 || end > to) return;
    yield { type, start: at + 8, end };
    at = end;
  }
}

function bigTime(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}

/** Seconds between 1900 (NTP) and 1970 (Unix). */
const NTP_TO_UNIX_S = 2_208_988_800;

/** A 64-bit NTP time stamp as UTC microseconds, rounded. */
export function ntpToUs(seconds: number, fraction: number): number {
  return (seconds - NTP_TO_UNIX_S) * 1_000_000 + Math.round((fraction * 1_000_000) / 2 ** 32);
}

function readProducerTime(view: DataView, box: Box): number | null {
  // version+flags 4, reference_track_ID 4, ntp_timestamp 8, media_time 4 or 8
  if (box.end - box.start < 20) return null;
  return ntpToUs(view.getUint32(box.start + 8), view.getUint32(box.start + 12));
}

function readDecodeTime(view: DataView, box: Box): number | null {
  const length = box.end - box.start;
  if (length < 8) return null;
  if (view.getUint8(box.start) === 0) return view.getUint32(box.start + 4);
  return length < 12 ? null : bigTime(view, box.start + 4);
}

/** `sample_is_non_sync_sample` of the first sample, from `trun` or `tfhd` (8.8.7, 8.8.8). */
function nonSync(view: DataView, trun: Box, tfhd: Box | null): boolean {
  const flags = view.getUint32(trun.start) & 0xffffff;
  let at = trun.start + 8 + (flags & 0x1 ? 4 : 0);
  if (flags & 0x4) return at + 4 <= trun.end && (view.getUint32(at) & 0x10000) !== 0;
  if (flags & 0x400) {
    at += (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0);
    return at + 4 <= trun.end && (view.getUint32(at) & 0x10000) !== 0;
  }
  if (tfhd) {
    const has = view.getUint32(tfhd.start) & 0xffffff;
    let field = tfhd.start + 8;
    for (const [bit, size] of [
      [0x1, 8],
      [0x2, 4],
      [0x8, 4],
      [0x10, 4],
    ] as const) {
      if (has & bit) field += size;
    }
    if (has & 0x20 && field + 4 <= tfhd.end) return (view.getUint32(field) & 0x10000) !== 0;
  }
  return false;
}

/** Looks into `prft` + `moof` + `mdat`; whatever is missing or malformed reads as null. */
export function readFragment(data: ArrayBuffer): Fragment {
  const view = new DataView(data);
  const found: Fragment = { wallUs: null, decodeTicks: null, key: false };
  for (const box of boxes(view, 0, view.byteLength)) {
    if (box.type === 'prft') found.wallUs = readProducerTime(view, box);
    if (box.type !== 'moof') continue;
    for (const traf of boxes(view, box.start, box.end)) {
      if (traf.type !== 'traf') continue;
      let tfhd: Box | null = null;
      for (const inner of boxes(view, traf.start, traf.end)) {
        if (inner.type === 'tfhd') tfhd = inner;
        if (inner.type === 'tfdt') found.decodeTicks = readDecodeTime(view, inner);
        if (inner.type === 'trun' && inner.end - inner.start >= 8) {
          found.key = !nonSync(view, inner, tfhd);
        }
      }
      return found;
    }
  }
  return found;
}

/** The media timescale in an init segment (`moov/trak/mdia/mdhd`), 90000 when it says none. */
export function readTimescale(data: ArrayBuffer): number {
  const view = new DataView(data);
  let from = 0;
  let to = view.byteLength;
  for (const type of ['moov', 'trak', 'mdia', 'mdhd']) {
    const box = [...boxes(view, from, to)].find((each) => each.type === type);
    if (!box) return 90_000;
    [from, to] = [box.start, box.end];
  }
  if (to - from < 24) return 90_000;
  const scale = view.getUint32(from + (view.getUint8(from) === 0 ? 12 : 20));
  return scale > 0 ? scale : 90_000;
}
