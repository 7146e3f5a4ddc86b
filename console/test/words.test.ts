import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { en } from '../src/words/en';
import { es } from '../src/words/es';
import { fill } from '../src/words/fill';

const root = fileURLToPath(new URL('..', import.meta.url));
const keys = Object.keys(es);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(svelte|ts)$/.test(entry.name) ? [path] : [];
  });
}

const code = sources(join(root, 'src'))
  .filter((path) => !/words\/(es|en)\.ts$/.test(path))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}

describe('the catalogues', () => {
  test('hold the same keys in the same order', () => {
    expect(Object.keys(en)).toEqual(keys);
  });

  test.each(keys)('%s is said in both languages with the same values', (key) => {
    const spanish = (es as Record<string, string>)[key] ?? '';
    const english = (en as Record<string, string>)[key] ?? '';
    expect(spanish.trim()).not.toBe('');
    expect(english.trim()).not.toBe('');
    expect(placeholders(spanish)).toEqual(placeholders(english));
  });

  test('hold nothing that nobody says', () => {
    // Built from a value: the state's word, a field's fault, a kind and its advice, a class.
    const built = /^(phase|fault|kind|label|condition|day)\./;
    const said = (key: string): boolean =>
      code.includes(`'${key}'`) || code.includes(`'${key.replace(/\.(one|other)$/, '')}'`);
    expect(keys.filter((key) => !built.test(key) && !said(key))).toEqual([]);
  });

  test('have a word for every state and every fault of a field', () => {
    const states = ['live', 'delayed', 'gap', 'connecting', 'off', 'unsupported'];
    const faults = [
      ...['required', 'host', 'port', 'path', 'refused', 'points', 'crossed', 'tiny'],
      ...['metres', 'labels', 'days', 'number', 'measure', 'together'],
    ];
    const present = (prefix: string): string[] =>
      keys.filter((key) => key.startsWith(`${prefix}.`)).map((key) => key.slice(prefix.length + 1));
    expect(present('phase').sort()).toEqual(states.sort());
    expect(present('fault').sort()).toEqual(faults.sort());
  });

  test('have one and other together', () => {
    for (const key of keys.filter((each) => each.endsWith('.one'))) {
      expect(keys).toContain(key.replace(/one$/, 'other'));
    }
  });
});

describe("the server's kinds of error", () => {
  const text = readFileSync(join(root, '../src/farola/base/errors.py'), 'utf8');
  const body = text.slice(text.indexOf('class Kind'), text.indexOf('class Error'));
  const kinds = [...body.matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map((match) => match[1] ?? '');

  test('are found', () => {
    expect(kinds.length).toBeGreaterThan(40);
    expect(kinds).toContain('wrong_password');
  });

  test.each(kinds)('%s has a name and says what to do next', (kind) => {
    expect(keys).toContain(`kind.${kind}`);
    expect(keys).toContain(`kind.${kind}.do`);
  });

  test('are the only ones with words, besides those of the console itself', () => {
    const own = ['unknown', 'server_silent'];
    const named = keys
      .filter((key) => key.startsWith('kind.') && !key.endsWith('.do'))
      .map((key) => key.slice('kind.'.length));
    expect(named.filter((kind) => !kinds.includes(kind) && !own.includes(kind))).toEqual([]);
  });
});

test('fill puts values in and keeps what it lacks visible', () => {
  expect(fill('{a} of {b}, {a}', { a: 1, b: 'two' })).toBe('1 of two, 1');
  expect(fill('{a} {b}', { a: 'x' })).toBe('x {b}');
});
