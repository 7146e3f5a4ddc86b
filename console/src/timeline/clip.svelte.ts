import { api } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Span } from '../api/types';
import { saveFile } from '../shell/save-file';
import { fileName } from './filename';

/** One download at a time, counted while it comes in and cancelled at will. */
export class ClipDownload {
  stage = $state<'idle' | 'working' | 'done'>('idle');
  bytes = $state(0);
  problem = $state<Problem | null>(null);

  #abort: AbortController | null = null;

  async start(camera: string, span: Span, grant: string | null): Promise<void> {
    this.#abort = new AbortController();
    this.stage = 'working';
    this.bytes = 0;
    this.problem = null;
    try {
      const response = await api.clip(camera, span, grant, this.#abort.signal);
      const parts = await this.#read(response);
      const name = fileName(response.headers.get('content-disposition')) ?? 'farola.mp4';
      saveFile(new Blob(parts, { type: 'video/mp4' }), name);
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
