/** Campaigns: what belongs together as one card, and one decision for all of it. */

import { get, post, Problem } from "../api";
import { type Child, fill, h, own, select } from "../dom";
import { content, empty, failure, main, sites, toast } from "../page";
import { ago, number, t } from "../text";
import type { Decision, Queued, QueueAnswer, Status, Written } from "../types";
import { remember, takeBack } from "../queue/undo";

interface Campaign {
  id: string;
  site: string;
  bond: string;
  comments: number;
  by_status: Record<Status, number>;
  authors: number;
  sources: number;
  pages: number;
  phrases: string[];
  link_domains: { domain: string; comments: number }[];
  first_seen: string;
  last_seen: string;
  examples: Written[];
}

interface CampaignsAnswer {
  campaigns: Campaign[];
  next: string | null;
}

const EXCEPTIONS = 3;
const LOOKED_AT = 200;

let next: string | null = null;
const cards = h("div", { class: "cards" });
const foot = h("div");
const only = h("label", { class: "check" }, h("input", { type: "checkbox", name: "pending", checked: true }), t("campaigns.only_pending"));
const site = select("site", [["", t("filter.all_sites")], ...sites.map((one): [string, string] => [one.slug, one.name])]);

const query = (): Record<string, string> => ({
  site: site.value,
  status: only.querySelector("input")?.checked ? "pending" : "",
});

async function load(more = false): Promise<void> {
  content.setAttribute("aria-busy", "true");
  try {
    const answer = await get<CampaignsAnswer>("moderation/campaigns", { ...query(), cursor: more ? next : null });
    if (!more) cards.replaceChildren();
    cards.append(...answer.campaigns.map(card));
    next = answer.next;
    fill(foot, !cards.childElementCount ? empty(t("campaigns.none"), t("campaigns.none_hint"))
      : next && h("p", {}, h("button", { type: "button", onclick: () => void load(true) }, t("more"))));
    if (location.hash && !more) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    fill(foot, failure(error, () => void load(more)));
  }
  content.removeAttribute("aria-busy");
}

function card(campaign: Campaign): HTMLElement {
  const pending = campaign.by_status.pending;
  const element = h("article", { class: "card", id: campaign.id, "data-campaign": campaign.id, tabindex: -1, "aria-labelledby": `of-${campaign.id}` });
  const exceptions = h("div");
  const decide = (decision: Decision, kind = ""): HTMLElement =>
    h("button", { type: "button", class: kind, "data-decision": decision, disabled: pending === 0, onclick: () => void settle(element, campaign, decision) },
      t("campaigns.all", { decision: t(`decision.${decision}`), count: pending }));
  const counts = (Object.entries(campaign.by_status) as [Status, number][]).filter(([, count]) => count > 0);
  element.append(
    h("h2", { id: `of-${campaign.id}` }, t("campaigns.number", { count: campaign.comments })),
    h("p", { class: "signs" }, h("span", { class: "tag" }, t(`bond.${campaign.bond}`)),
      ...counts.map(([status, count]) => h("span", { class: `tag ${status}` }, `${t(`status.${status}`)} ${number(count)}`))),
    h("dl", { class: "facts" },
      fact(t("campaigns.authors"), number(campaign.authors)), fact(t("campaigns.sources"), number(campaign.sources)),
      fact(t("campaigns.pages"), number(campaign.pages)), fact(t("campaigns.first"), ago(campaign.first_seen)),
      fact(t("campaigns.last"), ago(campaign.last_seen))),
    h("h3", {}, t("campaigns.signs")),
    signs(campaign),
    h("h3", {}, t("campaigns.examples")),
    quotes(campaign.examples),
    exceptions,
    h("div", { class: "actions" }, decide("spam", "main"), decide("reject"), decide("approve"), decide("delete", "danger"),
      h("a", { class: "button", href: `/console?${new URLSearchParams({ campaign: campaign.id, site: campaign.site })}` }, t("campaigns.one_by_one")),
      pending > 0 && h("button", { type: "button", class: "plain", onclick: () => void unlike(campaign, exceptions) }, t("campaigns.exceptions"))),
  );
  return element;
}

const fact = (name: string, value: Child): HTMLElement => h("div", {}, h("dt", {}, name), h("dd", {}, value));

const signs = (campaign: Campaign): HTMLElement =>
  campaign.phrases.length + campaign.link_domains.length === 0
    ? h("p", { class: "quiet" }, t("campaigns.no_signs"))
    : h("ul", { class: "signs" },
      ...campaign.link_domains.map(({ domain, comments }) => h("li", { class: "tag" }, own(domain, { dir: "ltr" }), ` × ${number(comments)}`)),
      ...campaign.phrases.map((phrase) => h("li", { class: "tag" }, own(`“${phrase}”`))));

const quotes = (written: Written[]): HTMLElement =>
  h("ul", { class: "quotes" }, ...written.map((one) =>
    h("li", {}, h("b", {}, own(one.name ?? "")), h("p", { dir: "auto" }, one.body))));

/** The waiting comments that fit least: of authors with public comments, or with the least evidence. */
async function unlike(campaign: Campaign, place: HTMLElement): Promise<void> {
  try {
    const answer = await get<QueueAnswer>("moderation/comments", { site: campaign.site, campaign: campaign.id, order: "risk", limit: LOOKED_AT });
    const known = answer.comments.filter((one) => one.author.approved > 0);
    const mild = answer.comments.toReversed().filter((one) => !known.includes(one));
    const shown = [...known, ...mild].slice(0, EXCEPTIONS);
    fill(place, h("h3", {}, t("campaigns.unlike")), h("ul", { class: "quotes" }, ...shown.map(exception)));
  } catch (error) {
    fill(place, failure(error));
  }
}

const exception = (one: Queued): HTMLElement =>
  h("li", {}, h("b", {}, h("a", { href: `/console/authors/${one.author.id}` }, own(one.name))), " ",
    h("span", { class: "quiet" }, t("author.approved", { count: one.author.approved })), h("p", { dir: "auto" }, one.body));

/** One decision for all that wait; the service refuses when their number has changed. */
async function settle(element: HTMLElement, campaign: Campaign, decision: Decision): Promise<void> {
  const buttons = [...element.querySelectorAll<HTMLButtonElement>("button")];
  for (const button of buttons) button.disabled = true;
  element.querySelector(".notice")?.remove();
  try {
    const answer = await post<{ decided: number; undo: string | null }>("moderation/decisions", {
      decision,
      where: { site: campaign.site, campaign: campaign.id, status: "pending" },
      expect: campaign.by_status.pending,
    });
    const done = remember([], Promise.resolve(answer.undo));
    const undo = h("button", { type: "button", onclick: () => void takeBack(done).then(() => {
      toast(t("undo.done", { count: answer.decided }));
      return load();
    }).catch((error: unknown) => toast(error instanceof Problem ? error.words : t("problem.other"))) }, t("undo"));
    toast(t(`done.${decision}`, { count: answer.decided }), undo);
    await load();
    main.focus();
  } catch (error) {
    for (const button of buttons) button.disabled = false;
    const note = failure(error);
    if (error instanceof Problem && error.slug === "count-differs") note.append(h("button", { type: "button", onclick: () => void load() }, t("retry")));
    element.append(note);
  }
}

for (const control of [site, only]) control.addEventListener("change", () => void load());
fill(content, h("div", { class: "filters" }, sites.length > 1 && h("label", {}, t("filter.site"), site), only), cards, foot);
void load();
