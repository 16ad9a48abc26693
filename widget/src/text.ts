/** The texts of one language (put in by the build), with plurals, numbers and times as that language writes them. */

import type english from "../../service/i18n/catalogues/en.json";

export type Key = keyof typeof english;
type Values = Record<string, string | number>;
type Catalogue = Partial<Record<string, string | Record<string, string>>>;

declare const CATALOGUE: Catalogue;
declare const LANGUAGE: string;

const numbers = /* @__PURE__ */ new Intl.NumberFormat(LANGUAGE);
const plurals = /* @__PURE__ */ new Intl.PluralRules(LANGUAGE);
const ages = /* @__PURE__ */ new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const dates = /* @__PURE__ */ new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeStyle: "short" });

export const language = LANGUAGE;
export const number = (value: number, digits = 0): string =>
  digits
    ? new Intl.NumberFormat(LANGUAGE, { minimumIntegerDigits: digits }).format(value)
    : numbers.format(value);

/** The name between Unicode isolates: its direction cannot reorder the sentence around it. */
export const isolated = (name: string): string => `\u2068${name}\u2069`;

/** The text of a key that may not exist, for keys made from an error code or a problem slug. */
export function find(key: string, values: Values = {}): string | undefined {
  const entry = CATALOGUE[key];
  const text = typeof entry === "object" ? entry[plurals.select(Number(values.count))] : entry;
  return text?.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? number(value) : value;
  });
}

export const t = (key: Key, values?: Values): string => find(key, values) ?? key;

// Letters that Urdu has and neither Arabic nor Persian: a page in another language finds the right font by this.
const URDU = /[\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]/;

/** The language that a text shows by its letters, for its font and for those who hear it read; else null. */
export const tongue = (text: string): string | null => (URDU.test(text) ? "ur" : null);

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31536000],
  ["month", 2592000],
  ["week", 604800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 hours ago"; a clock that runs ahead of the server's never shows the future. */
export function age(moment: Date, now: number): string {
  const seconds = (now - moment.getTime()) / 1000;
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return ages.format(-Math.floor(seconds / length), unit);
  }
  return t("time.now");
}

export const date = (moment: Date): string => dates.format(moment);

/** "40 seconds", "5 minutes". */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "long" }).format(value);
}
