/** The cards of the queue in their order: read from the service, gone through, taken away, put back. */

import { get } from "../api";
import { fill, h } from "../dom";
import { content, empty, failure, main } from "../page";
import { t } from "../text";
import type { Queued, QueueAnswer } from "../types";
import { Card, counted, prepare, type Wishes } from "./card";
import type { Filters } from "./filters";
import { look } from "./live";

const AT_ONCE = 50;
const READY_AHEAD = 15;
const PREPARED_AHEAD = 3;
const badge = document.querySelector<HTMLElement>("[data-pending]");

/** How many comments wait, beside the queue's name in the navigation. */
export function showPending(number: number): void {
  if (!badge) return;
  badge.hidden = number === 0;
  badge.textContent = counted(number);
}

export class List {
  readonly element = h("ol", { class: "queue" });
  readonly foot = h("div");
  readonly count = h("span", { class: "quiet", "data-count": true });
  cards: Card[] = [];
  current: Card | undefined;
  total = 0;
  isLeast = false;
  /** Whether what was read is what is to be checked. */
  ofReview = false;
  /** When the queue was read first: what is older is no news. */
  loadedAt = Infinity;
  /** Decisions under way: what they are about is no news when the service tells of it. */
  readonly under = new Set<string>();
  /** Who else looks at which comment. */
  claims = new Map<string, string[]>();
  #next: string | null = null;
  #loading = 0;
  #fetching = false;

  /** `changed` is called when cards came or went. */
  constructor(
    readonly filters: Filters,
    readonly wishes: Wishes,
    readonly changed: () => void,
  ) {}

  get selected(): Card[] {
    return this.cards.filter((card) => card.selected);
  }

  find(id: string): Card | undefined {
    return this.cards.find(({ comment }) => comment.id === id);
  }

  /** Reads the queue anew, and goes to the comment `keep` if it is there. */
  async load(keep?: string): Promise<void> {
    const mine = ++this.#loading;
    content.setAttribute("aria-busy", "true");
    try {
      const answer = await get<QueueAnswer>("moderation/comments", { ...this.filters.query, limit: AT_ONCE });
      if (mine !== this.#loading) return; // another question was asked meanwhile
      this.cards = [];
      this.element.replaceChildren();
      this.current = undefined;
      this.#add(answer);
      this.changed();
      this.go((keep ? this.find(keep) : undefined) ?? this.cards[0], false);
      this.loadedAt = Math.min(this.loadedAt, Date.now());
    } catch (error) {
      if (mine === this.#loading) fill(this.foot, failure(error, () => void this.load()));
    }
    if (mine === this.#loading) content.removeAttribute("aria-busy");
  }

  #add(answer: QueueAnswer): void {
    const known = new Set(this.cards.map((card) => card.comment.id));
    const more = answer.comments
      .filter((comment) => !known.has(comment.id) && !this.under.has(comment.id))
      .map((comment) => new Card(comment, this.wishes));
    this.cards.push(...more);
    this.element.append(...more.map((card) => card.element));
    this.#next = answer.next;
    this.ofReview = this.filters.review;
    this.total = answer.total - this.under.size;
    this.isLeast = answer.total_is_least;
    this.drawClaims();
    this.draw();
  }

  async #readOn(): Promise<void> {
    if (!this.#next || this.#fetching) return;
    this.#fetching = true;
    const mine = this.#loading;
    try {
      const answer = await get<QueueAnswer>("moderation/comments", { ...this.filters.query, cursor: this.#next, limit: AT_ONCE });
      if (mine === this.#loading) {
        this.#add(answer);
        if (!this.current) this.go(this.cards[0]);
      }
    } catch (error) {
      fill(this.foot, failure(error, () => void this.#readOn()));
    }
    this.#fetching = false;
  }

  /** Writes how many there are, and what stands below the last. */
  draw(): void {
    const { filters, cards } = this;
    this.drawCount();
    if (cards.length) fill(this.foot, this.#next && h("p", {}, h("button", { type: "button", onclick: () => void this.#readOn() }, t("more"))));
    else if (this.#next) fill(this.foot, h("p", { class: "quiet" }, t("loading")));
    else if (filters.everything) fill(this.foot, empty(t("queue.clear"), t("queue.clear_hint")));
    else if (filters.review && !filters.narrow) fill(this.foot, empty(t("review.clear"), t("review.clear_hint")));
    else fill(this.foot, empty(t("queue.nothing"), t("queue.nothing_hint")));
  }

  drawCount(): void {
    const number = Math.max(this.total, this.cards.length);
    this.count.textContent = t("queue.count", { count: this.isLeast ? `${counted(number)}+` : number });
    if (this.filters.everything) showPending(number);
  }

  drawClaims(): void {
    for (const card of this.cards) card.claimedBy = this.claims.get(card.comment.id) ?? [];
  }

  go(card: Card | undefined, focus = true): void {
    if (card === this.current && card) return;
    if (this.current) this.current.current = false;
    this.current = card;
    look(card && (this.filters.review || this.filters.status === "pending") ? card.comment.id : null);
    if (!card) return;
    card.current = true;
    if (focus) card.focus();
    const at = this.cards.indexOf(card);
    for (const ahead of this.cards.slice(at + 1, at + 1 + PREPARED_AHEAD)) prepare(ahead.comment);
    if (this.cards.length - at < READY_AHEAD) void this.#readOn();
  }

  step(by: number): void {
    const at = this.current ? this.cards.indexOf(this.current) + by : 0;
    this.go(this.cards[Math.min(Math.max(at, 0), this.cards.length - 1)]);
  }

  /** Takes cards away; when the present one is among them, the next (or the last) becomes it. */
  leave(gone: Card[], focus = true): void {
    const at = this.current ? this.cards.indexOf(this.current) : -1;
    const hadFocus = focus || gone.some((card) => card.element.contains(document.activeElement));
    const stays = (card: Card): boolean => !gone.includes(card);
    const following = this.cards.slice(at).find(stays) ?? this.cards.slice(0, Math.max(at, 0)).findLast(stays);
    const left = this.current && gone.includes(this.current) ? this.current : undefined;
    this.cards = this.cards.filter(stays);
    if (left) {
      this.current = undefined;
      left.current = false;
    }
    for (const card of gone) card.element.remove();
    if (left) this.#follow(following, hadFocus);
    this.changed();
    this.draw();
  }

  #follow(following: Card | undefined, focus: boolean): void {
    this.go(following, focus);
    if (following) return;
    look(null);
    if (focus) main.focus();
    void this.#readOn();
  }

  /** Puts a comment where the order wants it. */
  putBack(comment: Queued): Card {
    const known = this.find(comment.id);
    if (known) return known;
    const card = new Card(comment, this.wishes);
    const at = this.cards.findIndex((one) => this.filters.before(comment, one.comment));
    this.cards.splice(at < 0 ? this.cards.length : at, 0, card);
    this.element.insertBefore(card.element, at < 0 ? null : (this.element.children[at] ?? null));
    this.total += 1;
    this.changed();
    this.draw();
    return card;
  }
}
