import { describe, expect, test } from 'vitest';

import { problemFrom } from '../src/api/problem';
import type { Camera, CameraState } from '../src/api/types';
import { parseRtsp } from '../src/cameras/address';
import {
  blankDraft,
  credentialsOf,
  draftFaults,
  draftOf,
  inputOf,
  refusedFields,
  withPasted,
} from '../src/cameras/draft';
import { codecName, needsMention } from '../src/cameras/facts';
import { matches } from '../src/cameras/match';
import { parseRoute, type Route, routePath, withQuery } from '../src/router/routes';
import { shownState } from '../src/shell/shown';
import { clampPage, layoutFor, pageCount, parseLayout, settle, typeDigit } from '../src/wall/layout';

describe('routes', () => {
  const routes: Route[] = [
    { view: 'wall' },
    { view: 'timeline', camera: null },
    { view: 'timeline', camera: 'cam-a/b c' },
    { view: 'cameras' },
    { view: 'camera-new' },
    { view: 'camera', camera: 'cam-7f3k9q2m1x4b' },
    { view: 'zones', camera: 'cam-7f3k9q2m1x4b' },
    { view: 'events' },
    { view: 'activity' },
    { view: 'settings' },
  ];
  test.each(routes)('%j goes there and back', (route) => {
    expect(parseRoute(routePath(route))).toEqual(route);
  });

  test.each(['/nowhere', '/cameras/a/b', '/settings/x', '/wall/1', '/timeline/%E0%A4%A', '/events/x', '/events/activity/x'])(
    '%s is no place',
    (path) => {
      expect(parseRoute(path)).toEqual({ view: 'missing' });
    },
  );

  test('the root is the wall', () => {
    expect(parseRoute('/')).toEqual({ view: 'wall' });
  });

  test('queries change one value and keep the others', () => {
    expect(withQuery('?a=1&b=2', { b: null, c: '3' })).toBe('?a=1&c=3');
    expect(withQuery('?a=1', { a: null })).toBe('');
  });
});

describe('the wall', () => {
  test('takes the layout that holds the cameras', () => {
    expect([0, 4, 5, 9, 10, 200].map(layoutFor)).toEqual([4, 4, 9, 9, 16, 16]);
    expect(parseLayout('9')).toBe(9);
    expect(parseLayout('7')).toBeNull();
    expect(pageCount(17, 16)).toBe(2);
    expect(pageCount(0, 4)).toBe(1);
    expect(['-3', '99', 'x', null].map((text) => clampPage(text, 3))).toEqual([1, 3, 1, 1]);
  });

  test('chooses by one digit where one is enough, by two up to sixteen', () => {
    expect(typeDigit('', '3', 9)).toEqual({ pending: '', tile: 3 });
    expect(typeDigit('', '1', 9)).toEqual({ pending: '', tile: 1 });
    expect(typeDigit('', '1', 16)).toEqual({ pending: '1', tile: null });
    expect(typeDigit('1', '6', 16)).toEqual({ pending: '', tile: 16 });
    expect(typeDigit('1', '9', 16)).toEqual({ pending: '', tile: 9 });
    expect(typeDigit('', '0', 16)).toEqual({ pending: '', tile: 0 });
    expect(typeDigit('', '7', 4)).toEqual({ pending: '', tile: null });
    expect([settle('1'), settle('')]).toEqual([1, null]);
  });
});

describe('what a tile says', () => {
  const state = (phase: CameraState['phase']): CameraState => ({ phase }) as CameraState;

  test('the worse of server and player wins', () => {
    expect(shownState(true, state('live'), 'playing', 200_000)).toBe('live');
    expect(shownState(true, state('live'), 'playing', 4_000_000)).toBe('delayed');
    expect(shownState(true, state('live'), 'waiting', null)).toBe('delayed');
    expect(shownState(true, state('delayed'), 'playing', 0)).toBe('delayed');
    expect(shownState(true, state('gap'), 'playing', 0)).toBe('gap');
    expect(shownState(true, state('live'), 'retrying', 0)).toBe('connecting');
    expect(shownState(true, state('live'), 'unsupported', null)).toBe('unsupported');
    expect(shownState(false, state('live'), 'playing', 0)).toBe('off');
  });

  test('without a player the server alone is believed', () => {
    expect(shownState(true, state('delayed'), null, null)).toBe('delayed');
    expect(shownState(true, undefined, null, null)).toBe('connecting');
  });
});

describe('an RTSP address', () => {
  test.each([
    ['rtsp://10.0.0.20/stream1', 'rtsp', '10.0.0.20', 554, '/stream1', '', ''],
    ['rtsps://cam.example:8322/a?b=c&d=1', 'rtsps', 'cam.example', 8322, '/a?b=c&d=1', '', ''],
    ['  RTSP://u:p%40ss@[fd00::1]:554/x ', 'rtsp', 'fd00::1', 554, '/x', 'u', 'p@ss'],
    ['rtsp://u:p@ss:w%@host', 'rtsp', 'host', 554, '/', 'u', 'p@ss:w%'],
    ['rtsp://host?channel=1', 'rtsp', 'host', 554, '/?channel=1', '', ''],
  ])('%s', (text, scheme, host, port, path, username, password) => {
    expect(parseRtsp(text)).toEqual({ scheme, host, port, path, username, password });
  });

  test.each(['http://host/', 'rtsp://', 'rtsp://host:0/', 'rtsp://host:70000/', 'host', ''])(
    '%s is none',
    (text) => {
      expect(parseRtsp(text)).toBeNull();
    },
  );
});

