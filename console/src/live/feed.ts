import { Anchors } from './anchors';
import { readFragment, readTimescale } from './boxes';
import { AppendQueue } from './queue';
import { TimeLine } from './timeline';

/** Seconds of picture kept behind the one shown, and how much may gather before trimming. */
const KEEP_S = 6;
const TRIM_ABOVE_S = 12;

type SourceClass = new () => MediaSource;

function sourceClass(): SourceClass | null {
  const place = globalThis as { ManagedMediaSource?: SourceClass; MediaSource?: SourceClass };
  return place.MediaSource ?? place.ManagedMediaSource ?? null;
}

/** Whether this browser can show that codec at all. */
export function canPlay(mime: string): boolean {
  const source = sourceClass() as (SourceClass & { isTypeSupported(mime: string): boolean }) | null;
  return source?.isTypeSupported(mime) ?? false;
}

/** Feeds one video element with fragments through Media Source Extensions. */
export class MediaFeed {
  readonly anchors = new Anchors();
  readonly #queue = new AppendQueue();
  readonly #line = new TimeLine();
  readonly #source: MediaSource;
  readonly #address: string;
  #buffer: SourceBuffer | null = null;
  #mime = '';
  #timescale = 90_000;
  #broken = false;

  constructor(
    readonly video: HTMLVideoElement,
    readonly onBroken: () => void,
  ) {
    const Source = sourceClass();
    if (!Source) throw new Error('no media source');
    this.#source = new Source();
    this.#address = URL.createObjectURL(this.#source);
    this.#source.addEventListener('sourceopen', () => {
      this.#pump();
    });
    video.disableRemotePlayback = true;
    video.src = this.#address;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  init(mime: string, bytes: ArrayBuffer): void {
    this.#timescale = readTimescale(bytes);
    this.#line.restart();
    this.#queue.push({ bytes: new Uint8Array(bytes), key: true, mime, offsetS: null });
    this.#pump();
  }

  media(bytes: ArrayBuffer): void {
    const fragment = readFragment(bytes);
    if (fragment.decodeTicks === null) return;
    const placed = this.#line.place(fragment.decodeTicks, this.#timescale);
    if (fragment.wallUs !== null) this.anchors.add(placed.startS, fragment.wallUs);
    this.#queue.push({
      bytes: new Uint8Array(bytes),
      key: fragment.key,
      mime: null,
      offsetS: placed.offsetS,
    });
    this.#pump();
  }

  /** The newest buffered stretch, seconds; null while there is none. */
  newest(): { start: number; end: number } | null {
    const ranges = this.#buffer ? this.video.buffered : null;
    if (!ranges || ranges.length === 0) return null;
    return { start: ranges.start(ranges.length - 1), end: ranges.end(ranges.length - 1) };
  }

  trim(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#broken) return;
    const ranges = buffer.buffered;
    const at = this.video.currentTime;
    if (ranges.length > 0 && at - ranges.start(0) > TRIM_ABOVE_S) buffer.remove(0, at - KEEP_S);
  }

  close(): void {
    this.#broken = true;
    this.video.removeAttribute('src');
    this.video.load();
    URL.revokeObjectURL(this.#address);
  }

  #pump(): void {
    if (this.#broken || this.#source.readyState !== 'open' || this.#buffer?.updating) return;
    const item = this.#queue.take();
    if (!item) return;
    try {
      if (item.mime !== null) this.#prepare(item.mime);
      const buffer = this.#buffer;
      if (!buffer) return;
      if (item.offsetS !== null) buffer.timestampOffset = item.offsetS;
      buffer.appendBuffer(item.bytes as Uint8Array<ArrayBuffer>);
    } catch (reason) {
      if (reason instanceof DOMException && reason.name === 'QuotaExceededError' && this.#buffer) {
        this.#queue.putBack(item);
        this.#buffer.remove(0, Math.max(0.1, this.video.currentTime - 0.5));
        return;
      }
      this.#fail();
    }
  }

  #prepare(mime: string): void {
    if (!this.#buffer) {
      this.#source.duration = Infinity;
      this.#buffer = this.#source.addSourceBuffer(mime);
      this.#buffer.mode = 'segments';
      this.#buffer.addEventListener('updateend', () => {
        this.#pump();
      });
      this.#buffer.addEventListener('error', () => {
        this.#fail();
      });
    } else if (mime !== this.#mime) {
      this.#buffer.changeType(mime);
    }
    this.#mime = mime;
  }

  #fail(): void {
    if (this.#broken) return;
    this.#broken = true;
    this.onBroken();
  }
}
