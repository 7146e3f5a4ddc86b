import Hls, { type ErrorData, type LevelDetails } from 'hls.js/light';

import { playlistPath } from '../api/client';
import { asProblem, type Problem, problemFrom } from '../api/problem';
import type { Span } from '../api/types';
import { SECOND_US } from '../time/zone';
import { afterGap, lastWall, mediaAt, type Part, wallAt, windowFor } from './media';

export type PlayerPhase = 'idle' | 'loading' | 'ready' | 'empty' | 'unsupported' | 'failed';

const CONFIG = {
  autoStartLoad: false,
  // A worker would be a blob: script, which the security policy forbids.
  enableWorker: false,
  maxBufferLength: 20,
  maxMaxBufferLength: 40,
  backBufferLength: 30,
  startFragPrefetch: true,
} as const;

const FRAME_S = 1 / 25;

function partsOf(details: LevelDetails): Part[] {
  return details.fragments.map((fragment) => ({
    startS: fragment.start,
    durationS: fragment.duration,
    wallUs: (fragment.programDateTime ?? 0) * 1000,
    gap: fragment.gap === true,
  }));
}

/** Plays recordings of one camera around a chosen instant, one playlist window at a time. */
export class RecordedPlayer {
  phase = $state<PlayerPhase>('idle');
  problem = $state<Problem | null>(null);
  playing = $state(false);
  rate = $state(1);
  /** The wall time of the picture presented, UTC microseconds. */
  wallUs = $state<number | null>(null);

  #hls: Hls | null = null;
  #span: Span | null = null;
  #parts: Part[] = [];
  #goal: number | null = null;
  #frameS = FRAME_S;
  #mediaS = 0;
  #frames = 0;

  constructor(
    readonly camera: string,
    readonly video: HTMLVideoElement,
    /** A picture of the sought place is on the screen. */
    readonly onPresented: (frames: number, wallUs: number) => void,
    /** Playing came to the end of what the window holds. */
    readonly onEnd: (wallUs: number) => void,
  ) {
    video.addEventListener('ended', this.#onEnded);
    video.addEventListener('timeupdate', this.#onTime);
    video.addEventListener('play', this.#onPlayState);
    video.addEventListener('pause', this.#onPlayState);
    video.requestVideoFrameCallback(this.#onFrame);
  }

  /** Shows the instant, or the first recorded one after it inside the window. */
  seek(us: number): void {
    const span = this.#span;
    if (span && us >= span.start_us && us < span.end_us && this.#parts.length > 0) {
      const place = mediaAt(this.#parts, us);
      if (place !== null) {
        this.phase = 'ready';
        this.video.currentTime = place;
        return;
      }
    }
    this.#load(us);
  }

  play(): void {
    this.playing = true;
    this.video.playbackRate = this.rate;
    this.video.play().catch(() => {
      this.playing = !this.video.paused;
    });
  }

  pause(): void {
    this.playing = false;
    this.video.pause();
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.video.playbackRate = rate;
  }

  /** One picture on (1) or back (-1). */
  step(direction: 1 | -1): void {
    this.pause();
    // The middle of the neighbouring picture: safe from rounding at its edges.
    this.video.currentTime = Math.max(0, this.#mediaS + this.#frameS * (direction + 0.5));
  }

  close(): void {
    const { video } = this;
    video.removeEventListener('ended', this.#onEnded);
    video.removeEventListener('timeupdate', this.#onTime);
    video.removeEventListener('play', this.#onPlayState);
    video.removeEventListener('pause', this.#onPlayState);
    this.#drop();
  }

  #drop(): void {
    this.#hls?.destroy();
    this.#hls = null;
    this.#parts = [];
    this.#span = null;
  }

  #load(us: number): void {
    this.#drop();
    this.#span = windowFor(us);
    this.#goal = us;
    this.phase = 'loading';
    this.problem = null;
    if (!Hls.isSupported()) {
      this.phase = 'unsupported';
      return;
    }
    const hls = new Hls(CONFIG);
    this.#hls = hls;
    hls.on(Hls.Events.LEVEL_LOADED, (_event, { details }) => {
      this.#onDetails(details);
    });
    hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
      this.#parts = partsOf(details);
    });
    hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_event, { details }) => {
      this.#parts = partsOf(details);
    });
    hls.on(Hls.Events.ERROR, (_event, data) => {
      this.#onError(data);
    });
    hls.loadSource(playlistPath(this.camera, this.#span));
    hls.attachMedia(this.video);
  }

  #onDetails(details: LevelDetails): void {
    this.#parts = partsOf(details);
    if (this.#goal === null) return;
    const place = mediaAt(this.#parts, this.#goal);
    if (place === null) {
      this.phase = 'empty';
      return;
    }
    this.#goal = null;
    this.#hls?.startLoad(place);
    this.video.playbackRate = this.rate;
    if (this.playing) this.play();
  }

  #onError(data: ErrorData): void {
    if (data.details === Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR || /incompatible/i.test(data.details)) {
      this.phase = 'unsupported';
      return;
    }
    if (!data.fatal) return;
    const status = data.response?.code ?? 0;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.phase === 'ready') {
      this.#hls?.recoverMediaError();
      return;
    }
    const levelEmpty =
      data.details === Hls.ErrorDetails.LEVEL_EMPTY_ERROR ||
      data.details === Hls.ErrorDetails.MANIFEST_PARSING_ERROR;
    if (status === 404 || levelEmpty) {
      this.phase = 'empty';
      return;
    }
    this.problem = status > 0 ? problemFrom(status, null) : asProblem(data.error);
    this.phase = 'failed';
  }

  readonly #onFrame = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    this.video.requestVideoFrameCallback(this.#onFrame);
    const step = frame.mediaTime - this.#mediaS;
    if (this.playing && step > 0.005 && step < 0.21) {
      this.#frameS = step < this.#frameS * 0.75 || step > this.#frameS * 2.2
        ? step
        : this.#frameS * 0.9 + step * 0.1;
    }
    this.#mediaS = frame.mediaTime;
    this.#frames += 1;
    const wall = wallAt(this.#parts, frame.mediaTime);
    if (wall === null) return;
    this.phase = 'ready';
    this.wallUs = wall;
    this.onPresented(this.#frames, wall);
  };

  readonly #onTime = (): void => {
    const on = afterGap(this.#parts, this.video.currentTime);
    if (on !== null) this.video.currentTime = on;
  };

  readonly #onPlayState = (): void => {
    if (this.phase === 'ready') this.playing = !this.video.paused && !this.video.ended;
  };

  readonly #onEnded = (): void => {
    const wall = lastWall(this.#parts) ?? this.wallUs;
    if (wall !== null) this.onEnd(wall + SECOND_US / 100);
  };
}
