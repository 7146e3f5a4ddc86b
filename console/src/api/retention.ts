/** What will be destroyed, and what is held, as the server speaks of it. */

import { json, send } from './client';
import type { Hold, HoldInput, RetentionClasses, RetentionPlan } from './types';

export const retention = {
  plan: () => json<RetentionPlan>('GET', '/api/retention'),
  classes: () => json<RetentionClasses>('GET', '/api/retention/classes'),
  holds: () => json<{ holds: Hold[] }>('GET', '/api/holds'),
  place: (body: HoldInput) => json<Hold>('POST', '/api/holds', { body }),
  end: (id: string, why: string) =>
    send('POST', `/api/holds/${encodeURIComponent(id)}/end`, { body: { why } }),
};
