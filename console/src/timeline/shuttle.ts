/** J K L as on an editing desk. Pure: speeds, negative ones run backward, 0 is a pause. */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;
const FASTEST = 8;

export function shuttle(speed: number, key: 'j' | 'k' | 'l'): number {
  if (key === 'k') return 0;
  const direction = key === 'l' ? 1 : -1;
  if (speed * direction <= 0) return direction;
  return direction * Math.min(FASTEST, Math.max(1, Math.abs(speed) * 2));
}
