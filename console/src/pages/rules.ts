/** The newsroom's own rules: changed together, tried on what was sent before they are saved, and taken back. */

import { call, get, post, Problem } from "../api";
import { type Child, fill, h, own, said, select } from "../dom";
import { content, empty, failure, main, sites, toast } from "../page";
import { ago, type Message, number, person, since, t, why } from "../text";
import type { Status } from "../types";

interface Rule {
  kind: string;
  value: string;
  effect: string;
  score: number;
  measure: string | null;
  at_least: number;
}

interface Rules {
  version: number;
  rules: Rule[];
  by: string | null;
  note: string;
  reverts_to: number | null;
  created_at: string | null;
}

interface Difference {
  comment: string;
  body: string;
  status: Status;
  before: string;
  after: string;
  reason: string;
  messages: Message[];
}

const KINDS = ["word", "phrase", "link", "author", "pattern", "threshold"];
const MEASURES = ["links", "characters", "capitals", "score"];
const EFFECTS = ["hold", "watch"];
const DAYS = [7, 30, 90];
const PAGES_MAX = 20;
const OTHERS_MAX = 20;
const REFUSED: Status[] = ["rejected", "spam", "deleted"];

let site = sites[0]?.slug ?? "";
let seen = 0;
const lines = h("div", { class: "rules" });
const result = h("div", { "aria-live": "polite" });
const versions = h("section", { class: "panel", "aria-labelledby": "versions" });
const days = select("days", DAYS.map((count): [string, string] => [String(count), t("rules.last_days", { count })]), "30");
const note = h("input", { name: "note", maxlength: 1000 });

async function load(): Promise<void> {
  content.setAttribute("aria-busy", "true");
  try {
    const now = await get<Rules>("moderation/rules", { site });
    seen = now.version;
    lines.replaceChildren(...now.rules.map(line));
    result.replaceChildren();
    note.value = "";
    drawNothing();
    await drawVersions();
  } catch (error) {
    fill(result, failure(error, () => void load()));
  }
  content.removeAttribute("aria-busy");
}

function drawNothing(): void {
  lines.querySelector(".empty")?.remove();
  if (!lines.childElementCount) lines.append(empty(t("rules.none"), t("rules.none_hint")));
}

/** One rule as a row of fields; a threshold has a measure and a number in the place of a value. */
function line(rule: Partial<Rule>): HTMLElement {
  const kind = select("kind", KINDS.map((one): [string, string] => [one, t(`rule.${one}`)]), rule.kind);
  const value = h("input", { name: "value", maxlength: 200, autocomplete: "off", dir: "auto", "aria-label": t("rules.value") });
  value.value = rule.value ?? "";
  const measure = select("measure", MEASURES.map((one): [string, string] => [one, t(`measure.${one}`)]), rule.measure ?? "links");
  const least = h("input", { name: "at_least", type: "number", min: 0, max: 100000, "aria-label": t("rules.at_least") });
  least.value = String(rule.at_least || 1);
  const threshold = h("span", { class: "row" }, h("label", {}, t("rules.measure"), measure), h("label", {}, t("rules.at_least"), least));
  const effect = select("effect", EFFECTS.map((one): [string, string] => [one, t(`effect.${one}`)]), rule.effect);
  const score = h("input", { name: "score", type: "number", min: 0, max: 100, step: 5 });
  score.value = String(Math.round((rule.score ?? 0.5) * 100));
  const valued = h("label", {}, t("rules.value"), value);
  const scored = h("label", {}, t("rules.score"), score);
  const element = h("div", { class: "rule", role: "group", "aria-label": t("rules.rule") },
    h("label", {}, t("rules.kind"), kind), valued, threshold, h("label", {}, t("rules.effect"), effect), scored,
    h("button", { type: "button", class: "plain", onclick: () => { element.remove(); drawNothing(); result.replaceChildren(); } }, t("rules.remove")));
  const fit = (): void => {
    valued.hidden = kind.value === "threshold";
    threshold.hidden = !valued.hidden;
    scored.hidden = effect.value !== "watch";
  };
  element.addEventListener("change", fit);
  element.addEventListener("input", () => result.replaceChildren());
  fit();
  return element;
}

/** The draft as the API takes it. */
function draft(): Record<string, unknown>[] {
  return [...lines.querySelectorAll<HTMLElement>(".rule")].map((element) => {
    const of = (name: string): string => element.querySelector<HTMLInputElement | HTMLSelectElement>(`[name=${name}]`)?.value ?? "";
    const common = { kind: of("kind"), effect: of("effect"), ...(of("effect") === "watch" ? { score: Number(of("score")) / 100 } : {}) };
    return of("kind") === "threshold" ? { ...common, measure: of("measure"), at_least: Number(of("at_least")) } : { ...common, value: of("value").trim() };
  });
}

