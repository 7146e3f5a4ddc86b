import type { CameraState, Cover, Rendition, StreamKind } from '../api/types';
import { LivePlayer, type LiveStatus } from '../live/player';
import { session } from '../session/session.svelte';
import { clock } from '../time/clock.svelte';
import { SECOND_US } from '../time/zone';

/**
 * One tile's look at a live stream. What changes with every picture goes straight into the tile's
 * data attributes (tests and benches read them there); the reactive values change once a second.
 */
export class Watching {
  status = $state<LiveStatus | null>(null);
  /** What the server said on this socket, newer than the poll. */
  state = $state.raw<CameraState | undefined>(undefined);
  /** Whole second of the picture shown, UTC microseconds; null before the first. */
  wallSecond = $state<number | null>(null);

  /** Whether the picture is redacted, as the server says with the stream. */
  rendition = $state<Rendition | null>(null);

  /** How much of the picture is covered, as the server last said on this socket. */
  cover = $state.raw<Cover | null>(null);

  #player: LivePlayer | null = null;

  /** Starts to watch and returns how to stop. */
  start(
    video: HTMLVideoElement,
    tile: HTMLElement,
    camera: string,
    stream: StreamKind,
    grant: string | null,
    onGrantEnded: () => void,
  ): () => void {
    this.status = 'connecting';
    this.#player = new LivePlayer(video, camera, stream, grant, {
      status: (status) => {
        this.status = status;
      },
      state: (state) => {
        this.state = state;
      },
      rendition: (rendition) => {
        this.rendition = rendition;
      },
      cover: (cover) => {
        this.cover = cover;
      },
      picture: ({ frames, wallUs, behindS }) => {
        tile.dataset['frames'] = String(frames);
        tile.dataset['behindMs'] = String(Math.round(behindS * 1000));
        if (wallUs === null) return;
        tile.dataset['wallUs'] = String(wallUs);
        tile.dataset['delayMs'] = String(Math.round((clock.nowUs() - wallUs) / 1000));
        const second = Math.floor(wallUs / SECOND_US) * SECOND_US;
        if (second !== this.wallSecond) this.wallSecond = second;
      },
      signedOut: () => void session.start(),
      grantEnded: onGrantEnded,
    });
    return () => {
      this.#player?.close();
      this.#player = null;
      this.status = null;
      this.state = undefined;
      this.rendition = null;
      this.cover = null;
    };
  }
}
