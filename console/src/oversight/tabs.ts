import type { Act } from '../api/types';
import { oversightTabs, type OversightTab } from '../router/routes';

/** Which acts open which part: any one of them is enough. */
const openedBy: Record<OversightTab, readonly Act[]> = {
  requests: ['request', 'decide', 'audit'],
  papers: ['approve_papers', 'configure', 'audit'],
  conduct: ['audit'],
  ledger: ['audit'],
  retention: ['hold', 'audit'],
  people: ['manage_people', 'audit'],
};

export function tabsFor(acts: readonly Act[]): OversightTab[] {
  return oversightTabs.filter((tab) => openedBy[tab].some((act) => acts.includes(act)));
}
