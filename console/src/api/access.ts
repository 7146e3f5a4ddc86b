/** Signing in, second factors, sessions, people and groups, as the server speaks of them. */

import { json, query, send } from './client';
import type {
  Assignment,
  Factors,
  Group,
  GroupInput,
  ListedSession,
  NewTotp,
  Passkey,
  Person,
  Session,
} from './types';

interface Options { options: PublicKeyCredentialRequestOptionsJSON }
interface CreationOptions { options: PublicKeyCredentialCreationOptionsJSON }
type Answer = Record<string, unknown>;

export const access = {
  signIn: (name: string, password: string, code: string | null) =>
    json<Session>('POST', '/api/session', { body: { name, password, code } }),
  passkeyOptions: () => json<Options>('POST', '/api/session/passkey/options'),
  signInWithPasskey: (credential: Answer) =>
    json<Session>('POST', '/api/session/passkey', { body: { credential } }),

  prove: (password: string, code: string | null) =>
    send('POST', '/api/session/proof', { body: { password, code } }),
  proofOptions: () => json<Options>('POST', '/api/session/proof/options'),
  proveWithPasskey: (credential: Answer) =>
    send('POST', '/api/session/proof/passkey', { body: { credential } }),

  sessions: (everybody: boolean) =>
    json<{ sessions: ListedSession[] }>('GET', `/api/sessions${query({ everybody: String(everybody) })}`),
  revoke: (id: string) => send('DELETE', `/api/sessions/${encodeURIComponent(id)}`),

  factors: () => json<Factors>('GET', '/api/factors'),
  beginTotp: () => json<NewTotp>('POST', '/api/factors/totp'),
  confirmTotp: (code: string) => send('PUT', '/api/factors/totp', { body: { code } }),
  removeTotp: () => send('DELETE', '/api/factors/totp'),
  newPasskeyOptions: () => json<CreationOptions>('POST', '/api/factors/passkeys/options'),
  addPasskey: (title: string, credential: Answer) =>
    json<Passkey>('POST', '/api/factors/passkeys', { body: { title, credential } }),
  removePasskey: (id: string) => send('DELETE', `/api/factors/passkeys/${encodeURIComponent(id)}`),

  people: () => json<{ people: Person[] }>('GET', '/api/people'),
  addPerson: (name: string, assignments: Assignment[]) =>
    json<{ person: Person; password: string }>('POST', '/api/people', { body: { name, assignments } }),
  /** `identity` null leaves it as it is, empty takes it away. */
  savePerson: (id: string, assignments: Assignment[], disabled: boolean, identity: string | null) =>
    json<Person>('PUT', `/api/people/${encodeURIComponent(id)}`, {
      body: { assignments, disabled, identity },
    }),
  resetPerson: (id: string) =>
    json<{ password: string }>('POST', `/api/people/${encodeURIComponent(id)}/reset`),

  groups: () => json<{ groups: Group[] }>('GET', '/api/groups'),
  addGroup: (body: GroupInput) => json<Group>('POST', '/api/groups', { body }),
  saveGroup: (id: string, body: GroupInput) =>
    json<Group>('PUT', `/api/groups/${encodeURIComponent(id)}`, { body }),
  removeGroup: (id: string) => send('DELETE', `/api/groups/${encodeURIComponent(id)}`),
};
