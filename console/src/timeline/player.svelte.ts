import Hls, { type ErrorData, type FragLoadedData, type LevelDetails } from 'hls.js/light';

import { playlistPath } from '../api/client';
import { asProblem, type Problem, problemFrom } from '../api/problem';
import type { Rendition, Span } from '../api/types';
import { renditionOf, underGrant } from '../cover/cover';
import { SECOND_US } from '../time/zone';
import { answerBody, header } from './answers';
import { afterGap, lastWall, mediaAt, type Part, wallAt, windowFor } from './media';

export type PlayerPhase = 'idle' | 'loading' | 'ready' | 'empty' | 'unsupported' | 'failed';

/**
 * How far ahead is loaded. Every part is covered for this viewer alone, so nothing is for one who
 * does not play: the next place that is sought would wait for it.
 */
const AHEAD_PLAYING_S = 8;
const AHEAD_PAUSED_S = 0.1;

const CONFIG = {
  autoStartLoad: false,
  // A worker would be a blob: script, which the security policy forbids.
  enableWorker: false,
  maxBufferLength: AHEAD_PAUSED_S,
  maxMaxBufferLength: 40,
  backBufferLength: 30,
  startFragPrefetch: true,
  // The server covers pictures while it sends them: the first are shown while the rest are covered.
  progressive: true,
  // Less than a step back reaches: an instant just before a part that is loaded needs the part before.
  // With hls.js' own tolerances it would take the loaded part's first picture for it.
  maxFragLookUpTolerance: 0.001,
  maxBufferHole: 0.001,
} as const;

