/** How long to wait before the next try: doubling from half a second to ten, with jitter. */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
