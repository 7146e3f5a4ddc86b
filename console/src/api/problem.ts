import type { FieldFault } from './types';

/** What went wrong, as the server's problem document says it or as the console noticed it. */
export class Problem extends Error {
  constructor(
    readonly kind: string,
    readonly status: number,
    readonly detail: string,
    readonly retryAfterS: number | null = null,
    /** Which members of the request were refused, such as `body.main.port`. */
    readonly fields: readonly FieldFault[] = [],
    /** What a reader needs to act: a name, a number. */
    readonly values: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${kind}: ${detail}`);
    this.name = 'Problem';
  }
}

/** The console's own word for a server that does not answer at all. */
export const SERVER_SILENT = 'server_silent';

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Reads a problem+json body; anything else becomes a kind from the status alone. */
export function problemFrom(status: number, body: unknown): Problem {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const kind = typeof fields['kind'] === 'string' ? fields['kind'] : kindOfStatus(status);
  const detail = typeof fields['detail'] === 'string' ? fields['detail'] : '';
  const faults = Array.isArray(fields['fields']) ? (fields['fields'] as FieldFault[]) : [];
  const given = fields['values'];
  const values = typeof given === 'object' && given !== null ? given : {};
  const retryAfterS = numberOrNull(fields['retry_after_s']);
  return new Problem(kind, status, detail, retryAfterS, faults, values as Record<string, unknown>);
}

function kindOfStatus(status: number): string {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 409:
      return 'conflict';
    case 413:
      return 'too_large';
    case 429:
      return 'rate_limited';
    default:
      return status >= 500 ? 'unavailable' : 'invalid_input';
  }
}

/** Turns whatever was thrown into a Problem; an abort stays an abort for the caller to ignore. */
export function asProblem(reason: unknown): Problem {
  if (reason instanceof Problem) return reason;
  return new Problem(SERVER_SILENT, 0, reason instanceof Error ? reason.message : '');
}

export function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'AbortError';
}
