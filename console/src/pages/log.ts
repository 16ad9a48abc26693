/** The audit log: who did what, when, to what; filtered, taken away, and checked. */

import { get } from "../api";
import { download } from "../charts";
import { type Child, field, fill, h, own, select } from "../dom";
import { content, empty, failure, sites } from "../page";
import { ago, moment, number, person, t, word } from "../text";

interface Happened {
  id: string; kind: string; actor: string; comment: string | null; before: string | null; after: string | null;
  reason: string; note: string; detail: Record<string, unknown>; created_at: string;
}
interface Checked {
  intact: boolean; events: number; unsealed: number; seals: number; head: string | null; sealed_at: string | null;
  wrong: number; findings: { finding: string; event: string | null; seal: number | null }[]; checked_at: string;
}

const KINDS = [
  "submitted", "edited", "withdrawn", "published", "decided", "undone", "decision_undone", "reported", "banned", "ban_lifted",
  "rules_saved", "email_revealed", "author_exported", "author_erased", "notes_redacted", "page_changed", "page_closed_by_age",
  "page_boils", "site_added", "site_changed", "token_added", "token_revoked",
  "account_added", "account_changed", "account_reset", "webhook_added", "webhook_changed", "webhook_removed",
  "mail_address_changed", "mail_address_confirmed", "mail_address_forgotten",
  "breaker_tripped", "breaker_ended", "breaker_reset",
];
const given = new URLSearchParams(location.search);
const site = select("site", sites.map(({ slug, name }) => [slug, name]), given.get("site") ?? "");
const kind = select("kind", [["", t("log.any")], ...KINDS.map((one): [string, string] => [one, word("log.kind", one)])], given.get("kind") ?? "");
const actor = h("input", { name: "actor", type: "search", dir: "ltr", value: given.get("actor") ?? "" });
const from = h("input", { name: "from", type: "date" });
const to = h("input", { name: "to", type: "date" });
const comment = h("input", { name: "comment", type: "search", dir: "ltr", value: given.get("comment") ?? "", placeholder: t("log.id") });
const author = h("input", { name: "author", type: "search", dir: "ltr", value: given.get("author") ?? "", placeholder: t("log.id") });
const check = h("section", { class: "panel", "aria-labelledby": "check" });
const list = h("div");
const rows = h("tbody");

/** Whole days of the person's own clock: the end is the beginning of the next day. */
const day = (text: string, more: number): string => {
  if (!text) return "";
  const found = new Date(`${text}T00:00`);
  found.setDate(found.getDate() + more);
  return found.toISOString();
};

const wanted = (): Record<string, string> => ({
  site: site.value, kind: kind.value, actor: actor.value.trim(), comment: comment.value.trim(), author: author.value.trim(),
  from: day(from.value, 0), to: day(to.value, 1),
});

async function load(cursor = ""): Promise<void> {
  try {
    const found = await get<{ events: Happened[]; next: string | null }>("moderation/events", { ...wanted(), cursor, limit: 50 });
    if (!cursor) rows.replaceChildren();
    rows.append(...found.events.map(row));
    const more = found.next && h("button", { onclick: () => void load(found.next ?? "") }, t("more"));
    fill(list, rows.childElementCount ? table() : empty(t("log.none"), t("log.none_hint")), more);
  } catch (error) {
    fill(list, failure(error, () => void load(cursor)));
  }
}

function table(): HTMLElement {
  const heads = ["when", "who", "what", "about", "why"].map((name) => h("th", { scope: "col" }, t(`log.${name}`)));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("nav.log") },
    h("table", { class: "wide" }, h("caption", { class: "visually-hidden" }, t("nav.log")), h("thead", {}, h("tr", {}, ...heads)), rows));
}

function row(event: Happened): HTMLElement {
  const moved: Child = event.after && event.after !== event.before && h("span", { class: `tag ${event.after}` }, t(`status.${event.after}`));
  const about = (label: string, of: HTMLInputElement, id: string): HTMLElement =>
    h("button", { class: "plain", onclick: () => { of.value = id; void load(); } }, label);
  const named = event.detail.author ?? (event.kind.startsWith("ban") ? null : event.detail.subject);
  return h("tr", {},
    h("td", {}, h("time", { datetime: event.created_at }, moment(event.created_at))),
    h("td", {}, own(person(event.actor))),
    h("td", {}, word("log.kind", event.kind), " ", moved),
    h("td", {}, event.comment && about(t("log.comment"), comment, event.comment), typeof named === "string" && about(t("log.author"), author, named)),
    h("td", {}, event.reason && h("span", { class: "tag" }, word("reason", event.reason)), event.note && h("p", { dir: "auto" }, event.note), details(event)));
}

function details(event: Happened): Child {
  if (!Object.keys(event.detail).length) return null;
  return h("details", {}, h("summary", {}, t("log.details")), h("code", { dir: "ltr" }, JSON.stringify(event.detail)));
}

async function verify(): Promise<void> {
  const title = h("h2", { id: "check" }, t("log.check"));
  fill(check, title, h("p", { class: "quiet" }, t("log.checking")));
  try {
    fill(check, title, ...shown(await get<Checked>("moderation/events/verification", { site: site.value })));
  } catch (error) {
    fill(check, title, failure(error, () => void verify()));
  }
}

function shown(found: Checked): Child[] {
  const facts = h("dl", { class: "facts" },
    fact("log.events", number(found.events)), fact("log.seals", number(found.seals)), fact("log.unsealed", number(found.unsealed)),
    found.sealed_at && fact("log.sealed_at", ago(found.sealed_at)), fact("log.checked_at", ago(found.checked_at)));
  const again = h("button", { onclick: () => void verify() }, t("log.again"));
  if (found.intact) {
    return [h("p", { class: "notice good", role: "status" }, t("log.intact")), facts, h("p", { class: "quiet" }, t("log.note_head")),
      found.head && h("code", { class: "head-mark", dir: "ltr" }, found.head), h("div", { class: "actions" }, again)];
  }
  const lines = found.findings.map((one) => h("li", {}, h("b", {}, t(`log.finding.${one.finding}`)), " ",
    h("code", { dir: "ltr" }, one.event ?? t("log.seal", { number: one.seal ?? 0 }))));
  return [h("p", { class: "notice bad", role: "alert" }, t("log.broken", { count: found.wrong })), facts, h("ul", { class: "findings" }, ...lines), h("div", { class: "actions" }, again)];
}

const fact = (key: string, value: Node | string): HTMLElement => h("div", {}, h("dt", {}, t(key)), h("dd", {}, value));

const save = (ending: string): HTMLElement => h("button", { onclick: (event) => {
  const button = event.currentTarget as HTMLButtonElement;
  button.disabled = true;
  download(`moderation/events.${ending}`, wanted()).catch((error: unknown) => list.prepend(failure(error))).finally(() => { button.disabled = false; });
} }, t(`log.save_${ending}`));

for (const control of [site, kind, actor, from, to, comment, author]) control.addEventListener("change", () => void load());
site.addEventListener("change", () => void verify());
fill(content,
  check,
  h("div", { class: "filters" },
    sites.length > 1 && field(t("log.site"), site), field(t("log.what"), kind), field(t("log.who"), actor),
    field(t("log.from"), from), field(t("log.to"), to), field(t("log.comment"), comment), field(t("log.author"), author)),
  h("div", { class: "actions saves" }, save("csv"), save("jsonl")),
  list);
void Promise.all([load(), verify()]).then(() => content.removeAttribute("aria-busy"));
