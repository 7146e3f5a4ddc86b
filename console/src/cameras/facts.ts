/** What is worth saying about a camera. Pure. */

/** `avc1.64001f` → `H.264`. */
export function codecName(codec: string): string {
  if (/^(avc[13]|h264)/.test(codec)) return 'H.264';
  if (/^(hvc1|hev1|h265)/.test(codec)) return 'H.265';
  return codec;
}

/** A clock that is more than two seconds off matters to whoever reads the picture's own time. */
const NOTABLE_US = 2_000_000;

export function needsMention(offsetUs: number | null): number | null {
  return offsetUs !== null && Math.abs(offsetUs) > NOTABLE_US ? offsetUs : null;
}
