/** Zones, rules, events and counts, as the server speaks of them; every `*_us` is UTC microseconds. */

import { cameraPath, json, query, send } from './client';
import type {
  Activity,
  EventPage,
  EventQuery,
  Rule,
  RuleInput,
  Span,
  Trial,
  VisionStatus,
  Zone,
  ZoneAnswer,
  ZoneBody,
  ZoneInput,
} from './types';

function part(camera: string, noun: 'zones' | 'rules', id: string): string {
  return cameraPath(camera, `/${noun}/${encodeURIComponent(id)}`);
}

function zoneOf(answer: ZoneAnswer): Zone {
  return { ...answer, points: answer.points.map(({ x, y }) => [x, y]) };
}

function bodyOf(input: ZoneInput): ZoneBody {
  return { ...input, points: input.points.map(([x, y]) => ({ x, y })) };
}

export const situations = {
  zones: async (camera: string, signal: AbortSignal): Promise<Zone[]> => {
    const path = cameraPath(camera, '/zones');
    return (await json<{ zones: ZoneAnswer[] }>('GET', path, { signal })).zones.map(zoneOf);
  },
  addZone: async (camera: string, input: ZoneInput): Promise<Zone> =>
    zoneOf(await json('POST', cameraPath(camera, '/zones'), { body: bodyOf(input) })),
  saveZone: async (camera: string, id: string, input: ZoneInput): Promise<Zone> =>
    zoneOf(await json('PUT', part(camera, 'zones', id), { body: bodyOf(input) })),
  removeZone: (camera: string, id: string) => send('DELETE', part(camera, 'zones', id)),

  rules: (camera: string, signal: AbortSignal) =>
    json<{ rules: Rule[] }>('GET', cameraPath(camera, '/rules'), { signal }),
  addRule: (camera: string, body: RuleInput) =>
    json<Rule>('POST', cameraPath(camera, '/rules'), { body }),
  saveRule: (camera: string, id: string, body: RuleInput) =>
    json<Rule>('PUT', part(camera, 'rules', id), { body }),
  removeRule: (camera: string, id: string) => send('DELETE', part(camera, 'rules', id)),
  tryRule: (camera: string, rule: RuleInput, span: Span, signal: AbortSignal) =>
    json<Trial>('POST', cameraPath(camera, '/rules/try'), { body: { rule, ...span }, signal }),

  events: (asked: EventQuery, signal: AbortSignal) =>
    json<EventPage>('GET', `/api/events${query({ ...asked })}`, { signal }),
  activity: (asked: { camera_id: string; zone_id?: string } & Span, signal: AbortSignal) =>
    json<Activity>('GET', `/api/activity${query({ ...asked })}`, { signal }),
  vision: (signal: AbortSignal) => json<VisionStatus>('GET', '/api/vision', { signal }),
};

