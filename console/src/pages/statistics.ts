/** How the spam defence does: what came in, how good the filter is, the queue, the desk. */

import { get, type Query } from "../api";
import { chart, download } from "../charts";
import { type Child, field, fill, h, own, select, table } from "../dom";
import { content, failure, sites } from "../page";
import { number, person, t, word } from "../text";

type Ends = [number, number] | null;
interface Figures { too_few: boolean; intervals: Record<string, Ends> }
interface Check extends Figures { check: string; fired: number; confirmed: number; overturned: number; precision: number | null }
interface Bin extends Figures { from: number; to: number; n: number; mean_score: number | null; share: number | null }
interface Filter extends Figures { precision: number | null; recall: number | null; false_positive_rate: number | null; brier: number | null; decided: number; unseen: number; calibration: Bin[] }
interface Percentiles { p50: number | null; p95: number | null }
type Counts = Record<string, number>;
interface Spam {
  totals: Counts; series: (Counts & { start: string })[]; checks: Check[]; filter: Filter;
  queue: { pending: number; oldest_seconds: number | null; decision_seconds: Percentiles; series: { start: string; age_seconds: Percentiles; decision_seconds: Percentiles }[] };
  top_link_domains: { domain: string; comments: number }[]; campaigns: (Counts & { campaign: string })[]; limits: { limit: string; hits: number }[];
}
interface Work extends Figures { moderator: string; decided: number; approve: number; reject: number; spam: number; delete: number; overturned: number; revised: number; agreement: number | null }
interface Desk { totals: Work; series: (Counts & { start: string })[]; moderators: Work[]; reasons: { decision: string; reason: string; count: number }[] }

const CAME = ["received", "approved", "pending", "rejected", "spam"];
const REFUSED = ["rate_limited", "challenged"];
const SHARES = ["p50", "p95"];
const DONE = ["decided", "approve", "reject", "spam", "delete"];
const DAY_MS = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

const site = select("site", sites.map(({ slug, name }) => [slug, name]));
const from = h("input", { name: "from", type: "date", required: true, value: iso(Date.now() - 29 * DAY_MS) });
const to = h("input", { name: "to", type: "date", required: true, value: iso(Date.now()) });
const bucket = select("bucket", ["hour", "day", "week"].map((one): [string, string] => [one, t(`statistics.by_${one}`)]), "day");
const place = h("div");
const asked = (): Query => ({ site: site.value, from: from.value, to: to.value, bucket: bucket.value });

async function load(): Promise<void> {
  place.setAttribute("aria-busy", "true");
  try {
    const query = asked();
    const [spam, desk] = await Promise.all([get<Spam>("stats/spam", query), get<Desk>("stats/moderation", query)]);
    fill(place, ...(await drawn(spam, desk, query)));
  } catch (error) {
    fill(place, failure(error, () => void load()));
  }
  place.removeAttribute("aria-busy");
}

async function drawn(spam: Spam, desk: Desk, query: Query): Promise<Child[]> {
  const [came, refused, true_, age, took, done] = await Promise.all([
    chart(t("statistics.came"), "stats/spam.svg", { ...query, chart: "received" }, CAME),
    chart(t("statistics.refused"), "stats/spam.svg", { ...query, chart: "refused" }, REFUSED),
    chart(t("statistics.calibration"), "stats/spam.svg", { ...query, chart: "calibration" }),
    chart(t("statistics.queue_age"), "stats/spam.svg", { ...query, chart: "queue_age" }, SHARES),
    chart(t("statistics.decision_time"), "stats/spam.svg", { ...query, chart: "decision_time" }, SHARES),
    chart(t("statistics.decisions"), "stats/moderation.svg", query, DONE),
  ]);
  return [
    part("came", totals(spam.totals, [...CAME, ...REFUSED]), came, series(t("statistics.came"), spam.series, [...CAME, ...REFUSED]), saves("spam", "series"), refused),
    part("filter", ...filter(spam.filter), true_, bins(spam.filter.calibration), saves("spam", "filter", "calibration"), checks(spam.checks), saves("spam", "checks")),
    part("queue", queue(spam), age, took, h("p", { class: "quiet" }, t("statistics.queue_hint")), times(spam), saves("spam", "queue")),
    part("where", domains(spam), campaigns(spam), limits(spam), saves("spam", "top_link_domains", "campaigns", "limits")),
    part("people", work(desk), saves("moderation", "moderators", "reasons", "series"), done, series(t("statistics.decisions"), desk.series, DONE), reasons(desk)),
  ];
}

