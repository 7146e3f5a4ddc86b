/** Lengths of time and sizes as short text, the same in every language. */

import { SECOND_US } from './zone';

/** `8 s`, `4 min 10 s`, `2 h 05 min`, `3 d 4 h`. */
export function lengthText(us: number): string {
  const total = Math.max(0, Math.round(us / SECOND_US));
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) {
    const seconds = total % 60;
    return seconds === 0 ? `${minutes} min` : `${minutes} min ${String(seconds).padStart(2, '0')} s`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A signed offset with as many digits as matter: `+0.12 s`, `−4 min 10 s`. */
export function offsetText(us: number, locale: string): string {
  const sign = us < 0 ? '−' : '+';
  const size = Math.abs(us);
  if (size >= 60 * SECOND_US) return sign + lengthText(size);
  const seconds = (size / SECOND_US).toLocaleString(locale, {
    maximumFractionDigits: size < 10 * SECOND_US ? 2 : 0,
  });
  return `${sign}${seconds} s`;
}

/** Decimal units, as disks and networks are sold. */
export function sizeText(bytes: number, locale: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(locale, { maximumFractionDigits: digits })} ${units[unit] ?? ''}`;
}
