/** Texts, numbers and times in the language of the page. */

type Entry = string | Record<string, string>;
declare global {
  var belowlineTexts: Record<string, Entry>;
}

const lang = document.documentElement.lang;
const locale = lang === "ur" ? "ur-PK-u-nu-latn" : lang;
const plurals = new Intl.PluralRules(lang);
const numbers = new Intl.NumberFormat(locale);
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1],
];

/** What a check says: a key and its values, which may be messages again. */
export interface Message {
  key: string;
  values: Record<string, Value>;
}
export type Value = string | number | Message | Message[];

/** The text of a key, with `{name}` filled in; `count` chooses the plural form. A key without a text shows itself. */
export function t(key: string, values: Record<string, Value> = {}): string {
  const entry = globalThis.belowlineTexts[key] ?? key;
  const text = typeof entry === "string" ? entry : (entry[plurals.select(Number(values.count))] ?? entry.other ?? key);
  return text.replace(/\{(\w+)\}/g, (_, name: string) => written(values[name] ?? ""));
}

/** Numbers as the language writes them, messages in its words; a text from outside is isolated, so that it reorders nothing. */
function written(value: Value): string {
  if (typeof value === "number") return numbers.format(value);
  if (typeof value === "string") return `\u2068${value}\u2069`;
  return Array.isArray(value) ? value.map(written).join(t("signal.comma")) : t(value.key, value.values);
}

/** Why a check fired, in words; what was stored before there were messages is English. */
export const why = ({ messages, reason }: { messages: Message[]; reason: string }): { text: string; lang?: string } =>
  messages.length ? { text: messages.map(({ key, values }) => t(key, values)).join(" ") } : { text: reason, lang: "en" };

/** Whether there is a text; for keys made from codes of the service. */
export const has = (key: string): boolean => key in globalThis.belowlineTexts;

/** The text of a code of the service, or the code in plain words where there is none. */
export const word = (family: string, code: string): string =>
  has(`${family}.${code}`) ? t(`${family}.${code}`) : code.replaceAll("_", " ");

export const number = (value: number): string => numbers.format(value);

export const percent = (share: number): string =>
  new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(share);

export const moment = (iso: string): string => moments.format(new Date(iso));

/** "3 minutes ago" as a <time> that tells the exact moment to those who ask. */
export function ago(iso: string): HTMLTimeElement {
  const element = document.createElement("time");
  element.dateTime = iso;
  element.title = moment(iso);
  element.textContent = since(iso);
  return element;
}

export function since(iso: string): string {
  const seconds = (Date.parse(iso) - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** The name behind an actor of the audit log: `account:anna` is anna. */
export const person = (actor: string): string => actor.replace(/^account:/, "");