const part = (name: string, ...children: Child[]): HTMLElement =>
  h("section", { class: "panel", "aria-labelledby": `part-${name}` }, h("h2", { id: `part-${name}` }, t(`statistics.part_${name}`)),
    ...children.filter((child): child is Node | string => !!child));

const fact = (label: string, value: string, hint = ""): HTMLElement =>
  h("div", {}, h("dt", {}, label), h("dd", {}, value, hint && h("small", {}, hint)));

const totals = (counts: Counts, names: string[]): HTMLElement =>
  h("dl", { class: "facts big" }, ...names.map((name) => fact(t(`statistics.${name}`), number(counts[name] ?? 0))));

/** A share with as many digits as say something. */
const share = (value: number | null): string => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
const ends = (interval: Ends | undefined): string => (interval ? `${(100 * interval[0]).toFixed(1)}–${(100 * interval[1]).toFixed(1)} %` : "");

/** When a point begins: the hour where points are hours. */
const begins = (start: string): HTMLElement =>
  h("time", { datetime: start }, bucket.value === "hour" ? start.slice(0, 16).replace("T", " ") : start.slice(0, 10));

function series(caption: string, points: (Counts & { start: string })[], names: string[]): HTMLElement {
  const rows = points.map((point) => [begins(point.start), ...names.map((name) => number(point[name] ?? 0))]);
  return h("details", { class: "numbers" }, h("summary", {}, t("statistics.as_table")),
    table(caption, [t("statistics.start"), ...names.map((name) => `#${t(`statistics.${name}`)}`)], rows));
}

function filter(found: Filter): Child[] {
  if (found.too_few) return [h("p", { class: "notice" }, t("statistics.too_few", { count: found.decided }))];
  const figures = ["precision", "recall", "false_positive_rate"] as const;
  return [
    h("dl", { class: "facts big" },
      ...figures.map((name) => fact(t(`statistics.${name}`), share(found[name]), ends(found.intervals[name]))),
      fact(t("statistics.brier"), found.brier === null ? "–" : found.brier.toFixed(3)), fact(t("statistics.reviewed"), number(found.decided))),
    h("p", { class: "quiet" }, t("statistics.filter_hint")),
    found.unseen > 0 && h("p", { class: "notice" }, t("statistics.unseen", { count: found.unseen })),
  ];
}

const bins = (found: Bin[]): HTMLElement => h("details", { class: "numbers" }, h("summary", {}, t("statistics.as_table")),
  table(t("statistics.calibration"), [t("statistics.score"), `#${t("statistics.reviewed")}`, `#${t("statistics.mean_score")}`, `#${t("statistics.share_refused")}`, `#${t("statistics.interval")}`],
    found.map((one) => [`${one.from}–${one.to}`, number(one.n), one.mean_score?.toFixed(2) ?? "–", share(one.share), ends(one.intervals.share)])));

/** A table, or a line that says that there is nothing to list. */
const listed = (caption: string, columns: string[], rows: Child[][]): HTMLElement =>
  rows.length ? table(caption, columns, rows)
    : h("div", {}, h("h3", {}, caption), h("p", { class: "quiet" }, t("statistics.nothing")));

const checks = (found: Check[]): HTMLElement => {
  const silent = found.filter((one) => !one.fired).length;
  return h("div", {}, checked(found.filter((one) => one.fired)), silent > 0 && h("p", { class: "quiet" }, t("statistics.silent", { count: silent })));
};

const checked = (found: Check[]): HTMLElement =>
  listed(t("statistics.checks"), [t("statistics.check"), `#${t("statistics.fired")}`, `#${t("statistics.confirmed")}`, `#${t("statistics.overturned")}`, `#${t("statistics.precision")}`, `#${t("statistics.interval")}`],
    found.map((one) => [word("check", one.check), number(one.fired), number(one.confirmed), number(one.overturned), share(one.precision), ends(one.intervals.precision)]));

function span(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 120) return t("statistics.seconds", { count: Math.round(seconds) });
  if (seconds < 7200) return t("statistics.minutes", { count: Math.round(seconds / 60) });
  return seconds < 172_800 ? t("statistics.hours", { count: Math.round(seconds / 3600) }) : t("statistics.days", { count: Math.round(seconds / 86_400) });
}

