import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { refusedThere } from '../src/access/identity';
import { en } from '../src/words/en';
import { es } from '../src/words/es';

const replaced = vi.fn();

function at(search: string): void {
  vi.stubGlobal('location', { pathname: '/', search });
}

beforeEach(() => {
  vi.stubGlobal('history', { state: null, replaceState: replaced });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
  replaced.mockReset();
});

describe('what the identity provider refused', () => {
  test('is taken out of the address', () => {
    at('?refused=identity_unknown&identity=legajo-417');
    expect(refusedThere()).toEqual({ kind: 'identity_unknown', identity: 'legajo-417' });
    expect(replaced).toHaveBeenCalledExactlyOnceWith(null, '', '/');
  });

  test.each(['', '?page=2', '?refused=', '?refused=%3Cb%3E', '?refused=Fine'])(
    '"%s" tells of nothing and stays',
    (search) => {
      at(search);
      expect(refusedThere()).toBeNull();
      expect(replaced).not.toHaveBeenCalled();
    },
  );

  test.each([
    ['es', es],
    ['en', en],
  ] as const)('is shown to whoever is signed in: %s', async (language, words) => {
    vi.stubGlobal('navigator', { language });
    vi.stubGlobal('document', { documentElement: {} });
    const { render } = await import('svelte/server');
    const { default: Refused } = await import('../src/shell/Refused.svelte');
    const shown = (kind: string, identity: string | null): string =>
      render(Refused, { props: { refusal: { kind, identity }, onclose: () => undefined } }).body;
    const failed = shown('unauthenticated', null);
    expect(failed).toContain('role="alert"');
    expect(failed).toContain(`aria-label="${words['app.close']}"`);
    expect(failed).toContain(words['proof.identityFailed']);
    expect(failed).toContain(words['proof.identityFailed.do']);
    expect(shown('forbidden', null)).toContain(words['proof.identityOther']);
    const unknown = shown('identity_unknown', 'legajo-<417>');
    expect(unknown).toContain(words['kind.identity_unknown']);
    expect(unknown).toContain(words['kind.identity_unknown.do']);
    expect(unknown).toContain('legajo-&lt;417>');
  });
});
