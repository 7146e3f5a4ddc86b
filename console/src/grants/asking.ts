import type { RequestInput, RequestReason, Span, Spot } from '../api/types';
import { MINUTE_US } from '../time/zone';

export const reasons: readonly RequestReason[] = [
  'crime',
  'crash',
  'medical',
  'fire',
  'search',
  'court_order',
  'access_request',
  'other',
];

/** How much around the moment on the screen is asked for at first. */
const AROUND_US = 5 * MINUTE_US;

/** What the form holds; times are instants, widened to whole minutes by the server. */
export interface RequestDraft {
  cameras: string[];
  live: boolean;
  minutes: number;
  span: Span;
  reason: RequestReason | null;
  text: string;
  reference: string;
  incident: string;
  /** Only what is pointed at is asked for, and not the whole picture. */
  oneThing: boolean;
  spots: Spot[];
}

/** A draft around a moment, never beyond the present; without one about the last ten minutes. */
export function blankRequest(camera: string | null, atUs: number | null, nowUs: number): RequestDraft {
  const middle = Math.min(atUs ?? nowUs, nowUs);
  const end_us = Math.ceil(Math.min(middle + AROUND_US, nowUs) / MINUTE_US) * MINUTE_US;
  const start_us = Math.floor((middle - AROUND_US) / MINUTE_US) * MINUTE_US;
  return {
    cameras: camera === null ? [] : [camera],
    live: false,
    minutes: 15,
    span: { start_us, end_us },
    reason: null,
    text: '',
    reference: '',
    incident: '',
    oneThing: false,
    spots: [],
  };
}

/** How much around the first spot is asked for: one thing is seen for minutes, not for hours. */
const AROUND_SPOT_US = 2 * MINUTE_US;

/** The span for one thing around these moments, never beyond the present. */
export function spanAround(moments: readonly number[], nowUs: number): Span {
  const first = Math.min(...moments) - AROUND_SPOT_US;
  const last = Math.min(Math.max(...moments) + AROUND_SPOT_US, nowUs);
  return {
    start_us: Math.floor(first / MINUTE_US) * MINUTE_US,
    end_us: Math.ceil(last / MINUTE_US) * MINUTE_US,
  };
}

export function requestOf(draft: RequestDraft, reason: RequestReason): RequestInput {
  return {
    camera_ids: draft.cameras,
    start_us: draft.live ? null : draft.span.start_us,
    end_us: draft.live ? null : draft.span.end_us,
    live_minutes: draft.live ? draft.minutes : null,
    reason,
    text: draft.text.trim(),
    reference: draft.reference.trim(),
    incident: draft.incident.trim(),
    spots: draft.oneThing && !draft.live ? draft.spots : [],
  };
}
