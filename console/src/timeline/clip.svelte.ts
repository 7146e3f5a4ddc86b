import { api } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Span } from '../api/types';

/** A `filename*` (RFC 8187) or `filename` out of a Content-Disposition; null without one. */
export function fileName(disposition: string | null): string | null {
  const extended = /filename\*=(?:UTF-8)''([^;]+)/i.exec(disposition ?? '');
  if (extended?.[1] !== undefined) {
    try {
      return decodeURIComponent(extended[1]);
    } catch {
      return null;
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? null;
}

/** One download at a time, counted while it comes in and cancelled at will. */
export class ClipDownload {
  stage = $state<'idle' | 'working' | 'done'>('idle');
  bytes = $state(0);
  problem = $state<Problem | null>(null);

  #abort: AbortController | null = null;

  async start(camera: string, span: Span): Promise<void> {
    this.#abort = new AbortController();
    this.stage = 'working';
    this.bytes = 0;
    this.problem = null;
    try {
      const response = await api.clip(camera, span, this.#abort.signal);
      const parts = await this.#read(response);
      const name = fileName(response.headers.get('content-disposition')) ?? 'farola.mp4';
      save(new Blob(parts, { type: 'video/mp4' }), name);
      this.stage = 'done';
    } catch (reason) {
      this.stage = 'idle';
      if (!this.#abort.signal.aborted) this.problem = asProblem(reason);
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }

  async #read(response: Response): Promise<BlobPart[]> {
    const parts: BlobPart[] = [];
    const reader = response.body?.getReader();
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return parts;
      parts.push(chunk.value);
      this.bytes += chunk.value.byteLength;
    }
  }
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
