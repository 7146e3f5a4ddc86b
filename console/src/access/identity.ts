/** What the browser brings back from the town's identity provider. */

export interface Refusal {
  kind: string;
  /** Whom the provider named, where no account is joined with that. */
  identity: string | null;
}

/** The refusal that stands in the address, which is cleaned of it; null without one. */
export function refusedThere(): Refusal | null {
  const query = new URLSearchParams(location.search);
  const kind = query.get('refused');
  if (kind === null || !/^[a-z_]{1,40}$/.test(kind)) return null;
  history.replaceState(history.state, '', location.pathname);
  return { kind, identity: query.get('identity')?.slice(0, 255) ?? null };
}

/** Leaves for the identity provider, to show once more who one is, and comes back to this page. */
export function proveThere(): void {
  location.assign(`/api/session/identity/proof?back=${encodeURIComponent(location.pathname)}`);
}
