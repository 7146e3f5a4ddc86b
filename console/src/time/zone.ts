/** Wall time in a named zone. UTC microseconds are integers; only Intl knows the zones. */

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    formats.set(key, found);
  }
  return found;
}

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export function partsIn(us: number, zone: string): Parts {
  const parts: Parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  const written = format('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(us / 1000);
  for (const { type, value } of written) {
    if (type in parts) parts[type as keyof Parts] = Number(value);
  }
  return parts;
}

/** Local minus UTC at that instant, microseconds. */
export function offsetIn(us: number, zone: string): number {
  const whole = Math.floor(us / SECOND_US) * SECOND_US;
  const p = partsIn(whole, zone);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) * 1000 - whole;
}

/**
 * The instant at which the zone's clocks show that local time. A time that a clock change skips
 * gives the instant after the change; one that occurs twice gives the first.
 */
export function instantOf(day: string, secondOfDay: number, zone: string): number {
  const naive = Date.parse(`${day}T00:00:00Z`) * 1000 + secondOfDay * SECOND_US;
  const before = naive - offsetIn(naive - DAY_US / 2, zone);
  const after = naive - offsetIn(naive + DAY_US / 2, zone);
  const fits = [before, after].filter((us) => us + offsetIn(us, zone) === naive);
  return fits.length > 0 ? Math.min(...fits) : Math.max(before, after);
}

/** `2026-11-24`, the local date. */
export function dayOf(us: number, zone: string): string {
  const { year, month, day } = partsIn(us, zone);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

export function dayAfter(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

export function isDay(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The whole local day; 23 or 25 hours long where clocks change. */
export function daySpan(day: string, zone: string): { start_us: number; end_us: number } {
  return { start_us: instantOf(day, 0, zone), end_us: instantOf(dayAfter(day, 1), 0, zone) };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `20:13:05`. */
export function clockText(us: number, zone: string): string {
  const { hour, minute, second } = partsIn(us, zone);
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

/** `20:13`, for scales and lists. */
export function minuteText(us: number, zone: string): string {
  return clockText(us, zone).slice(0, 5);
}

/** `mar 24 nov 2026`: the month as a word, so that nobody swaps it with the day. */
export function dateText(us: number, zone: string, locale: string): string {
  return format(locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
    .format(us / 1000)
    .replace(/[,.]/g, '');
}

/** `GMT-3`, `UTC`: how the zone calls itself at that instant. */
export function zoneText(us: number, zone: string, locale: string): string {
  const parts = format(locale, { timeZone: zone, timeZoneName: 'short' }).formatToParts(us / 1000);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

/** Reads `20:13`, `20:13:05`, `2013` or `201305`; null when it is no time of day. */
export function parseClock(text: string): number | null {
  const match = /^\s*(\d{1,2})[:.h]?(\d{2})(?:[:.]?(\d{2}))?\s*$/.exec(text);
  if (!match) return null;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  return hour * 3600 + minute * 60 + second;
}
