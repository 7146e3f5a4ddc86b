import { recall, remember } from './memory';

export type Theme = 'dark' | 'light' | 'system';

const prefersLight = matchMedia('(prefers-color-scheme: light)');

function firstTheme(): Theme {
  const kept = recall('theme');
  return kept === 'light' || kept === 'system' ? kept : 'dark';
}

class Look {
  theme = $state<Theme>(firstTheme());

  constructor() {
    this.#apply();
    prefersLight.addEventListener('change', () => {
      this.#apply();
    });
  }

  choose(theme: Theme): void {
    this.theme = theme;
    remember('theme', theme);
    this.#apply();
  }

  #apply(): void {
    const light = this.theme === 'light' || (this.theme === 'system' && prefersLight.matches);
    document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
  }
}

export const look = new Look();
