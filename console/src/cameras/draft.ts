/** A camera as the form holds it, on its way from and to the server. Pure. */

import type { Address, Camera, CameraInput, Credentials, FieldFault } from '../api/types';
import type { Pasted } from './address';

export interface AddressDraft {
  scheme: 'rtsp' | 'rtsps';
  host: string;
  port: string;
  path: string;
}

export interface Draft {
  name: string;
  place: string;
  main: AddressDraft;
  hasSub: boolean;
  sub: AddressDraft;
  /** What happens to the stored user name and password: they are never shown. */
  signIn: 'keep' | 'set' | 'none';
  username: string;
  password: string;
  purpose: string;
  legal_basis: string;
  office: string;
  contact: string;
  assessment: string;
  retention_class: string;
  /** Pixels a metre. */
  density: string;
  /** Metres above the ground, degrees down from the horizon, degrees across the picture. */
  height: string;
  tilt: string;
  field: string;
  latitude: string;
  longitude: string;
  enabled: boolean;
}

export type Fault =
  | 'required'
  | 'host'
  | 'port'
  | 'path'
  | 'refused'
  | 'points'
  | 'crossed'
  | 'tiny'
  | 'metres'
  | 'labels'
  | 'days'
  | 'number'
  | 'measure'
  | 'together';
export type Faults = Partial<Record<string, Fault>>;

export function blankAddress(): AddressDraft {
  return { scheme: 'rtsp', host: '', port: '554', path: '/' };
}

export function blankDraft(): Draft {
  return {
    name: '',
    place: '',
    main: blankAddress(),
    hasSub: false,
    sub: blankAddress(),
    signIn: 'set',
    username: '',
    password: '',
    purpose: '',
    legal_basis: '',
    office: '',
    contact: '',
    assessment: '',
    retention_class: 'standard',
    density: '',
    height: '',
    tilt: '',
    field: '',
    latitude: '',
    longitude: '',
    enabled: true,
  };
}

function draftAddress(address: Address): AddressDraft {
  return { ...address, port: String(address.port) };
}

export function draftOf(camera: Camera): Draft {
  return {
    ...blankDraft(),
    name: camera.name,
    place: camera.place,
    main: draftAddress(camera.main),
    hasSub: camera.sub !== null,
    sub: camera.sub ? draftAddress(camera.sub) : blankAddress(),
    signIn: camera.has_credentials ? 'keep' : 'none',
    purpose: camera.purpose,
    legal_basis: camera.legal_basis,
    office: camera.office,
    contact: camera.contact,
    assessment: camera.assessment,
    retention_class: camera.retention_class,
    density: textOf(camera.density),
    height: textOf(camera.mounting?.height_m),
    tilt: textOf(camera.mounting?.tilt_deg),
    field: textOf(camera.mounting?.field_deg),
    latitude: textOf(camera.position?.latitude),
    longitude: textOf(camera.position?.longitude),
    enabled: camera.enabled,
  };
}

