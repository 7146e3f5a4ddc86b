import type { EntryKind } from '../api/types';

/** Kinds of entries that are asked for together. */
export const groups = {
  originals: [
    'original_requested',
    'request_ended',
    'granted',
    'refused',
    'grant_ended',
    'glass_broken',
    'glass_reviewed',
  ],
  looks: ['look', 'look_ended', 'export'],
  people: [
    'signed_in',
    'signed_out',
    'sign_in_refused',
    'session_revoked',
    'proved',
    'factor_changed',
    'person_changed',
    'group_changed',
  ],
  cameras: ['camera_changed', 'papers_approved', 'rule_changed'],
  keys: ['key_destroyed', 'hold_placed', 'hold_ended', 'keys_rotated', 'keys_backed_up'],
  oversight: ['note', 'report_made'],
  operation: ['configuration_changed', 'model_changed', 'alarm_raised', 'alarm_cleared', 'hour_sealed'],
  ledger: ['began', 'started', 'stopped', 'restored'],
} as const satisfies Record<string, readonly EntryKind[]>;

export type EntryGroup = keyof typeof groups;

export function groupOf(text: string | null): EntryGroup | null {
  return text !== null && Object.hasOwn(groups, text) ? (text as EntryGroup) : null;
}
