/** The newsroom's pages: which are hot, and what is set on them. */

import { call, get, Problem } from "../api";
import { type Child, field, fill, h, own, select } from "../dom";
import { content, empty, failure, sites, toast } from "../page";
import { ago, percent, person, t } from "../text";

interface Heat { degree: number; received: number; risky: number; usual: number; boils: boolean }
interface Seen {
  id: string; key: string; url: string | null; title: string; version: number; open: boolean; closed_by: string | null;
  held: boolean; held_by: string | null; slow_seconds: number; changed_by: string | null; changed_at: string | null;
  created_at: string; comments: { approved: number; pending: number }; heat: Heat | null;
}
interface Part { pages: Seen[]; next: string | null }

const SLOW = [0, 10, 30, 60, 300, 900, 3600];
const site = select("site", sites.map(({ slug, name }) => [slug, name]));
const order = select("order", [["newest", t("pages.newest")], ["heat", t("pages.hottest")]]);
const state = select("state", [["", t("pages.any")], ...["open", "closed", "slow", "held"].map((one): [string, string] => [one, t(`pages.is_${one}`)])]);
const page = h("input", { name: "page", type: "search", dir: "ltr", placeholder: t("pages.address_hint") });
const list = h("div", { class: "pages" });
const rows = h("tbody");
/** What was changed here, by id: a list that was asked for before must not show it as it was. */
const newest = new Map<string, Seen>();

async function load(cursor = ""): Promise<void> {
  list.setAttribute("aria-busy", "true");
  try {
    const found = await get<Part>("moderation/pages", {
      site: site.value, order: order.value, state: state.value, page: page.value.trim(), cursor, limit: 50,
    });
    if (!cursor) rows.replaceChildren();
    rows.append(...found.pages.map((seen) => row(later(seen))));
    const more = found.next && h("button", { onclick: () => void load(found.next ?? "") }, t("more"));
    fill(list, rows.childElementCount ? table() : nothing(), more);
  } catch (error) {
    fill(list, failure(error, () => void load(cursor)));
  }
  list.removeAttribute("aria-busy");
}

const nothing = (): HTMLElement =>
  order.value === "heat" ? empty(t("pages.quiet"), t("pages.quiet_hint")) : empty(t("pages.none"), t("pages.none_hint"));

function table(): HTMLElement {
  const heads = ["page", "comments", "heat", "set", "change"].map((name) => h("th", { scope: "col" }, t(`pages.${name}`)));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("nav.pages") },
    h("table", { class: "wide" }, h("caption", { class: "visually-hidden" }, t("nav.pages")), h("thead", {}, h("tr", {}, ...heads)), rows));
}

function later(seen: Seen): Seen {
  const changed = newest.get(seen.id);
  return changed && changed.version > seen.version ? changed : seen;
}

function replace(next: Seen): void {
  newest.set(next.id, next);
  rows.querySelector(`[data-page="${next.id}"]`)?.replaceWith(row(next));
}

function row(seen: Seen): HTMLTableRowElement {
  const name = own(seen.title || seen.key);
  return h("tr", { class: seen.heat?.boils ? "hot" : false, "data-page": seen.id },
    h("td", { class: "page-name" }, seen.url ? h("a", { href: seen.url, target: "_blank", rel: "noreferrer noopener" }, name) : name,
      h("p", { class: "quiet" }, t("pages.since"), " ", ago(seen.created_at))),
    h("td", {}, t("pages.approved", { count: seen.comments.approved }), h("br"), t("pages.pending", { count: seen.comments.pending })),
    h("td", {}, ...heat(seen.heat)),
    h("td", {}, ...set(seen)),
    h("td", {}, change(seen)));
}

function heat(found: Heat | null): Child[] {
  if (!found) return [h("span", { class: "quiet" }, "–")];
  return [
    h("b", { class: found.boils ? "risk high" : "risk" }, t("pages.times", { times: found.degree.toFixed(1) })),
    h("p", { class: "quiet" }, t("pages.lately", { count: found.received }), found.risky > 0 && `, ${t("pages.risky", { share: percent(found.risky / found.received) })}`),
  ];
}

function set(seen: Seen): Child[] {
  const tags = [
    seen.open ? h("span", { class: "tag approved" }, t("pages.is_open")) : h("span", { class: "tag rejected" }, t(`pages.closed_by_${seen.closed_by ?? "desk"}`)),
    seen.held && h("span", { class: "tag pending" }, t(`pages.held_by_${seen.held_by ?? "desk"}`)),
    seen.slow_seconds > 0 && h("span", { class: "tag pending" }, pause(seen.slow_seconds)),
  ];
  const who = seen.changed_at && h("p", { class: "quiet" }, own(person(seen.changed_by ?? "")), " · ", ago(seen.changed_at));
  return [h("div", { class: "signs" }, ...tags.filter((tag): tag is HTMLSpanElement => !!tag)), who];
}

const pause = (seconds: number): string =>
  seconds === 0 ? t("pages.not_slow") : seconds < 60 ? t("pages.every_seconds", { count: seconds }) : t("pages.every_minutes", { count: seconds / 60 });

function change(seen: Seen): HTMLElement {
  const about = seen.title || seen.key;
  const rest = (off: boolean): void => { for (const control of box.querySelectorAll<HTMLButtonElement>("button, select")) control.disabled = off; };
  const save = async (body: Record<string, unknown>): Promise<void> => {
    rest(true); // the next change needs the version that this one makes
    try {
      replace(await call<Seen>("PATCH", `moderation/pages/${seen.id}`, { body, version: seen.version }));
      toast(t("pages.saved", { page: about }));
    } catch (error) {
      toast(error instanceof Problem && error.status === 412
        ? t("pages.second", { who: person(String(error.members.changed_by ?? "")) })
        : error instanceof Problem ? error.words : t("problem.other"));
      if (error instanceof Problem && error.status === 412) replace(await get<Seen>(`moderation/pages/${seen.id}`));
      rest(false);
    }
  };
  const button = (name: string, body: Record<string, unknown>): HTMLButtonElement =>
    h("button", { "aria-label": `${t(`pages.${name}`)}: ${about}`, onclick: () => void save(body) }, t(`pages.${name}`));
  const options = SLOW.includes(seen.slow_seconds) ? SLOW : [...SLOW, seen.slow_seconds].sort((a, b) => a - b);
  const slow = select("slow", options.map((seconds) => [String(seconds), pause(seconds)]), String(seen.slow_seconds));
  slow.setAttribute("aria-label", `${t("pages.slow")}: ${about}`);
  slow.addEventListener("change", () => void save({ slow_seconds: Number(slow.value) }));
  const box = h("div", { class: "actions" },
    button(seen.open ? "close" : "open", { open: !seen.open }),
    button(seen.held ? "let_go" : "hold", { held: !seen.held }),
    slow);
  return box;
}

const again = (): void => void load();
for (const control of [site, order, state]) control.addEventListener("change", again);
page.addEventListener("change", again);
fill(content,
  h("p", { class: "quiet intro" }, t("pages.about")),
  h("div", { class: "filters" },
    sites.length > 1 && field(t("pages.site"), site), field(t("pages.order"), order), field(t("pages.state"), state),
    field(t("pages.address"), page, { class: "search" }), h("button", { onclick: again }, t("refresh"))),
  list);
void load().then(() => content.removeAttribute("aria-busy"));