function textOf(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** A number as people here write it, with a comma or a point; NaN for anything else. */
function numberOf(text: string): number {
  const plain = text.trim().replace(',', '.').replace('−', '-');
  return /^-?\d{1,6}(\.\d{1,9})?$/.test(plain) ? Number(plain) : Number.NaN;
}

const MEASURES = {
  height: [0.5, 200],
  tilt: [0, 90],
  field: [5, 140],
  latitude: [-90, 90],
  longitude: [-180, 180],
} as const;
type Measure = keyof typeof MEASURES;

/** What is given of a group of measures must be numbers within bounds, all of it or nothing. */
function measureFaults(draft: Draft, names: readonly Measure[]): Faults {
  if (names.every((name) => draft[name].trim() === '')) return {};
  const faults: Faults = {};
  for (const name of names) {
    const [least, most] = MEASURES[name];
    const value = numberOf(draft[name]);
    if (draft[name].trim() === '') faults[name] = 'together';
    else if (!(value >= least && value <= most)) faults[name] = 'measure';
  }
  return faults;
}

/** The draft with a pasted address taken apart into it. */
export function withPasted(draft: Draft, pasted: Pasted): Draft {
  const { scheme, host, port, path, username, password } = pasted;
  const main = { scheme, host, port: String(port), path };
  if (username === '' && password === '') return { ...draft, main };
  return { ...draft, main, signIn: 'set', username, password };
}

function addressFaults(prefix: string, address: AddressDraft): Faults {
  const faults: Faults = {};
  const host = address.host.trim();
  if (host === '') faults[`${prefix}.host`] = 'required';
  else if (/[\s/@?#]/.test(host)) faults[`${prefix}.host`] = 'host';
  const port = Number(address.port);
  if (!/^\d+$/.test(address.port.trim()) || port < 1 || port > 65_535) {
    faults[`${prefix}.port`] = 'port';
  }
  if (!/^\/[!-~]*$/.test(address.path.trim())) faults[`${prefix}.path`] = 'path';
  return faults;
}

export function connectionFaults(draft: Draft): Faults {
  return {
    ...addressFaults('main', draft.main),
    ...(draft.hasSub ? addressFaults('sub', draft.sub) : {}),
  };
}

export function draftFaults(draft: Draft): Faults {
  const faults = connectionFaults(draft);
  for (const field of ['name', 'place', 'purpose', 'legal_basis', 'office'] as const) {
    if (draft[field].trim() === '') faults[field] = 'required';
  }
  const density = draft.density.trim();
  if (density !== '' && !(/^\d{1,4}$/.test(density) && Number(density) >= 1)) {
    faults['density'] = 'number';
  }
  return {
    ...faults,
    ...measureFaults(draft, ['height', 'tilt', 'field']),
    ...measureFaults(draft, ['latitude', 'longitude']),
  };
}

/** The members that the server refused (`body.main.port`) as the form's own fields. */
export function refusedFields(fields: readonly FieldFault[]): Faults {
  return Object.fromEntries(
    fields.map(({ path }) => {
      const name = path.replace(/^body\./, '');
      return [FORM_NAMES[name] ?? name, 'refused' as const];
    }),
  );
}

const FORM_NAMES: Record<string, string> = {
  'mounting.height_m': 'height',
  'mounting.tilt_deg': 'tilt',
  'mounting.field_deg': 'field',
  'position.latitude': 'latitude',
  'position.longitude': 'longitude',
};

export function addressOf(draft: AddressDraft): Address {
  return {
    scheme: draft.scheme,
    host: draft.host.trim(),
    port: Number(draft.port),
    path: draft.path.trim(),
  };
}

/** Undefined keeps what is stored, null goes without. */
export function credentialsOf(draft: Draft): Credentials | null | undefined {
  if (draft.signIn === 'keep') return undefined;
  if (draft.signIn === 'none' || draft.username.trim() === '') return null;
  return { username: draft.username.trim(), password: draft.password };
}

export function inputOf(draft: Draft): CameraInput {
  const credentials = credentialsOf(draft);
  return {
    name: draft.name.trim(),
    place: draft.place.trim(),
    main: addressOf(draft.main),
    sub: draft.hasSub ? addressOf(draft.sub) : null,
    ...(credentials === undefined ? {} : { credentials }),
    purpose: draft.purpose.trim(),
    legal_basis: draft.legal_basis.trim(),
    office: draft.office.trim(),
    contact: draft.contact.trim(),
    assessment: draft.assessment.trim(),
    retention_class: draft.retention_class,
    density: draft.density.trim() === '' ? null : Number(draft.density),
    mounting:
      draft.height.trim() === ''
        ? null
        : {
            height_m: numberOf(draft.height),
            tilt_deg: numberOf(draft.tilt),
            field_deg: numberOf(draft.field),
          },
    position:
      draft.latitude.trim() === ''
        ? null
        : { latitude: numberOf(draft.latitude), longitude: numberOf(draft.longitude) },
    enabled: draft.enabled,
  };
}