const queue = ({ queue: found }: Spam): HTMLElement => h("dl", { class: "facts big" },
  fact(t("statistics.waiting"), number(found.pending)), fact(t("statistics.oldest"), span(found.oldest_seconds)),
  fact(t("statistics.half"), span(found.decision_seconds.p50)), fact(t("statistics.most"), span(found.decision_seconds.p95)));

const times = (spam: Spam): HTMLElement => h("details", { class: "numbers" }, h("summary", {}, t("statistics.as_table")),
  table(t("statistics.queue_times"), [t("statistics.start"), ...["age_p50", "age_p95", "decision_p50", "decision_p95"].map((name) => `#${t(`statistics.${name}`)}`)],
    spam.queue.series.map(({ start, age_seconds: age, decision_seconds: took }) => [begins(start), ...[age.p50, age.p95, took.p50, took.p95].map(span)])));

const domains = (spam: Spam): HTMLElement => listed(t("statistics.domains"), [t("statistics.domain"), `#${t("statistics.comments")}`],
  spam.top_link_domains.map((one) => [own(one.domain, { dir: "ltr" }), number(one.comments)]));
const campaigns = (spam: Spam): HTMLElement => listed(t("statistics.campaigns"), [t("statistics.campaign"), `#${t("statistics.comments")}`, ...["pending", "approved", "rejected", "spam"].map((name) => `#${t(`statistics.${name}`)}`)],
  spam.campaigns.map((one) => [h("code", { dir: "ltr" }, one.campaign.slice(-8)), ...["comments", "pending", "approved", "rejected", "spam"].map((name) => number(one[name] ?? 0))]));
const limits = (spam: Spam): HTMLElement => listed(t("statistics.limits"), [t("statistics.limit"), `#${t("statistics.hits")}`],
  spam.limits.map((one) => [h("code", { dir: "ltr" }, one.limit), number(one.hits)]));
const work = (desk: Desk): HTMLElement => listed(t("statistics.work"), [t("statistics.moderator"), ...[...DONE, "overturned_by", "revised", "agreement", "interval"].map((name) => `#${t(`statistics.${name}`)}`)],
  desk.moderators.map((one) => [own(person(one.moderator)), ...[one.decided, one.approve, one.reject, one.spam, one.delete, one.overturned, one.revised].map(number), share(one.agreement), ends(one.intervals.agreement)]));
const reasons = (desk: Desk): HTMLElement => listed(t("statistics.reasons"), [t("statistics.decision"), t("statistics.reason"), `#${t("statistics.comments")}`],
  desk.reasons.map((one) => [t(`statistics.${one.decision}`), one.reason ? word("reason", one.reason) : "–", number(one.count)]));

function saves(of: string, ...tables: string[]): HTMLElement {
  const save = (name: string): HTMLElement => h("button", { class: "plain", onclick: (event) => {
    const button = event.currentTarget as HTMLButtonElement;
    download(`stats/${of}.csv`, { ...asked(), table: name }).catch((error: unknown) => button.after(failure(error)));
  } }, t("statistics.save", { table: t(`statistics.table_${name}`) }));
  return h("div", { class: "actions saves" }, ...tables.map(save));
}

function saveAll(): void {
  Promise.all([get<Spam>("stats/spam", asked()), get<Desk>("stats/moderation", asked())]).then(([spam, moderation]) => {
    const file = new Blob([JSON.stringify({ asked: asked(), spam, moderation }, null, 2)], { type: "application/json" });
    const address = URL.createObjectURL(file);
    h("a", { href: address, download: `${site.value}-statistics-${from.value}-${to.value}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }).catch((error: unknown) => place.prepend(failure(error)));
}

for (const control of [site, from, to, bucket]) control.addEventListener("change", () => { if (from.value && to.value) void load(); });
fill(content,
  h("div", { class: "filters" }, sites.length > 1 && field(t("statistics.site"), site), field(t("statistics.from"), from), field(t("statistics.to"), to), field(t("statistics.bucket"), bucket),
    h("button", { onclick: saveAll }, t("statistics.save_json")), h("button", { onclick: () => window.print() }, t("statistics.print"))),
  h("p", { class: "quiet" }, t("statistics.utc")), place);
void load().then(() => content.removeAttribute("aria-busy"));
