/** An instant in a web address: readable, in UTC, to the millisecond. Pure. */

export function instantText(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}

export function parseInstant(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms * 1000;
}
