import { liveAddress } from '../api/client';
import type { CameraState, Cover, LiveSaid, Rendition, StreamKind } from '../api/types';
import { retryDelayMs } from './backoff';
import { catchUp, LANDING_S } from './catchup';
import { canPlay, MediaFeed } from './feed';

/** Without a new picture for this long, the tile says that it waits. */
const SILENCE_MS = 3000;
const WATCH_MS = 200;
const TRIM_EACH = 25;
/** How often it is asked whether a camera's papers have been approved. */
const UNAPPROVED_MS = 10_000;

/** Close codes of the live socket that no retry mends. */
const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;
const NO_CAMERA = 4404;
const UNAPPROVED = 4409;
const GRANT_ENDED = 4410;

export type LiveStatus =
  | 'connecting'
  | 'playing'
  | 'waiting'
  | 'retrying'
  | 'unsupported'
  | 'unapproved'
  | 'gone';

export interface Picture {
  frames: number;
  wallUs: number | null;
  /** Seconds of picture that lie buffered ahead of the one shown. */
  behindS: number;
}

export interface LiveListener {
  status(status: LiveStatus): void;
  state(state: CameraState): void;
  /** Null while nothing is known, as after a break of the connection. */
  rendition(rendition: Rendition | null): void;
  cover(cover: Cover | null): void;
  picture(picture: Picture): void;
  signedOut(): void;
  /** The grant is over: covered pictures are to take the place. */
  grantEnded(): void;
}

/** Plays one camera's live stream in one video element until closed, reconnecting forever. */
export class LivePlayer {
  #socket: WebSocket | null = null;
  #feed: MediaFeed | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #watch: ReturnType<typeof setInterval>;
  #mime: string | null = null;
  #status: LiveStatus = 'connecting';
  #attempt = 0;
  #frames = 0;
  #lastPicture = 0;
  #fresh = true;
  #beats = 0;
  #closed = false;

  constructor(
    readonly video: HTMLVideoElement,
    readonly camera: string,
    readonly stream: StreamKind,
    /** The grant under which the original is watched; null for what everybody sees. */
    readonly grant: string | null,
    readonly listener: LiveListener,
  ) {
    video.muted = true;
    video.addEventListener('error', this.#onMediaError);
    this.#watch = setInterval(() => {
      this.#keepUp();
    }, WATCH_MS);
    video.requestVideoFrameCallback(this.#onFrame);
    this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.video.removeEventListener('error', this.#onMediaError);
    this.#drop();
  }

  #say(status: LiveStatus): void {
    if (status === this.#status || this.#closed) return;
    this.#status = status;
    this.listener.status(status);
  }

  #open(): void {
    const socket = new WebSocket(liveAddress(this.camera, this.stream, this.grant));
    socket.binaryType = 'arraybuffer';
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (typeof event.data === 'string') this.#onText(event.data);
      else this.#onBytes(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#onClose(event.code);
    };
    this.#socket = socket;
  }

  #onText(text: string): void {
    const said = JSON.parse(text) as LiveSaid;
    if (said.type === 'init') {
      this.listener.rendition(said.rendition);
      this.#onInit(said.mime);
    }
    if (said.type === 'state') this.listener.state(said.state);
    if (said.type === 'cover') this.listener.cover({ state: said.state, reason: said.reason });
  }

  #onInit(mime: string): void {
    if (!canPlay(mime)) {
      this.#say('unsupported');
      this.#drop();
      return;
    }
    this.#mime = mime;
    if (!this.#feed) {
      this.#fresh = true;
      this.#feed = new MediaFeed(this.video, () => {
        this.#again();
      });
    }
  }

  #onBytes(bytes: ArrayBuffer): void {
    const feed = this.#feed;
    if (!feed) return;
    if (this.#mime !== null) {
      feed.init(this.#mime, bytes);
      this.#mime = null;
    } else {
      feed.media(bytes);
    }
  }

  #onClose(code: number): void {
    if (this.#closed) return;
    this.#drop();
    if (code === SIGNED_OUT) this.listener.signedOut();
    if (code === GRANT_ENDED || (code === FORBIDDEN && this.grant !== null)) {
      this.listener.grantEnded();
      return;
    }
    if (code === UNAPPROVED) {
      this.#say('unapproved');
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        this.#open();
      }, UNAPPROVED_MS);
      return;
    }
    if (code === NO_CAMERA || code === SIGNED_OUT || code === FORBIDDEN) {
      this.#say('gone');
      return;
    }
    this.#again();
  }

  /** Drops everything and tries again after a growing pause. */
  #again(): void {
    if (this.#closed) return;
    this.#drop();
    this.#say('retrying');
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => {
        this.#open();
      },
      retryDelayMs(this.#attempt, Math.random()),
    );
    this.#attempt += 1;
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    // What was said on the old socket says nothing about the next one's pictures.
    if (!this.#closed) {
      this.listener.rendition(null);
      this.listener.cover(null);
    }
    socket?.close(1000);
    this.#feed?.close();
    this.#feed = null;
    this.#mime = null;
  }

  readonly #onMediaError = (): void => {
    if (this.#feed) this.#again();
  };

  readonly #onFrame = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    if (this.#closed) return;
    this.video.requestVideoFrameCallback(this.#onFrame);
    this.#frames += 1;
    this.#lastPicture = performance.now();
    this.#attempt = 0;
    this.#say('playing');
    const feed = this.#feed;
    this.listener.picture({
      frames: this.#frames,
      wallUs: feed?.anchors.wallAt(frame.mediaTime) ?? null,
      behindS: Math.max(0, (feed?.newest()?.end ?? frame.mediaTime) - frame.mediaTime),
    });
  };

  #keepUp(): void {
    if (this.#status === 'playing' && performance.now() - this.#lastPicture > SILENCE_MS) {
      this.#say('waiting');
    }
    const range = this.#feed?.newest();
    if (!this.#feed || !range) return;
    const { video } = this;
    const outside = video.currentTime < range.start - 0.01 || video.currentTime > range.end;
    const { rate, jump } = catchUp(range.end - video.currentTime, video.playbackRate);
    if (outside || jump || this.#fresh) {
      video.currentTime = Math.max(range.start, range.end - LANDING_S);
      this.#fresh = false;
    }
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (video.paused) video.play().catch(() => undefined);
    this.#beats += 1;
    if (this.#beats % TRIM_EACH === 0) this.#feed.trim();
  }
}
