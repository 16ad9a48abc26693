/** What the filter published and the lot chose to be checked: its place beside the queue, and how much there is. */

import { get } from "../api";
import { fill, h } from "../dom";
import { t } from "../text";
import type { Live, QueueAnswer } from "../types";
import { counted } from "./card";
import type { List } from "./list";

/** At most so often the number is asked for, however much happens. */
const AGAIN_MS = 5_000;

export class Review {
  /** The two views; hidden while nothing is to be checked. */
  readonly element = h("div", { class: "views", role: "group", "aria-label": t("review.views"), hidden: true });
  /** Why these comments were drawn. */
  readonly why = h("p", { class: "notice", hidden: true }, t("review.about"));
  readonly #queue = h("button", { type: "button", onclick: () => this.show(false) }, t("nav.queue"));
  readonly #check = h("button", { type: "button", onclick: () => this.show(true) });
  #due = 0;
  #last = "";
  #waiting = false;

  constructor(readonly list: List) {
    this.element.append(this.#queue, this.#check);
  }

  show(review: boolean): void {
    if (review === this.list.filters.review) return;
    this.list.filters.review = review;
  }

  /** Draws which view is open, and how many comments are to be checked. */
  draw(): void {
    const { filters } = this.list;
    const due = this.list.ofReview && filters.review && !filters.narrow ? Math.max(this.list.total, this.list.cards.length) : this.#due;
    this.element.hidden = due === 0 && !filters.review;
    this.why.hidden = !filters.review;
    this.#queue.setAttribute("aria-pressed", String(!filters.review));
    this.#check.setAttribute("aria-pressed", String(filters.review));
    fill(this.#check, t("review.title"), h("b", { "data-due": true, class: due ? "" : "none" }, counted(due)));
  }

  /** Asks how many there are on the sites that are shown. */
  async count(): Promise<void> {
    const site = this.list.filters.query.site;
    const answer = await get<QueueAnswer>("moderation/comments", { review: "true", limit: 1, site }, { background: true }).catch(() => null);
    if (answer) this.#due = answer.total;
    this.draw();
  }

  /** Something happened: the number may be another one. */
  told(live: Live): void {
    const now = live.changes.map((change) => `${change.comment} ${change.version}`).join();
    if (now === this.#last || this.#waiting) return;
    this.#last = now;
    this.#waiting = true;
    window.setTimeout(() => {
      this.#waiting = false;
      void this.count();
    }, AGAIN_MS);
  }
}
