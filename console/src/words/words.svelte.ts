import { recall, remember } from '../settings/memory';
import { en } from './en';
import { es } from './es';
import { fill } from './fill';

export type Word = keyof typeof es;
export type Language = 'es' | 'en';
type Values = Record<string, string | number>;

const catalogues: Record<Language, Readonly<Record<Word, string>>> = { es, en };
const locales: Record<Language, string> = { es: 'es-AR', en: 'en-GB' };

function firstLanguage(): Language {
  const kept = recall('language');
  if (kept === 'es' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'es';
}

class Speech {
  language = $state<Language>(firstLanguage());

  constructor() {
    document.documentElement.lang = this.language;
  }

  get locale(): string {
    return locales[this.language];
  }

  choose(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    remember('language', language);
  }
}

export const speech = new Speech();

/** The reader's word for a key, with `{name}` filled in. */
export function t(key: Word, values: Values = {}): string {
  return fill(catalogues[speech.language][key], values);
}

/** As `t`, choosing `KEY.one` or `KEY.other` by the number, which fills `{n}`. */
export function tn(key: PluralKey, count: number, values: Values = {}): string {
  const form = count === 1 ? 'one' : 'other';
  return t(`${key}.${form}`, { ...values, n: count.toLocaleString(speech.locale) });
}

type Plural<Key extends string> = Key extends `${infer Base}.one` ? Base : never;
export type PluralKey = Plural<Word>;

function isWord(key: string): key is Word {
  return Object.hasOwn(es, key);
}

/** A phrase to go on with inside a sentence; an abbreviation such as `RTSP` keeps its capitals. */
export function lowered(phrase: string): string {
  return /^\p{Lu}\p{Lu}/u.test(phrase) ? phrase : phrase.charAt(0).toLowerCase() + phrase.slice(1);
}

/** What a kind of error is called, as a short phrase. */
export function kindName(kind: string): string {
  const key = `kind.${kind}`;
  return isWord(key) ? t(key) : t('kind.unknown');
}

/** What to do about it next, as a sentence. */
export function kindAdvice(kind: string): string {
  const key = `kind.${kind}.do`;
  return isWord(key) ? t(key) : t('kind.unknown.do');
}
