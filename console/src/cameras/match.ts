import type { Camera } from '../api/types';

/** Lower case without accents, so that `estacion` finds `Estación`. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether every word of the query occurs in the camera's place, name or host. */
export function matches(camera: Pick<Camera, 'place' | 'name' | 'main'>, query: string): boolean {
  const text = plain(`${camera.place} ${camera.name} ${camera.main.host}`);
  return plain(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
