import { api } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Span } from '../api/types';
import { fileName } from './filename';

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