/** The shortest picture reckoned with, and the longest that a step looks for. */
const LEAST_FRAME_S = 1 / 60;
const MOST_FRAME_S = 1;
const SAME_S = 0.0005;

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
  /** What the server says of the pictures in this window; null until it has said something. */
  rendition = $state<Rendition | null>(null);

  #hls: Hls | null = null;
  #span: Span | null = null;
  #parts: Part[] = [];
  #goal: number | null = null;
  /** The shortest picture seen in this window; null before there were two. */
  #frameS: number | null = null;
  #mediaS = 0;
  /** A step on from this picture, and how far from it the next one is sought. */
  #step: { fromS: number; aheadS: number } | null = null;
  /** A place whose picture is not shown yet. */
  #sought: number | null = null;
  #frames = 0;

  constructor(
    readonly camera: string,
    readonly grant: string | null,
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
    this.#step = null;
    const span = this.#span;
    if (span && us >= span.start_us && us < span.end_us && this.#parts.length > 0) {
      const place = mediaAt(this.#parts, us);
      if (place !== null) {
        this.phase = 'ready';
        this.#goTo(place);
        return;
      }
    }
    this.#load(us);
  }

  play(): void {
    this.#step = null;
    this.playing = true;
    this.#ahead();
    this.video.playbackRate = this.rate;
    this.video.play().catch(() => {
      this.playing = !this.video.paused;
    });
  }

  pause(): void {
    this.playing = false;
    this.#ahead();
    this.video.pause();
  }

  #ahead(): void {
    if (this.#hls) this.#hls.config.maxBufferLength = this.playing ? AHEAD_PLAYING_S : AHEAD_PAUSED_S;
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.video.playbackRate = rate;
  }

  /**
   * One picture on (1) or back (-1). Back lies right before the present one. On, nobody knows how
   * long the present one lasts: the place moves by half as much again until another one comes,
   * which never passes one over.
   */
  step(direction: 1 | -1): void {
    this.pause();
    if (direction < 0) {
      this.#step = null;
      this.#goTo(Math.max(0, this.#mediaS - 0.002));
      return;
    }
    this.#step = { fromS: this.#mediaS, aheadS: (this.#frameS ?? LEAST_FRAME_S) * 1.5 };
    this.video.currentTime = this.#step.fromS + this.#step.aheadS;
  }

  #goTo(place: number): void {
    this.#sought = place;
    this.video.currentTime = place;
  }

  /**
   * Chromium answers a seek to just before what is loaded with the first picture that is, and does
   * not change its mind when the picture that was sought arrives: it is asked once more then.
   */
  #seekAgain(): void {
    const { buffered } = this.video;
    const place = this.#sought;
    if (place === null || this.playing) return;
    for (let range = 0; range < buffered.length; range += 1) {
      if (buffered.start(range) <= place && place < buffered.end(range)) {
        this.#sought = null;
        this.video.currentTime = place;
      }
    }
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
    this.#frameS = null;
    this.#sought = null;
    this.rendition = null;
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
    this.#ahead();
    hls.on(Hls.Events.LEVEL_LOADED, (_event, { details }) => {
      this.#onDetails(details);
    });
    hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
      this.#parts = partsOf(details);
    });
    hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_event, { details }) => {
      this.#parts = partsOf(details);
    });
    hls.on(Hls.Events.FRAG_LOADED, (_event, data) => {
      this.#onLoaded(data);
    });
    hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.#seekAgain();
    });
    hls.on(Hls.Events.ERROR, (_event, data) => {
      this.#onError(data);
    });
    hls.loadSource(playlistPath(this.camera, this.#span, this.grant));
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

  /** One part of the original among the others makes the window one of originals. */
  #onLoaded({ networkDetails }: FragLoadedData): void {
    const said = renditionOf(header(networkDetails, 'farola-rendition'));
    if (said !== null && !underGrant(this.rendition)) this.rendition = said;
  }

  #onError(data: ErrorData): void {
    if (data.details === Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR || /incompatible/i.test(data.details)) {
      this.phase = 'unsupported';
      return;
    }
    // A recording that has just begun has no finished part yet; hls.js does not call that fatal.
    if (data.details === Hls.ErrorDetails.LEVEL_EMPTY_ERROR) {
      this.phase = 'empty';
      return;
    }
    if (!data.fatal) return;
    const status = data.response?.code ?? 0;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && this.phase === 'ready') {
      this.#hls?.recoverMediaError();
      return;
    }
    if (status === 404 || data.details === Hls.ErrorDetails.MANIFEST_PARSING_ERROR) {
      this.phase = 'empty';
      return;
    }
    void this.#fail(status, data);
  }

  async #fail(status: number, data: ErrorData): Promise<void> {
    const hls = this.#hls;
    const body = await answerBody(data.networkDetails);
    if (this.#hls !== hls) return;
    this.problem = status > 0 ? problemFrom(status, body) : asProblem(data.error);
    this.phase = 'failed';
  }

  readonly #onFrame = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    this.video.requestVideoFrameCallback(this.#onFrame);
    this.#learn(frame.mediaTime);
    this.#mediaS = frame.mediaTime;
    if (this.playing || (this.#sought !== null && frame.mediaTime <= this.#sought + SAME_S)) {
      this.#sought = null;
    }
    this.#frames += 1;
    const wall = wallAt(this.#parts, frame.mediaTime);
    if (wall === null) return;
    this.phase = 'ready';
    this.wallUs = wall;
    this.onPresented(this.#frames, wall);
  };

  /** How long pictures last, from one that follows another by playing or by a step. */
  #learn(mediaS: number): void {
    const step = this.#step;
    if (step && Math.abs(mediaS - step.fromS) < SAME_S && step.aheadS < MOST_FRAME_S) {
      step.aheadS *= 1.5;
      this.video.currentTime = step.fromS + step.aheadS;
      return;
    }
    this.#step = null;
    const length = mediaS - this.#mediaS;
    if ((this.playing || step) && length > 0.005 && length <= MOST_FRAME_S) {
      this.#frameS = Math.min(this.#frameS ?? length, length);
    }
  }

  readonly #onTime = (): void => {
    const on = afterGap(this.#parts, this.video.currentTime);
    if (on !== null) this.video.currentTime = on;
  };

  readonly #onPlayState = (): void => {
    if (this.phase === 'ready') this.playing = !this.video.paused && !this.video.ended;
    this.#ahead();
  };

  readonly #onEnded = (): void => {
    const wall = lastWall(this.#parts) ?? this.wallUs;
    if (wall !== null) this.onEnd(wall + SECOND_US / 100);
  };
}
