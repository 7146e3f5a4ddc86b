import { api } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { Rendition } from '../api/types';
import { renditionOf } from '../cover/cover';
import { NewestWins } from './newest';

interface Ask {
  camera: string;
  us: number;
}

export interface KeyFrameListener {
  /** A key frame is ready to be drawn; `wallUs` is its own wall time. */
  shown(
    frame: CanvasImageSource,
    width: number,
    height: number,
    wallUs: number,
    rendition: Rendition | null,
  ): void;
  failed(problem: Problem, us: number): void;
}

const DECODE_MS = 3000;

/** Follows a dragged pointer with key frames, at most one request in flight. */
export class KeyFrames {
  readonly #video = document.createElement('video');
  readonly #abort = new AbortController();
  readonly #newest = new NewestWins<Ask>((ask) => this.#show(ask));

  constructor(
    readonly grant: string | null,
    readonly listener: KeyFrameListener,
  ) {
    this.#video.muted = true;
    this.#video.preload = 'auto';
  }

  ask(camera: string, us: number): void {
    this.#newest.ask({ camera, us });
  }

  forget(): void {
    this.#newest.forget();
  }

  close(): void {
    this.#newest.forget();
    this.#abort.abort();
  }

  async #show({ camera, us }: Ask): Promise<void> {
    try {
      const response = await api.keyFrame(camera, us, this.grant, this.#abort.signal);
      const wallUs = Number(response.headers.get('farola-wall-us') ?? us);
      const address = URL.createObjectURL(await response.blob());
      try {
        await this.#decode(address);
        const { videoWidth, videoHeight } = this.#video;
        const rendition = renditionOf(response.headers.get('farola-rendition'));
        if (videoWidth > 0) {
          this.listener.shown(this.#video, videoWidth, videoHeight, wallUs, rendition);
        }
      } finally {
        URL.revokeObjectURL(address);
      }
    } catch (reason) {
      if (!this.#abort.signal.aborted) this.listener.failed(asProblem(reason), us);
    }
  }

  #decode(address: string): Promise<void> {
    const video = this.#video;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        video.onloadeddata = null;
        video.onerror = null;
        resolve();
      };
      // A codec that the browser lacks may never answer; the next picture must not wait for it.
      const timer = setTimeout(done, DECODE_MS);
      video.onloadeddata = done;
      video.onerror = done;
      video.src = address;
    });
  }
}
