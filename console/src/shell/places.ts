import type { Act } from '../api/types';
import type { Route } from '../router/routes';

/** What each view asks for: any one of the acts; a view that is not here is everybody's. */
const needs: Partial<Record<Route['view'], readonly Act[]>> = {
  wall: ['watch'],
  timeline: ['watch'],
  events: ['see_events'],
  activity: ['see_events'],
  'camera-new': ['configure'],
  camera: ['configure'],
  zones: ['write_rules'],
  oversight: ['request', 'decide', 'hold', 'manage_people', 'audit'],
};

/** Whether somebody who may do these things finds anything in that view. */
export function mayOpen(view: Route['view'], acts: readonly Act[]): boolean {
  return needs[view]?.some((act) => acts.includes(act)) ?? true;
}
