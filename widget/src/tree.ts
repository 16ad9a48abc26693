/** The tree of comments on the screen: where each one stands, and how further ones find their place. */

import { COMMENT_ID } from "./address";
import { commentItem, repliesOf, type Surroundings } from "./comment";
import { h } from "./dom";
import type { Comment } from "./types";

const MAX_DEPTH = 4;
/** From here on what is far off the screen is not laid out. */
const LONG = 150;

export class Tree {
  readonly list = h("ol", { class: "list", part: "list", "aria-labelledby": "title" });
  readonly #comments = new Map<string, Comment>();

  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get size(): number {
    return this.#comments.size;
  }

  get(id: string | null): Comment | undefined {
    return this.#comments.get(id ?? "");
  }

  /** The article of a comment on the screen. */
  article(id: string): HTMLElement | null {
    return this.list.querySelector(`#${CSS.escape(COMMENT_ID + id)}`);
  }

  clear(...placeholders: HTMLElement[]): void {
    this.#comments.clear();
    this.list.replaceChildren(...placeholders);
  }

  /**
   * Shows those that are not shown yet (or only to their author), also under comments that are, and returns them.
   * With `first` they stand above the others in their order.
   */
  add(comments: Comment[], first = false): Comment[] {
    const added: Comment[] = [];
    for (const comment of first ? [...comments].reverse() : comments) {
      const known = this.#comments.get(comment.id);
      if (known?.status === "pending") this.remove(comment.id);
      else if (known) {
        added.push(...this.add(comment.replies));
        continue;
      }
      this.#learn(comment);
      this.#insert(comment, first);
      added.push(comment);
    }
    this.list.classList.toggle("long", this.size > LONG);
    return added;
  }

  /** Takes a comment with all under it off the screen. */
  remove(id: string): void {
    this.article(id)?.closest("li")?.remove();
    this.#comments.delete(id);
  }

  /** Draws a comment anew where it stands, over the replies that it has. */
  replace(comment: Comment): void {
    this.#comments.set(comment.id, comment);
    const article = this.article(comment.id);
    const list = article?.closest("ol");
    const bare = { ...comment, replies: [], more_replies: null };
    if (list) article?.replaceWith(...commentItem(bare, this.#above(list), this.#around).children);
  }

  /** The id of the comment that a list stands under. */
  #above(list: HTMLElement): string | null {
    if (list === this.list) return null;
    return list.parentElement?.querySelector("article")?.id.slice(COMMENT_ID.length) ?? null;
  }

  #learn(comment: Comment): void {
    this.#comments.set(comment.id, comment);
    comment.replies.forEach((reply) => this.#learn(reply));
  }

  /** Under the comment it answers; at the deepest level beside it; else at the top level. */
  #insert(comment: Comment, first: boolean): void {
    const parent = comment.parent ? this.article(comment.parent)?.closest("li") : null;
    const deepest = Number(parent?.dataset.depth) >= MAX_DEPTH;
    const list = (deepest ? parent?.closest("ol") : parent && repliesOf(parent)) ?? this.list;
    const item = commentItem(comment, this.#above(list), this.#around);
    if (first && list === this.list) list.prepend(item);
    else list.append(item);
  }
}
