import type { Problem } from '../api/problem';
import type { Rendition, Span } from '../api/types';
import { DayEvents } from '../events/day.svelte';
import { clock } from '../time/clock.svelte';
import { SECOND_US } from '../time/zone';
import { KeyFrames } from './keyframes';
import { windowFor } from './media';
import { RecordedPlayer } from './player.svelte';
import { Recordings } from './recordings.svelte';
import { shuttle } from './shuttle';

const REVERSE_MS = 200;
/**
 * A seek that shows nothing for so long gets a key frame. Covering one takes a third of a second and
 * the same processor as the part that is waited for: a seek that goes well must not compete with it.
 */
const SLOW_MS = 1000;
/** How close to the present playback still has something to show. */
const PRESENT_US = 4 * SECOND_US;

/** What hangs on the page: the video, the still picture over it, and the box around both. */
interface Screen {
  stage: HTMLElement;
  video: HTMLVideoElement;
  still: HTMLCanvasElement;
}

/**
 * One camera's viewing desk. The playhead is a wall time; the player and the key frames follow it.
 * Over every change of place a still picture stays up until the next one is presented.
 */
export class Desk {
  /** The playhead: what is shown or sought, UTC microseconds. */
  atUs = $state(0);
  /** Pictures come from key frames while the pointer drags or time runs backward. */
  scrubbing = $state(false);
  /** Speed when playing; negative runs backward; 0 is paused. */
  speed = $state(0);
  rate = $state(1);
  stillShown = $state(false);
  /** Nothing recorded at the playhead. */
  nothing = $state(false);
  /** Playback reached the present. */
  caughtUp = $state(false);
  keyProblem = $state<Problem | null>(null);
  /** What the server said of the still picture from a key frame; null without one. */
  keyRendition = $state<Rendition | null>(null);
  marks = $state<Span | null>(null);
  player = $state.raw<RecordedPlayer | null>(null);
  readonly recordings = new Recordings();
  /** What rules noticed on the day that is shown. */
  readonly noticed = new DayEvents();

  #screen: Screen | null = null;
  #keys: KeyFrames | null = null;
  #reverse: ReturnType<typeof setInterval> | undefined;
  /** What was said of the picture that stays up while another place loads. */
  #frozen = $state<Rendition | null>(null);
  #resume = false;
  #late: ReturnType<typeof setTimeout> | undefined;
  /** The player was sent to another place and has not presented it yet. */
  #seeking = false;

  constructor(
    readonly camera: string,
    /** The grant under which originals are shown; null for what everybody sees. */
    readonly grant: string | null,
    atUs: number,
  ) {
    this.atUs = atUs;
  }

