/** One comment of the queue: a line among others, or opened with all that helps to decide. */

import { get } from "../api";
import { type Child, fill, h, own, said } from "../dom";
import { reasons } from "../page";
import { ago, number, percent, person, t, why, word } from "../text";
import { allowed, type Decision, type Queued } from "../types";
import { kbd } from "./keys";

const HIGH = 0.7;
const MIDDLE = 0.4;
export const DECISION_KEYS: Record<Decision, string> = { approve: "a", reject: "r", spam: "s", delete: "d" };

export interface Wishes {
  decide: (decision: Decision, reason?: string) => void;
  open: (card: Card) => void;
  select: (card: Card, selected: boolean) => void;
  alike: () => void;
}

const languages = new Intl.DisplayNames(document.documentElement.lang, { type: "language", fallback: "code" });
const parents = new Map<string, Promise<Queued>>();

/** The comment replied to; asked for once. */
const parentOf = (id: string): Promise<Queued> => {
  const found = parents.get(id) ?? get<Queued>(`moderation/comments/${id}`, {}, { background: true });
  parents.set(id, found);
  found.catch(() => parents.delete(id));
  return found;
};

/** Has what an opened card shows ready before it is opened. */
export const prepare = (comment: Queued | undefined): void => {
  if (comment?.parent) parentOf(comment.parent).catch(() => undefined);
};

/** The text with what the checks saw in it marked; spans count code points, overlapping ones become one. */
export function marked(comment: Queued): HTMLElement {
  const points = Array.from(comment.body);
  const spans = comment.signals
    .flatMap((signal) => (signal.span ? [{ start: signal.span[0], end: Math.min(signal.span[1], points.length), title: why(signal).text }] : []))
    .filter(({ start, end }) => start < end)
    .sort((one, other) => one.start - other.start);
  const parts: Child[] = [];
  let at = 0;
  for (const { start, end, title } of spans) {
    const from = Math.max(start, at);
    if (from >= end) continue;
    parts.push(points.slice(at, from).join(""), h("mark", { title }, points.slice(from, end).join("")));
    at = end;
  }
  parts.push(points.slice(at).join(""));
  return h("p", { class: "said", dir: "auto", lang: comment.language }, ...parts);
}

const riskClass = (score: number): string => (score >= HIGH ? "risk high" : score >= MIDDLE ? "risk middle" : "risk");

export class Card {
  readonly element = h("li");
  readonly article: HTMLElement;
  readonly #check: HTMLInputElement;
  readonly #excerpt = h("p", { class: "excerpt", dir: "auto" });
  readonly #claimed = h("span", { class: "tag pending", hidden: true });
  readonly #whole = h("div", { class: "whole" });
  #notice: HTMLElement | undefined;
  #drawn = false;

