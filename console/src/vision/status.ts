/** What the detection's status says in short. Pure. */

import type { VisionStatus } from '../api/types';

export type Seen = VisionStatus['cameras'][number];

const ORDER: readonly Seen['state'][] = ['covered', 'whole', 'withheld', 'noticing', 'idle', 'off'];

/** How many cameras are in each state that occurs, in a fixed order. */
export function counted(cameras: readonly Seen[]): [Seen['state'], number][] {
  return ORDER.map((state): [Seen['state'], number] => [
    state,
    cameras.filter((camera) => camera.state === state).length,
  ]).filter(([, count]) => count > 0);
}

/** Cameras whose picture is wholly covered or held back for longer than a start takes. */
export function needsLook(cameras: readonly Seen[]): Seen[] {
  return cameras.filter(
    ({ state, reason }) => state === 'withheld' || (state === 'whole' && reason !== 'warming_up'),
  );
}
