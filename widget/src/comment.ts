/** Draws one comment with its replies. */

import { COMMENT_ID } from "./address";
import { h } from "./dom";
import { guard } from "./markup";
import { age, date, isolated, t, tongue } from "./text";
import type { Comment } from "./types";

/** What a comment needs from the thread around it. */
export interface Surroundings {
  /** The name of a comment's author, empty for a removed comment, undefined for one that is not loaded. */
  nameOf(id: string): string | undefined;
  reply(comment: Comment): void;
  /** The nodes of a comment's HTML. */
  fragment(html: string): DocumentFragment;
  /** A button that shows the replies from a cursor on. */
  moreReplies(cursor: string): HTMLElement;
}

/** As many colours as the page without script has: a disc keeps its own. */
const HUES = 12;
const ARABIC = /[\u0600-\u06ff]/;

/** One letter of the first and of the last word; scripts that join their letters get the first alone. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = ARABIC.test(name) ? words.slice(0, 1) : [words[0], ...words.slice(1).slice(-1)];
  return chosen.map((word) => [...(word ?? "")][0] ?? "").join("");
}

function avatar(comment: Comment): HTMLElement {
  const disc = h("span", { class: "avatar", part: "avatar", "aria-hidden": "true" }, initials(comment.name));
  disc.style.setProperty("--hue", String((parseInt((comment.avatar ?? "").slice(0, 4), 16) % HUES || 0) * (360 / HUES)));
  return disc;
}

function author(comment: Comment): HTMLElement {
  // Few names have letters of Urdu alone; what their bearers write has.
  const lang = ARABIC.test(comment.name) ? tongue(comment.name + (comment.body_html ?? "")) : null;
  const name = h("bdi", { lang }, comment.name);
  const link = comment.website ? guard(h("a", { href: comment.website }, name)) : name;
  return h("span", { class: "name", part: "name" }, link);
}

const time = (stamp: string, text: string, title: string): HTMLElement =>
  h("time", { datetime: stamp, title }, text);

function meta(comment: Comment): HTMLElement {
  const moment = new Date(comment.created_at);
  const link = h(
    "a",
    { class: "when", href: permalink(comment.id) },
    time(comment.created_at, age(moment, Date.now()), date(moment)),
  );
  const status = awaits(comment);
  return h(
    "header",
    { part: "meta" },
    author(comment),
    comment.staff && h("span", { class: "badge", part: "badge" }, t("comment.staff")),
    status && h("span", { class: "badge wait" }, t(`comment.${status}`)),
    link,
    comment.edited_at && time(comment.edited_at, t("comment.edited"), date(new Date(comment.edited_at))),
  );
}

// From the document's own address: a <base> element must not turn it into a link to another page.
const permalink = (id: string): string => `${location.href.split("#")[0] ?? ""}#${COMMENT_ID}${id}`;

function inReplyTo(parent: string, around: Surroundings): HTMLElement | null {
  const name = around.nameOf(parent);
  if (name === undefined) return null;
  const text = t("comment.in_reply_to", { name: name ? isolated(name) : t("comment.removed_name") });
  return h("p", { class: "small" }, h("a", { href: permalink(parent) }, text));
}

function replyButton(comment: Comment, around: Surroundings): HTMLElement {
  const label = t("comment.reply_to", { name: isolated(comment.name) });
  const button = h("button", { type: "button", class: "plain reply", "aria-label": label }, t("comment.reply"));
  button.addEventListener("click", () => around.reply(comment));
  return button;
}

/** Why nobody but its author sees this comment. */
const awaits = ({ status }: Comment): "pending" | "rejected" | false => status !== "approved" && (status ?? false);

function content(comment: Comment, above: string | null, around: Surroundings): HTMLElement {
  const status = awaits(comment);
  const html = comment.body_html ?? "";
  return h(
    "div",
    { class: "content" },
    comment.parent && comment.parent !== above && inReplyTo(comment.parent, around),
    h("div", { class: "body", part: "body", dir: "auto", lang: tongue(html) }, around.fragment(html)),
    status && h("p", { class: "small" }, t(`comment.${status}_hint`)),
    h("footer", { "data-id": comment.id }, !status && replyButton(comment, around)),
  );
}

/** A list item: the comment and its replies. `above` is the id of the comment that the reader sees it under. */
export function commentItem(comment: Comment, above: string | null, around: Surroundings): HTMLLIElement {
  const article = h("article", { id: COMMENT_ID + comment.id, tabindex: "-1", part: "comment" });
  if (comment.tombstone) article.append(h("p", { class: "gone" }, t("comment.removed")));
  else article.append(avatar(comment), meta(comment), content(comment, above, around));
  if (awaits(comment)) article.className = "pending";
  const item = h("li", { "data-depth": String(comment.depth) }, article);
  for (const reply of comment.replies) repliesOf(item).append(commentItem(reply, comment.id, around));
  if (comment.more_replies) item.append(around.moreReplies(comment.more_replies));
  return item;
}

/** The list of replies of an item, made when the first comes. */
export function repliesOf(item: HTMLElement): HTMLOListElement {
  const list = item.querySelector<HTMLOListElement>(":scope > ol") ?? h("ol");
  if (!list.parentNode) item.querySelector(":scope > article")?.after(list);
  return list;
}

/** Brings the relative times under `root` up to date. */
export function refreshTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>(".when time")) {
    element.textContent = age(new Date(element.dateTime), Date.now());
  }
}
