/** What waits for the SourceBuffer: bounded, and cut only where decoding can begin again. Pure. */

export interface Waiting {
  bytes: Uint8Array;
  key: boolean;
  /** Set on an init segment: the MIME type that it begins. */
  mime: string | null;
  /** Set when `timestampOffset` must change before these bytes. */
  offsetS: number | null;
}

export const MAX_BYTES = 12_000_000;
export const MAX_ITEMS = 250;

export class AppendQueue {
  #items: Waiting[] = [];
  #bytes = 0;
  #needKey = false;
  /** Fragments given up because the browser did not keep pace. */
  dropped = 0;

  get length(): number {
    return this.#items.length;
  }

  push(item: Waiting): void {
    if (item.mime === null && this.#needKey) {
      if (!item.key) {
        this.dropped += 1;
        return;
      }
      this.#needKey = false;
    }
    this.#items.push(item);
    this.#bytes += item.bytes.byteLength;
    if (this.#bytes > MAX_BYTES || this.#items.length > MAX_ITEMS) this.#cut();
  }

  /** The next bytes for one append: an init segment alone, or a run of fragments joined. */
  take(): Waiting | null {
    const head = this.#items[0];
    if (!head) return null;
    let count = 1;
    if (head.mime === null) {
      while (joins(this.#items[count])) count += 1;
    }
    const run = this.#items.splice(0, count);
    const size = run.reduce((sum, item) => sum + item.bytes.byteLength, 0);
    this.#bytes -= size;
    if (count === 1) return head;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const item of run) {
      bytes.set(item.bytes, at);
      at += item.bytes.byteLength;
    }
    return { ...head, bytes };
  }

  /** Puts back what an append refused. */
  putBack(item: Waiting): void {
    this.#items.unshift(item);
    this.#bytes += item.bytes.byteLength;
  }

  /** Keeps init segments and the newest key frame with what follows it. */
  #cut(): void {
    const lastKey = this.#items.findLastIndex((item) => item.mime === null && item.key);
    const keptFrom = lastKey > 0 ? lastKey : this.#items.length;
    let offsetS: number | null = null;
    const kept: Waiting[] = [];
    this.#items.forEach((item, index) => {
      if (item.mime !== null || index >= keptFrom) {
        kept.push(item);
      } else {
        offsetS = item.offsetS ?? offsetS;
        this.dropped += 1;
      }
    });
    const first = kept.find((item) => item.mime === null);
    if (first) first.offsetS ??= offsetS;
    this.#needKey = first === undefined;
    this.#items = kept;
    this.#bytes = kept.reduce((sum, item) => sum + item.bytes.byteLength, 0);
  }
}

function joins(item: Waiting | undefined): boolean {
  return item?.mime === null && item.offsetS === null;
}
