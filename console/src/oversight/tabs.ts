import { oversightTabs, type OversightTab } from '../router/routes';

/** Which acts open which part: any one of them is enough. The words are the server's `Act`. */
const openedBy: Record<OversightTab, readonly string[]> = {
  requests: ['request', 'decide', 'audit'],
  papers: ['write_papers', 'approve_papers', 'audit'],
  ledger: ['audit'],
  retention: ['plan_retention', 'hold', 'audit'],
  people: ['manage_people', 'audit'],
};

export function tabsFor(acts: readonly string[]): OversightTab[] {
  return oversightTabs.filter((tab) => openedBy[tab].some((act) => acts.includes(act)));
}