  constructor(
    public comment: Queued,
    readonly wishes: Wishes,
  ) {
    this.#check = h("input", {
      type: "checkbox",
      "aria-label": t("queue.select_one", { name: comment.name }),
      onchange: () => wishes.select(this, this.#check.checked),
    });
    this.article = h("article", { class: "item", tabindex: -1, "data-id": comment.id, onclick: () => wishes.open(this) });
    this.element.append(this.article);
    this.#draw();
  }

  #draw(): void {
    const { comment } = this;
    this.#excerpt.textContent = comment.body.replace(/\s+/g, " ").slice(0, 220);
    this.#drawn = false;
    fill(
      this.article,
      this.#check,
      h("div", {},
        h("div", { class: "who" },
          h("b", {}, own(comment.name)), ago(comment.created_at),
          comment.status !== "pending" && h("span", { class: `tag ${comment.status}` }, t(`status.${comment.status}`)),
          comment.reports > 0 && h("span", { class: "tag spam" }, t("queue.reports", { count: comment.reports })),
          this.#claimed),
        this.#excerpt),
      h("div", { class: "side" },
        h("span", { class: riskClass(comment.score), title: t("queue.risk") }, percent(comment.score)),
        comment.signals.length > 0 && h("div", {}, word("check", strongest(comment)))),
      this.#whole,
    );
    fill(this.#whole);
  }

  get selected(): boolean {
    return this.#check.checked;
  }

  set selected(chosen: boolean) {
    this.#check.checked = chosen;
    this.article.classList.toggle("selected", chosen);
  }

  /** Opens or closes the card. */
  set current(open: boolean) {
    if (open) {
      this.article.setAttribute("aria-current", "true");
      if (!this.#drawn) this.#open();
    } else this.article.removeAttribute("aria-current");
    this.article.tabIndex = open ? 0 : -1;
    if (!open) this.closeReasons();
  }

  set claimedBy(actors: string[]) {
    this.#claimed.hidden = actors.length === 0;
    if (actors.length) this.#claimed.textContent = t("queue.claimed", { who: actors.map(person).join(", ") });
  }

  /** The comment as it is now. */
  update(comment: Queued): void {
    this.comment = comment;
    const open = this.article.hasAttribute("aria-current");
    this.#draw();
    if (open) this.#open();
  }

  /** Why the card came back. */
  tell(message: string): void {
    this.#notice?.remove();
    this.#notice = h("p", { class: "notice bad", role: "alert" }, message);
    this.article.append(this.#notice);
  }

  focus(): void {
    this.article.focus({ preventScroll: true });
    this.article.scrollIntoView({ block: "nearest" });
  }

  get pageAddress(): string | null {
    const { url } = this.comment.page;
    return url && /^https?:\/\//.test(url) ? url : null;
  }

  /** Asks for the reason of a rejection; number keys answer. */
  askReason(): void {
    const open = this.#whole.querySelector(".reasons");
    if (open) return this.closeReasons();
    const buttons = reasons.map((reason, index) =>
      h("button", { type: "button", "aria-keyshortcuts": String(index + 1), onclick: () => this.wishes.decide("reject", reason) },
        t(`reason.${reason}`), kbd(String(index + 1))));
    this.#whole.append(h("div", { class: "reasons", role: "group", "aria-label": t("queue.why_reject") },
      h("span", { class: "quiet" }, t("queue.why_reject")), ...buttons));
    buttons[0]?.focus();
  }

  get asksReason(): boolean {
    return this.#whole.querySelector(".reasons") !== null;
  }

  closeReasons(): void {
    const open = this.#whole.querySelector(".reasons");
    if (open?.contains(document.activeElement)) this.article.focus({ preventScroll: true });
    open?.remove();
  }

  #open(): void {
    this.#drawn = true;
    const { comment } = this;
    const above = h("div", { class: "parent", hidden: !comment.parent });
    fill(this.#whole, h("div", {}, above, marked(comment)), this.#why(), this.#buttons());
    if (!comment.parent) return;
    above.textContent = t("loading");
    parentOf(comment.parent).then(
      (parent) => fill(above, h("span", {}, t("queue.reply_to", { name: parent.name })), h("p", { dir: "auto" }, parent.body)),
      () => (above.textContent = t("queue.parent_gone")),
    );
  }

  #why(): HTMLElement {
    const { comment } = this;
    const { author } = comment;
    const title = comment.page.title || comment.page.key;
    return h("div", { class: "why" },
      h("h2", {}, t("queue.page")),
      h("p", {}, this.pageAddress
        ? h("a", { href: this.pageAddress, target: "_blank", rel: "noopener noreferrer" }, own(title))
        : own(title)),
      h("h2", {}, t("queue.author")),
      h("p", {}, h("a", { href: `/console/authors/${author.id}` }, own(author.name || comment.name))),
      h("p", { class: "history quiet" },
        h("span", {}, t("author.approved", { count: author.approved })),
        h("span", {}, t("author.rejected", { count: author.rejected })),
        h("span", {}, t("author.spam", { count: author.spam })),
        h("span", {}, t("author.since"), " ", ago(author.first_seen))),
      comment.website && h("p", {}, own(comment.website, { dir: "ltr" })),
      comment.language && h("p", { class: "quiet" }, t("queue.in_language", { language: languages.of(comment.language) ?? comment.language })),
      comment.campaign && h("p", {}, h("a", { href: `/console/campaigns#${comment.campaign}` }, t("queue.of_campaign"))),
      h("h2", {}, t("queue.why"), " ", h("span", { class: riskClass(comment.score) }, percent(comment.score))),
      comment.signals.length
        ? h("ul", {}, ...comment.signals.map((signal) => h("li", {},
          h("span", { class: riskClass(signal.score) }, percent(signal.score)),
          h("span", {}, h("b", {}, word("check", signal.check)), " ", said(why(signal))))))
        : !comment.review_due && h("p", { class: "quiet" }, t("queue.no_signals")),
      comment.review_due && h("p", { class: "quiet" }, t("review.drawn")));
  }

  #buttons(): HTMLElement {
    const button = (text: string, key: string, run: () => void, kind = ""): HTMLElement =>
      h("button", { type: "button", class: kind, "aria-keyshortcuts": key, onclick: (event) => { event.stopPropagation(); run(); } }, text, kbd(key));
    return h("div", { class: "actions" },
      ...allowed(this.comment).map((decision) => button(
        decision === "approve" && this.comment.review_due ? t("review.confirm") : t(`decision.${decision}`), DECISION_KEYS[decision],
        () => (decision === "reject" ? this.askReason() : this.wishes.decide(decision)),
        decision === "approve" ? "main" : decision === "delete" ? "danger" : "")),
      button(t("queue.alike"), "l", () => this.wishes.alike(), "plain"));
  }
}

/** The check with the most to say. */
export const strongest = (comment: Queued): string =>
  comment.signals.reduce((best, signal) => (signal.score > best.score ? signal : best), comment.signals[0] ?? { check: "", score: 0 }).check;

export const counted = (total: number): string => number(total);
