/** The console's places as paths. Pure; the History API lives in `router.svelte.ts`. */

export type Route =
  | { view: 'wall' }
  | { view: 'timeline'; camera: string | null }
  | { view: 'cameras' }
  | { view: 'camera-new' }
  | { view: 'camera'; camera: string }
  | { view: 'zones'; camera: string }
  | { view: 'events' }
  | { view: 'activity' }
  | { view: 'oversight'; tab: OversightTab | null }
  | { view: 'settings' }
  | { view: 'missing' };

/** The parts of oversight, in the order of their tabs. */
export const oversightTabs = ['requests', 'papers', 'conduct', 'ledger', 'retention', 'people'] as const;

export type OversightTab = (typeof oversightTabs)[number];

function isTab(part: string): part is OversightTab {
  return (oversightTabs as readonly string[]).includes(part);
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

export function parseRoute(pathname: string): Route {
  const parts = pathname.split('/').filter((part) => part !== '');
  const [head, tail, part] = parts;
  if (parts.length > 3 || (part !== undefined && (head !== 'cameras' || part !== 'zones'))) {
    return { view: 'missing' };
  }
  if (head === undefined || (head === 'wall' && tail === undefined)) return { view: 'wall' };
  if (head === 'settings' && tail === undefined) return { view: 'settings' };
  if (head === 'events' && tail === undefined) return { view: 'events' };
  if (head === 'events' && tail === 'activity') return { view: 'activity' };
  if (head === 'oversight') {
    if (tail === undefined) return { view: 'oversight', tab: null };
    return isTab(tail) ? { view: 'oversight', tab: tail } : { view: 'missing' };
  }
  if (head === 'timeline' || head === 'cameras') {
    if (tail === undefined) {
      return head === 'timeline' ? { view: 'timeline', camera: null } : { view: 'cameras' };
    }
    const camera = decode(tail);
    if (camera === null) return { view: 'missing' };
    if (head === 'timeline') return { view: 'timeline', camera };
    if (part === 'zones') return { view: 'zones', camera };
    return camera === 'new' ? { view: 'camera-new' } : { view: 'camera', camera };
  }
  return { view: 'missing' };
}

export function routePath(route: Route): string {
  switch (route.view) {
    case 'wall':
      return '/wall';
    case 'timeline':
      return route.camera === null ? '/timeline' : `/timeline/${encodeURIComponent(route.camera)}`;
    case 'cameras':
      return '/cameras';
    case 'camera-new':
      return '/cameras/new';
    case 'camera':
      return `/cameras/${encodeURIComponent(route.camera)}`;
    case 'zones':
      return `/cameras/${encodeURIComponent(route.camera)}/zones`;
    case 'events':
      return '/events';
    case 'activity':
      return '/events/activity';
    case 'oversight':
      return route.tab === null ? '/oversight' : `/oversight/${route.tab}`;
    case 'settings':
      return '/settings';
    case 'missing':
      return '/';
  }
}

/** A query with some values changed; null takes a value out. Keeps the other ones in place. */
export function withQuery(search: string, changes: Record<string, string | null>): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