describe("a camera's form", () => {
  const camera = {
    name: 'C-1',
    place: 'Plaza',
    main: { scheme: 'rtsp', host: 'h', port: 554, path: '/s' },
    sub: null,
    purpose: 'p',
    legal_basis: 'b',
    office: 'o',
    contact: '',
    assessment: '',
    retention_class: 'bank',
    density: 125,
    mounting: { height_m: 6.5, tilt_deg: 20, field_deg: 80 },
    position: null,
    enabled: true,
    has_credentials: true,
  } as Camera;

  test('keeps stored credentials by leaving them out', () => {
    const input = inputOf(draftOf(camera));
    expect(input).not.toHaveProperty('credentials');
    expect(input).toMatchObject({ place: 'Plaza', sub: null, main: camera.main });
    const { retention_class, density, mounting, position } = camera;
    expect(input).toMatchObject({ retention_class, density, mounting, position });
    expect(credentialsOf({ ...draftOf(camera), signIn: 'none' })).toBeNull();
  });

  test('takes a pasted address apart and its password aside', () => {
    const pasted = parseRtsp('rtsp://u:p@cam:8554/x');
    const draft = withPasted(blankDraft(), pasted ?? expect.fail());
    expect(draft.main).toEqual({ scheme: 'rtsp', host: 'cam', port: '8554', path: '/x' });
    expect(inputOf(draft).credentials).toEqual({ username: 'u', password: 'p' });
    const bare = withPasted(draftOf(camera), { ...(pasted ?? expect.fail()), username: '', password: '' });
    expect(bare.signIn).toBe('keep');
  });

  test('wants every paper and a whole address', () => {
    expect(Object.keys(draftFaults(blankDraft())).sort()).toEqual(
      ['legal_basis', 'main.host', 'name', 'office', 'place', 'purpose'].sort(),
    );
    const draft = { ...draftOf(camera), hasSub: true };
    draft.sub = { scheme: 'rtsp', host: 'a/b', port: '0', path: 'x' };
    expect(draftFaults(draft)).toEqual({ 'sub.host': 'host', 'sub.port': 'port', 'sub.path': 'path' });
  });

  test('takes measures together, with a comma or a point, and within bounds', () => {
    const draft = { ...draftOf(camera), height: '4,5', tilt: '', field: '200', latitude: '-27.45' };
    expect(draftFaults(draft)).toEqual({ tilt: 'together', field: 'measure', longitude: 'together' });
    const whole = { ...draft, tilt: '0', field: '90', longitude: '-58,98', density: '' };
    expect(draftFaults(whole)).toEqual({});
    expect(inputOf(whole)).toMatchObject({
      mounting: { height_m: 4.5, tilt_deg: 0, field_deg: 90 },
      position: { latitude: -27.45, longitude: -58.98 },
      density: null,
    });
    for (const density of ['0', '-1', '1.5', 'x', '99999']) {
      expect(draftFaults({ ...whole, density })).toEqual({ density: 'number' });
    }
  });

  test('shows what the server refused at its field', () => {
    const problem = problemFrom(422, {
      kind: 'invalid_input',
      fields: [{ path: 'body.main.port', message: 'too big' }],
    });
    expect(refusedFields(problem.fields)).toEqual({ 'main.port': 'refused' });
    const inner = [{ path: 'body.mounting.height_m', message: 'too high' }];
    expect(refusedFields(inner)).toEqual({ height: 'refused' });
  });
});

test('problems without a document take their kind from the status', () => {
  expect(problemFrom(429, { kind: 'rate_limited', retry_after_s: 7 }).retryAfterS).toBe(7);
  expect(problemFrom(502, null).kind).toBe('unavailable');
  expect(problemFrom(404, 'nonsense').kind).toBe('not_found');
});

test('search forgives accents and the order of words', () => {
  const camera = {
    place: 'Estación de tren',
    name: 'C-010',
    main: { host: '10.0.0.9' },
  } as Camera;
  expect(matches(camera, 'TREN estacion')).toBe(true);
  expect(matches(camera, 'c-010')).toBe(true);
  expect(matches(camera, 'puerto')).toBe(false);
  expect(matches(camera, '')).toBe(true);
});

test('facts worth saying', () => {
  expect(['avc1.64001f', 'hvc1.1.6.L93.B0', 'h265', 'vp9'].map(codecName)).toEqual([
    'H.264',
    'H.265',
    'H.265',
    'vp9',
  ]);
  expect(needsMention(-3_000_000)).toBe(-3_000_000);
  expect(needsMention(1_000_000)).toBeNull();
  expect(needsMention(null)).toBeNull();
});
