/** A zone as the editor holds it, on its way from and to the server. Pure. */

import type { Zone, ZoneInput, ZoneKind } from '../api/types';
import type { Fault } from '../cameras/draft';
import { area, crossesItself, type Point } from './geometry';

export interface ZoneDraft {
  /** Null for one that the server does not know yet. */
  id: string | null;
  kind: ZoneKind;
  name: string;
  /** Metres that the picture's width spans there, as typed; empty where nobody measured it. */
  width: string;
}

export type ZoneField = 'name' | 'points' | 'width';
export type ZoneFaults = Partial<Record<ZoneField, Fault>>;

/** A polygon smaller than this share of the picture holds nothing. */
const LEAST_AREA = 0.0005;
const LEAST_WIDTH_M = 0.5;
const MOST_WIDTH_M = 5000;

export function blankZone(kind: ZoneKind, name: string): ZoneDraft {
  return { id: null, kind, name, width: '' };
}

export function zoneDraftOf(zone: Zone): ZoneDraft {
  const width = zone.width_m === null ? '' : String(zone.width_m);
  return { id: zone.id, kind: zone.kind, name: zone.name, width };
}

export function metresOf(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || Number.isNaN(value) ? null : value;
}

export function zoneFaults(draft: ZoneDraft, points: readonly Point[]): ZoneFaults {
  const faults: ZoneFaults = {};
  if (draft.name.trim() === '') faults.name = 'required';
  if (draft.kind === 'line') {
    if (points.length < 2) faults.points = 'points';
  } else if (points.length < 3) faults.points = 'points';
  else if (crossesItself(points)) faults.points = 'crossed';
  else if (area(points) < LEAST_AREA) faults.points = 'tiny';
  const metres = metresOf(draft.width);
  if (draft.width.trim() !== '' && (metres === null || metres < LEAST_WIDTH_M || metres > MOST_WIDTH_M)) {
    faults.width = 'metres';
  }
  return faults;
}

export function zoneInputOf(draft: ZoneDraft, points: readonly Point[]): ZoneInput {
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    points: points.map(([x, y]) => [x, y]),
    width_m: draft.kind === 'area' ? metresOf(draft.width) : null,
  };
}

/** A name nobody has yet: `Área 1`, `Área 2`. */
export function freeName(word: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = `${word} ${number}`;
    if (!taken.includes(name)) return name;
  }
}
