/** Takes an RTSP address apart, so that its parts can be checked and its secrets kept aside. Pure. */

export interface Pasted {
  scheme: 'rtsp' | 'rtsps';
  host: string;
  port: number;
  path: string;
  username: string;
  password: string;
}

const DEFAULT_PORT = { rtsp: 554, rtsps: 322 } as const;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // cameras' manuals print passwords with a bare percent sign
  }
}

/** `rtsp://user:password@host:port/path?query`; null when it is no such address. */
export function parseRtsp(text: string): Pasted | null {
  const match = /^\s*(rtsps?):\/\/(?:(.*)@)?(\[[0-9a-f:.]+\]|[^\s/:@?]+)(?::(\d{1,5}))?([/?]\S*)?\s*$/i.exec(
    text,
  );
  if (!match) return null;
  const scheme = match[1]?.toLowerCase() === 'rtsps' ? 'rtsps' : 'rtsp';
  const port = match[4] === undefined ? DEFAULT_PORT[scheme] : Number(match[4]);
  if (port < 1 || port > 65_535) return null;
  const signIn = match[2] ?? '';
  const colon = signIn.indexOf(':');
  const rest = match[5] ?? '/';
  return {
    scheme,
    host: (match[3] ?? '').replace(/^\[|\]$/g, ''),
    port,
    path: rest.startsWith('/') ? rest : `/${rest}`,
    username: decoded(colon < 0 ? signIn : signIn.slice(0, colon)),
    password: colon < 0 ? '' : decoded(signIn.slice(colon + 1)),
  };
}
