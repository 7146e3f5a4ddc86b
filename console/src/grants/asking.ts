import type { RequestInput, RequestReason, Span } from '../api/types';
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
  };
}