  attach(screen: Screen): () => void {
    this.#screen = screen;
    this.player = new RecordedPlayer(
      this.camera,
      this.grant,
      screen.video,
      (frames, wallUs) => {
        this.#onPresented(frames, wallUs);
      },
      (wallUs) => {
        this.#onEnd(wallUs);
      },
    );
    this.#keys = new KeyFrames(this.grant, {
      shown: (frame, width, height, wallUs, rendition) => {
        // It may come after the picture itself, which it must not cover.
        if (!this.scrubbing && !this.#seeking) return;
        this.#draw(frame, width, height);
        this.keyRendition = rendition;
        this.nothing = false;
        this.keyProblem = null;
        screen.stage.dataset['scrubUs'] = String(wallUs);
      },
      failed: (problem) => {
        if (!this.scrubbing) return;
        this.nothing = problem.status === 404;
        this.keyProblem = this.nothing ? null : problem;
      },
    });
    this.player.seek(this.atUs);
    return () => {
      clearInterval(this.#reverse);
      clearTimeout(this.#late);
      this.#keys?.close();
      this.player?.close();
      this.player = null;
      this.#screen = null;
    };
  }

  /** How the picture on the screen was made, as the server said with it; null while unsaid. */
  get rendition(): Rendition | null {
    return this.stillShown ? (this.keyRendition ?? this.#frozen) : (this.player?.rendition ?? null);
  }

  get playing(): boolean {
    return this.speed !== 0;
  }

  /** The pointer is down and moving: key frames follow it. */
  scrub(us: number): void {
    if (!this.scrubbing) {
      this.#resume = this.speed > 0;
      this.pause();
      this.#freeze();
      this.scrubbing = true;
    }
    this.#move(us);
  }

  /** The pointer was let go: the player takes over at that place. */
  settle(): void {
    if (!this.scrubbing) return;
    this.scrubbing = false;
    this.#keys?.forget();
    this.#seekPlayer();
    if (this.#resume) this.play(this.rate);
    this.#resume = false;
  }

  seek(us: number): void {
    const speed = this.speed;
    this.#stopReverse();
    this.#freeze();
    this.atUs = Math.min(us, clock.nowUs());
    this.#seekPlayer();
    this.#late = setTimeout(() => this.#keys?.ask(this.camera, this.atUs), SLOW_MS);
    if (speed < 0) this.play(speed);
  }

  /** Seeks anew where nothing was found, now that these spans are known. */
  retry(spans: readonly Span[]): void {
    const { end_us: end } = windowFor(this.atUs);
    const found = spans.some((span) => span.end_us > this.atUs && span.start_us < end);
    if (found && this.player?.phase === 'empty') this.seek(this.atUs);
  }

  skip(seconds: number): void {
    this.seek(this.atUs + seconds * SECOND_US);
  }

  /** To where the next event began, or the one before; from inside an event back to its start. */
  toEvent(direction: 1 | -1): void {
    const us = this.noticed.beside(this.atUs - (direction < 0 ? SECOND_US : 0), direction);
    if (us !== null) this.seek(us);
  }

  play(speed = this.rate): void {
    this.#stopReverse();
    this.speed = speed;
    this.caughtUp = false;
    if (speed < 0) {
      this.player?.pause();
      this.#freeze();
      this.scrubbing = true;
      this.#reverse = setInterval(() => {
        this.#move(this.atUs + (speed * SECOND_US * REVERSE_MS) / 1000);
      }, REVERSE_MS);
      return;
    }
    this.rate = speed;
    this.player?.setRate(speed);
    this.player?.play();
  }

  pause(): void {
    this.#stopReverse();
    this.speed = 0;
    this.player?.pause();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play(this.rate);
  }

  setRate(rate: number): void {
    this.rate = rate;
    if (this.speed > 0) this.play(rate);
    else this.player?.setRate(rate);
  }

  step(direction: 1 | -1): void {
    this.pause();
    this.player?.step(direction);
  }

  shuttle(key: 'j' | 'k' | 'l'): void {
    const speed = shuttle(this.speed, key);
    if (speed === 0) this.pause();
    else this.play(speed);
  }

  mark(end: 'start' | 'end'): void {
    const us = Math.round(this.atUs);
    const marks = this.marks ?? { start_us: us - 30 * SECOND_US, end_us: us + 30 * SECOND_US };
    const next = end === 'start' ? { ...marks, start_us: us } : { ...marks, end_us: us };
    if (next.end_us <= next.start_us) {
      if (end === 'start') next.end_us = next.start_us + 30 * SECOND_US;
      else next.start_us = next.end_us - 30 * SECOND_US;
    }
    this.marks = next;
  }

  #move(us: number): void {
    this.atUs = Math.min(us, clock.nowUs());
    this.#keys?.ask(this.camera, this.atUs);
  }

  #seekPlayer(): void {
    this.nothing = false;
    this.keyProblem = null;
    this.caughtUp = false;
    this.#seeking = true;
    clearTimeout(this.#late);
    this.player?.seek(this.atUs);
  }

  #stopReverse(): void {
    if (this.#reverse === undefined) return;
    clearInterval(this.#reverse);
    this.#reverse = undefined;
    this.scrubbing = false;
    this.#keys?.forget();
    this.#seekPlayer();
  }

  #onPresented(frames: number, wallUs: number): void {
    const stage = this.#screen?.stage;
    if (!stage || this.scrubbing) return;
    stage.dataset['frames'] = String(frames);
    stage.dataset['wallUs'] = String(wallUs);
    this.atUs = wallUs;
    this.nothing = false;
    this.stillShown = false;
    this.#seeking = false;
    clearTimeout(this.#late);
    this.#keys?.forget();
  }

  /** The window ended: go on in the next one unless this is the present. */
  #onEnd(wallUs: number): void {
    const later = this.recordings.spans.some((span) => span.end_us > wallUs + SECOND_US);
    if (!later && wallUs > clock.nowUs() - PRESENT_US * 4) {
      this.pause();
      this.caughtUp = true;
      return;
    }
    const next = this.recordings.spans.find((span) => span.end_us > wallUs + SECOND_US);
    if (!next) {
      this.pause();
      return;
    }
    this.#freeze();
    this.atUs = Math.max(wallUs, next.start_us);
    this.player?.seek(this.atUs);
  }

  /** Keeps the present picture on the screen while another place loads. */
  #freeze(): void {
    const video = this.#screen?.video;
    if (!video || this.stillShown || video.readyState < 2 || video.videoWidth === 0) return;
    this.#frozen = this.player?.rendition ?? null;
    this.keyRendition = null;
    this.#draw(video, video.videoWidth, video.videoHeight);
  }

  #draw(picture: CanvasImageSource, width: number, height: number): void {
    const still = this.#screen?.still;
    if (!still) return;
    if (still.width !== width) still.width = width;
    if (still.height !== height) still.height = height;
    still.getContext('2d')?.drawImage(picture, 0, 0, width, height);
    this.stillShown = true;
  }
}
