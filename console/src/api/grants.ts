/** Requests for originals, decisions and grants, as the server speaks of them. */

import { json, send } from './client';
import type { Grant, OriginalRequest, RequestInput } from './types';

function requestPath(id: string, rest = ''): string {
  return `/api/requests/${encodeURIComponent(id)}${rest}`;
}

function grantPath(id: string, rest: string): string {
  return `/api/grants/${encodeURIComponent(id)}${rest}`;
}

export const grantApi = {
  requests: () => json<{ requests: OriginalRequest[] }>('GET', '/api/requests'),
  ask: (body: RequestInput) => json<OriginalRequest>('POST', '/api/requests', { body }),
  takeBack: (id: string) => send('DELETE', requestPath(id)),
  decide: (request: OriginalRequest, minutes: number | null, why: string) =>
    json<{ grant: Grant | null }>('POST', requestPath(request.id, '/decision'), {
      body: { digest: request.digest, minutes, why },
    }),

  grants: () => json<{ grants: Grant[]; break_glass: boolean }>('GET', '/api/grants'),
  breakGlass: (body: RequestInput) => json<Grant>('POST', '/api/grants/glass', { body }),
  withdraw: (id: string, why: string) =>
    send('POST', grantPath(id, '/withdrawal'), { body: { why } }),
  review: (id: string, justified: boolean, why: string) =>
    send('POST', grantPath(id, '/review'), { body: { justified, why } }),
};
