import { parseRoute, withQuery, type Route } from './routes';

/** Where the reader is. The address bar is the only store, so reload and back just work. */
class Router {
  #pathname = $state(location.pathname);
  #search = $state(location.search);

  readonly route: Route = $derived(parseRoute(this.#pathname));
  readonly query: URLSearchParams = $derived(new URLSearchParams(this.#search));

  constructor() {
    addEventListener('popstate', () => {
      this.#read();
    });
    document.addEventListener('click', (event) => {
      this.#follow(event);
    });
  }

  go(to: string): void {
    history.pushState(null, '', to);
    this.#read();
    scrollTo(0, 0);
  }

  /** Writes view state into the address without a new history entry. */
  note(changes: Record<string, string | null>): void {
    const search = withQuery(location.search, changes);
    if (search === location.search) return;
    history.replaceState(null, '', location.pathname + search);
    this.#search = search;
  }

  #read(): void {
    this.#pathname = location.pathname;
    this.#search = location.search;
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target !== '' || link.hasAttribute('download')) return;
    const address = new URL(link.href, location.href);
    if (address.origin !== location.origin || address.pathname.startsWith('/api/')) return;
    event.preventDefault();
    if (address.href !== location.href) this.go(address.pathname + address.search);
  }
}

export const router = new Router();
