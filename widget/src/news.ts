/** Asks now and then whether there are new comments and offers them; and what became of own ones. */

import { read, readThread } from "./api";
import { h } from "./dom";
import { t } from "./text";
import type { Comment, Own, Tools } from "./types";

const FIRST_MS = 30_000;
/** Nothing new makes the next look come later, up to this. */
const LAST_MS = 300_000;
const SLOWER = 1.5;
const LIMIT = 200;

const count = (comments: Comment[]): number =>
  comments.reduce((sum, { replies, tombstone }) => sum + Number(!tombstone) + count(replies), 0);

export class News {
  readonly #tools: Tools;
  readonly #button = h("button", { type: "button", class: "send" });
  readonly #place = h("div", { class: "news", hidden: true }, this.#button);
  #pause = FIRST_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #offered = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
    tools.root.querySelector(".head")?.after(this.#place);
    const { signal } = tools;
    this.#button.addEventListener("click", () => void this.#show(), { signal });
    document.addEventListener("visibilitychange", () => this.#woken(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    void this.#follow();
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    // A little chance keeps the readers of an article from asking all at once.
    if (!document.hidden) this.#timer = setTimeout(() => void this.#look(), this.#pause * (0.9 + Math.random() / 5));
  }

  #woken(): void {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    this.#pause = FIRST_MS;
    void this.#look();
  }

  async #look(): Promise<void> {
    const { place, signal } = this.#tools;
    const query = new URLSearchParams({ site: place.site, page: place.page });
    this.#pause = Math.min(this.#pause * SLOWER, LAST_MS);
    try {
      // The browser sends the validator of the last answer along; "nothing new" has no body.
      const { counts } = await read<{ counts: Record<string, number> }>(place, signal, `counts?${query}`, {});
      this.#offer((counts[place.page] ?? 0) - this.#tools.count());
      await this.#follow();
    } catch {
      // Whoever reads is not told: nothing is missing of what they had.
    }
    if (!signal.aborted) this.#wait();
  }

  #offer(fresh: number): void {
    if (fresh > this.#offered) {
      this.#pause = FIRST_MS;
      this.#tools.announce(t("news.count", { count: fresh }));
    }
    this.#offered = Math.max(fresh, 0);
    this.#place.hidden = fresh <= 0;
    this.#button.textContent = t("news.count", { count: fresh });
  }

  async #show(): Promise<void> {
    const { place, signal, root } = this.#tools;
    try {
      const added = this.#tools.merge(await readThread(place, "newest", signal, { limit: LIMIT }));
      this.#offer(0);
      this.#tools.announce(t("news.shown", { count: count(added) }));
      for (const { id } of added) root.querySelector(`#comment-${CSS.escape(id)}`)?.classList.add("linked");
      const first = root.querySelector<HTMLElement>(`#comment-${CSS.escape(added.at(-1)?.id ?? "")}`);
      first?.focus();
    } catch {
      if (!signal.aborted) this.#tools.announce(t("extra.failed"));
    }
  }

  /** Asks for each own comment that awaited review what became of it. */
  async #follow(): Promise<void> {
    for (const own of this.#tools.memory.own) {
      if (own.comment.status === "pending") await this.#ask(own).catch(() => {});
    }
  }

  async #ask(own: Own): Promise<void> {
    const { place, signal, memory } = this.#tools;
    const { id } = own.comment;
    const found = await read<{ status: string; comment: Comment | null }>(place, signal, `comments/${id}/status`, {
      Authorization: `Author ${own.token}`,
    });
    if (found.status === "approved" && found.comment) {
      memory.keep({ ...own, comment: { ...found.comment, parent: own.comment.parent, status: "approved" } });
      this.#tools.changed(id, { ...found.comment, parent: own.comment.parent, status: "approved" });
      this.#tools.announce(t("news.approved"));
    } else if (found.status === "rejected") {
      const comment: Comment = { ...own.comment, status: "rejected" };
      memory.keep({ ...own, comment });
      this.#tools.changed(id, comment);
      this.#tools.announce(t("comment.rejected"));
    } else if (found.status === "deleted") {
      memory.forget(id);
      this.#tools.changed(id, null);
    }
  }
}

