/** A `filename*` (RFC 8187) or `filename` out of a Content-Disposition; null without one. */
export function fileName(disposition: string | null): string | null {
  const extended = /filename\*=(?:UTF-8)''([^;]+)/i.exec(disposition ?? '');
  if (extended?.[1] !== undefined) {
    try {
      return decodeURIComponent(extended[1]);
    } catch {
      return null;
    }
  }
  return /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? null;
}