/** What the draft would have done: all comments of the time are weighed again, page by page. */
async function simulate(): Promise<void> {
  const to = new Date();
  const from = new Date(to.getTime() - Number(days.value) * 86_400_000);
  fill(result, h("p", { class: "quiet", role: "status" }, t("rules.trying")));
  const changed: Difference[] = [];
  let looked = 0;
  let before: string | null = null;
  const policy = sites.find((one) => one.slug === site)?.policy;
  try {
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer: { looked_at: number; changed: Difference[]; next: string | null } = await post("moderation/rules/simulate", {
        site, from: from.toISOString(), to: to.toISOString(), rules: draft(), limit: 1000,
        // where everything waits, a rule is judged by what it would hold if the rest were published
        ...(policy === "hold_all" ? { assume: "hold_signals" } : {}),
        ...(before ? { before } : {}),
      });
      looked += answer.looked_at;
      changed.push(...answer.changed);
      before = answer.next;
      if (!before) break;
    }
    fill(result, ...figures(changed, looked, policy === "hold_all"));
  } catch (error) {
    fill(result, failure(error, () => void simulate()));
  }
}

function figures(changed: Difference[], looked: number, assumed: boolean): Child[] {
  const held = changed.filter((one) => one.after === "pending");
  const freed = changed.filter((one) => one.after !== "pending");
  const right = held.filter((one) => REFUSED.includes(one.status));
  const others = held.filter((one) => !REFUSED.includes(one.status));
  const count = Number(days.value);
  return [
    h("div", { class: "notice good", "data-simulated": true },
      h("p", {}, h("b", {}, held.length
        ? t("rules.would_hold", { days: count, held: held.length, right: right.length })
        : t("rules.would_hold_none", { days: count }))),
      freed.length > 0 && h("p", {}, t("rules.would_free", { count: freed.length })),
      h("p", { class: "quiet" }, t("rules.looked_at", { count: looked }), " ", assumed && t("rules.assumed"))),
    ...listed(others, t("rules.others", { count: others.length })),
    ...listed(freed, t("rules.freed", { count: freed.length })),
  ];
}

const listed = (some: Difference[], title: string): Child[] =>
  some.length === 0 ? [] : [
    h("h3", {}, title),
    h("ul", { class: "quotes" }, ...some.slice(0, OTHERS_MAX).map((one) =>
      h("li", {}, h("span", { class: `tag ${one.status}` }, t(`status.${one.status}`)), " ", said(why(one), { class: "quiet" }), h("p", { dir: "auto" }, one.body)))),
  ];

async function keep(): Promise<void> {
  try {
    await call("PUT", "moderation/rules", { version: seen, body: { site, rules: draft(), ...(note.value.trim() ? { note: note.value } : {}) } });
    toast(t("rules.saved"));
    await load();
  } catch (error) {
    fill(result, refused(error));
  }
}

function refused(error: unknown): HTMLElement {
  if (!(error instanceof Problem) || error.slug !== "stale-version") return failure(error);
  const { changed_by: who, changed_at: at } = error.members as Record<string, string | null>;
  return h("div", { class: "notice bad", role: "alert" },
    h("p", {}, t("rules.conflict", { who: who ? person(who) : t("queue.somebody"), when: at ? since(at) : "" })),
    h("button", { type: "button", onclick: () => void load() }, t("rules.reload")));
}

async function drawVersions(): Promise<void> {
  const { versions: known } = await get<{ versions: Rules[] }>("moderation/rules/versions", { site });
  fill(versions, h("h2", { id: "versions" }, t("rules.versions")),
    known.length === 0 ? h("p", { class: "quiet" }, t("rules.no_versions"))
      : h("ol", { class: "history-list" }, ...known.map((one) => h("li", { "data-version": one.version },
        h("div", { class: "actions" },
          h("b", {}, t("rules.version", { version: number(one.version) })),
          one.by && own(person(one.by)), one.created_at && ago(one.created_at),
          h("span", { class: "quiet" }, t("rules.number", { count: one.rules.length })),
          one.reverts_to !== null && h("span", { class: "tag" }, t("rules.reverts_to", { version: number(one.reverts_to) })),
          one.version === seen ? h("span", { class: "tag approved" }, t("rules.in_force"))
            : h("button", { type: "button", "data-revert": one.version, onclick: () => void revert(one.version) }, t("rules.revert"))),
        one.note && h("p", { class: "quiet", dir: "auto" }, one.note)))));
}

async function revert(version: number): Promise<void> {
  try {
    await post("moderation/rules/revert", { site, version }, { version: seen });
    toast(t("rules.reverted", { version: number(version) }));
    await load();
    main.focus();
  } catch (error) {
    fill(result, refused(error));
  }
}

function add(): void {
  lines.querySelector(".empty")?.remove();
  const one = line({ kind: "word", effect: "hold" });
  lines.append(one);
  one.querySelector<HTMLElement>("[name=value]")?.focus();
}

const chosen = select("site", sites.map((one): [string, string] => [one.slug, one.name]), site);
chosen.addEventListener("change", () => {
  site = chosen.value;
  void load();
});
fill(
  content,
  h("p", { class: "quiet" }, t("rules.meaning")),
  sites.length > 1 && h("div", { class: "filters" }, h("label", {}, t("filter.site"), chosen)),
  lines,
  h("div", { class: "actions" },
    h("button", { type: "button", "data-act": "add", onclick: add }, t("rules.add"))),
  h("div", { class: "row" }, h("label", {}, t("rules.try_on"), days),
    h("button", { type: "button", "data-act": "simulate", onclick: () => void simulate() }, t("rules.simulate")),
    h("label", {}, t("rules.note"), note),
    h("button", { type: "button", class: "main", "data-act": "save", onclick: () => void keep() }, t("rules.save"))),
  result,
  versions,
);
void load();
