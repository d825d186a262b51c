/** Labels in the chosen language. The words themselves live in map_ui/words, one source for every output. */

import { signal } from "@preact/signals";
import words from "./generated/words.json";

export type Language = "zh" | "en";
export type Key = keyof typeof words;
type Values = Record<string, string | number>;

export const lang = signal<Language>("zh");

const THIN_SPACE = "\u2009";
const CJK = "\u3400-\u4dbf\u4e00-\u9fff";
// No lookbehind: it would shut out browsers older than Chromium 62 and some WebKits.
const SPACED = new RegExp(`([${CJK}]) (?=[A-Za-z0-9])|([A-Za-z0-9%²]) (?=[${CJK}])`, "g");
const BEFORE_LATIN = new RegExp(`([${CJK}])(?=[A-Za-z0-9])`, "g");
const AFTER_LATIN = new RegExp(`([A-Za-z0-9%²])(?=([${CJK}]))`, "g");
const DATE_MARKS = "年月日";

/** A thin space between Chinese and Latin letters or digits; dates stay closed (2026年3月). */
export function thinSpaced(label: string): string {
  return label
    .replace(SPACED, (_, before: string | undefined, after: string | undefined) => (before ?? after ?? "") + THIN_SPACE)
    .replace(BEFORE_LATIN, (mark: string) => (DATE_MARKS.includes(mark) ? mark : mark + THIN_SPACE))
    .replace(AFTER_LATIN, (mark: string, _, next: string) => (DATE_MARKS.includes(next) ? mark : mark + THIN_SPACE));
}

/** A sentence that the server says in both languages, 「中文 / English」: the half that is wanted. */
export function inLanguage(text: string): string {
  const chinese = new RegExp(`[${CJK}]`);
  const halves = text.split(" / ");
  const split = halves.findIndex(
    (_, k) => k > 0 && chinese.test(halves.slice(0, k).join("")) && !chinese.test(halves.slice(k).join("")),
  );
  if (split < 0) return text;
  return (lang.value === "zh" ? halves.slice(0, split) : halves.slice(split)).join(" / ");
}

function filled(label: string, values?: Values): string {
  return values ? label.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : label;
}

export function t(key: Key, values?: Values): string {
  const [zh, en] = words[key] as [string, string];
  return lang.value === "zh" ? thinSpaced(filled(zh, values)) : filled(en, values);
}

export const has = (key: string): key is Key => key in words;

/** What there are labels for under a word: `audit` → `sign-in`, `key.add`, … */
export const keysUnder = (prefix: string) =>
  Object.keys(words)
    .filter((key) => key.startsWith(`${prefix}.`))
    .map((key) => key.slice(prefix.length + 1));

/** The label of a key that is put together at run time; the raw word where the server knows more than we do. */
export function named(prefix: string, word: string): string {
  const key = `${prefix}.${word}`;
  return key in words ? t(key as Key) : word;
}

/** A name that places carry in both languages. */
export function nameOf(place: { name: string; name_en?: string | null }): string {
  return lang.value === "en" && place.name_en ? place.name_en : inLanguage(place.name);
}
