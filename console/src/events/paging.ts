/** A list that grows at both ends: older pages below, what happens meanwhile above. Pure. */

import type { CameraEvent, EventPage } from '../api/types';

export interface Listed {
  events: readonly CameraEvent[];
  /** Asks for the page after the last one; null when there is none. */
  next: string | null;
}

/** With an older page below. */
export function withOlder(listed: Listed, page: EventPage): Listed {
  const known = new Set(listed.events.map((event) => event.id));
  const older = page.events.filter((event) => !known.has(event.id));
  return { events: [...listed.events, ...older], next: page.next };
}

/**
 * With the newest page above: events that went on are renewed, new ones stand first. When so many
 * are new that the page does not reach what is known, the list begins anew with it.
 */
export function withNewest(listed: Listed, page: EventPage): Listed {
  const known = new Set(listed.events.map((event) => event.id));
  const reaches = page.next === null || page.events.some((event) => known.has(event.id));
  if (!reaches || listed.events.length === 0) return { events: page.events, next: page.next };
  const fresh = new Map(page.events.map((event) => [event.id, event]));
  return {
    events: [
      ...page.events.filter((event) => !known.has(event.id)),
      ...listed.events.map((event) => fresh.get(event.id) ?? event),
    ],
    next: listed.next,
  };
}

/** How many of the page's events the list does not hold yet. */
export function unknownIn(listed: Listed, page: EventPage): number {
  const known = new Set(listed.events.map((event) => event.id));
  return page.events.filter((event) => !known.has(event.id)).length;
}

/** Renews what the list holds and leaves new events aside. */
export function renewed(listed: Listed, page: EventPage): Listed {
  const fresh = new Map(page.events.map((event) => [event.id, event]));
  return { ...listed, events: listed.events.map((event) => fresh.get(event.id) ?? event) };
}
