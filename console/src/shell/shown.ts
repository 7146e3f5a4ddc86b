import type { CameraState } from '../api/types';
import type { LiveStatus } from '../live/player';

/** What a tile or a list says about a camera, in one word. */
export type Shown = 'live' | 'delayed' | 'gap' | 'connecting' | 'off' | 'unsupported';

/** A picture older than this is not live, whatever the server thinks. */
export const DELAYED_US = 3_000_000;

/**
 * Joins what the server knows of the camera with what the player sees. The worse of the two wins, so
 * that a still picture is never called live. `ageUs` is how old the picture shown is.
 */
export function shownState(
  enabled: boolean,
  state: CameraState | undefined,
  status: LiveStatus | null,
  ageUs: number | null,
): Shown {
  if (!enabled || state?.phase === 'off') return 'off';
  if (state?.phase === 'gap') return 'gap';
  if (status === null) return state?.phase ?? 'connecting';
  if (status === 'unsupported') return 'unsupported';
  if (status === 'gone' || status === 'unapproved') return 'off';
  if (status === 'connecting' || status === 'retrying') return 'connecting';
  if (status === 'waiting' || state?.phase === 'delayed') return 'delayed';
  if (ageUs !== null && ageUs > DELAYED_US) return 'delayed';
  return 'live';
}
