import { Problem, problemFrom, SERVER_SILENT } from './problem';
import type {
  About,
  Camera,
  CameraInput,
  CameraTest,
  CameraTestInput,
  DensityAnswer,
  Session,
  Span,
  States,
  StreamKind,
  TimelineData,
} from './types';

type Listener = () => void;
let onSignedOut: Listener = () => undefined;

/** Called whenever the server answers that nobody is signed in. */
export function whenSignedOut(listener: Listener): void {
  onSignedOut = listener;
}

interface Options {
  body?: unknown;
  signal?: AbortSignal;
}

/** One request; resolves to the response when it is good, else throws a Problem. */
export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin' };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (reason) {
    if (options.signal?.aborted) throw reason;
    throw new Problem(SERVER_SILENT, 0, '');
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  const problem = problemFrom(response.status, body);
  if (response.status === 401 && path !== '/api/session') onSignedOut();
  throw problem;
}

export async function json<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  return (await response.json()) as T;
}

export function query(values: Record<string, string | number | null | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) params.set(name, String(value));
  }
  return `?${params.toString()}`;
}

export function cameraPath(id: string, rest = ''): string {
  return `/api/cameras/${encodeURIComponent(id)}${rest}`;
}

export const api = {
  about: () => json<About>('GET', '/api/about'),
  session: () => json<Session>('GET', '/api/session'),
  signOut: () => send('DELETE', '/api/session'),
  changePassword: (current: string, next: string) =>
    send('PUT', '/api/session/password', { body: { current, new: next } }),

  cameras: () => json<{ cameras: Camera[] }>('GET', '/api/cameras'),
  addCamera: (input: CameraInput) => json<Camera>('POST', '/api/cameras', { body: input }),
  saveCamera: (id: string, input: CameraInput) =>
    json<Camera>('PUT', cameraPath(id), { body: input }),
  approvePapers: (id: string, digest: string) =>
    json<Camera>('POST', cameraPath(id, '/approval'), { body: { digest } }),
  density: (id: string) => json<DensityAnswer>('GET', cameraPath(id, '/density')),
  testCamera: (body: CameraTestInput, signal: AbortSignal) =>
    json<CameraTest>('POST', '/api/cameras/test', { body, signal }),
  states: () => json<States>('GET', '/api/states'),

  timeline: (id: string, span: Span, signal: AbortSignal) =>
    json<TimelineData>('GET', cameraPath(id, `/timeline${query({ ...span, stream: 'main' })}`), {
      signal,
    }),
  keyFrame: (id: string, atUs: number, grant: string | null, signal: AbortSignal) =>
    send('GET', cameraPath(id, `/keyframe.mp4${query({ at_us: atUs, stream: 'main', grant })}`), {
      signal,
    }),
  still: (id: string, atUs: number | null, signal: AbortSignal) =>
    send('GET', cameraPath(id, `/still.jpg${atUs === null ? '' : query({ at_us: atUs })}`), {
      signal,
    }),
  clip: (id: string, span: Span, grant: string | null, signal: AbortSignal) =>
    send('GET', clipPath(id, span, grant), { signal }),
};

/** `grant` asks for the original under it; null for what everybody sees. */
export function clipPath(id: string, span: Span, grant: string | null): string {
  return cameraPath(id, `/clip.mp4${query({ ...span, stream: 'main', grant })}`);
}

export function playlistPath(id: string, span: Span, grant: string | null): string {
  return cameraPath(id, `/playback.m3u8${query({ ...span, stream: 'main', grant })}`);
}

export function liveAddress(id: string, stream: StreamKind, grant: string | null): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}${cameraPath(id, `/live${query({ stream, grant })}`)}`;
}
