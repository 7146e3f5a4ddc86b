/** What this browser remembers for its reader: no more than a few preferences. */

type Item = 'language' | 'theme' | 'wall';

export function recall(item: Item): string | null {
  try {
    return localStorage.getItem(`farola.${item}`);
  } catch {
    return null; // storage may be forbidden; preferences then last until reload
  }
}

export function remember(item: Item, value: string): void {
  try {
    localStorage.setItem(`farola.${item}`, value);
  } catch {
    return;
  }
}
