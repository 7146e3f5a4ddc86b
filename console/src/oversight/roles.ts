import type { Assignment, Role } from '../api/types';

export const roles: readonly Role[] = [
  'operator',
  'dispatcher',
  'supervisor',
  'custodian',
  'privacy_officer',
  'auditor',
  'administrator',
];

/** Roles that nobody holds together with another one. */
const alone: readonly Role[] = ['auditor', 'administrator'];
/** Roles that are never for one group of cameras. */
export const wholeTown: readonly Role[] = ['privacy_officer', 'auditor', 'administrator'];

/** The assignments with one more; what does not go together with it is taken out. */
export function withRole(held: readonly Assignment[], role: Role): Assignment[] {
  const kept = alone.includes(role) ? [] : held.filter((each) => !alone.includes(each.role));
  return [...kept.filter((each) => each.role !== role), { role, group_id: null }];
}

/** The assignments without a role. */
export function withoutRole(held: readonly Assignment[], role: Role): Assignment[] {
  return held.filter((each) => each.role !== role);
}

/** A role for these groups alone; none is the whole town. */
export function inGroups(
  held: readonly Assignment[],
  role: Role,
  groups: readonly string[],
): Assignment[] {
  const places = groups.length === 0 ? [null] : groups;
  return [...withoutRole(held, role), ...places.map((group_id) => ({ role, group_id }))];
}
