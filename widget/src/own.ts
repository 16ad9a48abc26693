/** What the author of a comment may still do to it: change it or take it back, while the site's window is open. */

import { write } from "./api";
import { h } from "./dom";
import { openPanel } from "./panel";
import { forgetProof } from "./proof";
import { number, t } from "./text";
import type { Comment, Own, Tools } from "./types";

const SECOND_MS = 1_000;

const secondsLeft = ({ until }: Own): number => Math.floor((Date.parse(until) - Date.now()) / 1000);

/** "14:05" */
const clockText = (seconds: number): string =>
  [Math.floor(seconds / 60), seconds % 60].map((part, index) => number(part, index && 2)).join(":");

export function own(footer: HTMLElement, mine: Own, tools: Tools): void {
  if (mine.comment.status === "rejected") return refused(footer, mine, tools);
  if (!(secondsLeft(mine) > 0)) return;
  const edit = h("button", { type: "button", class: "plain" }, t("own.edit"));
  const remove = h("button", { type: "button", class: "plain" }, t("own.delete"));
  const left = h("span", { class: "small left", role: "timer" });
  edit.addEventListener("click", () => openEditor(edit, mine, tools));
  remove.addEventListener("click", () => confirmRemoval(remove, mine, tools));
  const parts = [edit, remove, left];
  const look = (): void => {
    const seconds = secondsLeft(mine);
    if (seconds > 0) left.textContent = t("own.left", { time: clockText(seconds) });
    else parts.forEach((part) => part.remove());
    if (seconds <= 0 || !footer.isConnected) clearInterval(clock);
  };
  const clock = setInterval(look, SECOND_MS);
  tools.signal.addEventListener("abort", () => clearInterval(clock));
  look();
  footer.append(...parts);
}

/** A comment that was not published stays until its author has read that. */
function refused(footer: HTMLElement, { comment: { id } }: Own, tools: Tools): void {
  const gone = h("button", { type: "button", class: "plain" }, t("own.seen"));
  gone.addEventListener("click", () => {
    tools.memory.forget(id);
    tools.changed(id, null);
    focusOn("", tools);
  });
  footer.append(gone);
}

const authorised = ({ token }: Own): { Authorization: string } => ({ Authorization: `Author ${token}` });

function openEditor(opener: HTMLElement, mine: Own, tools: Tools): void {
  const { id } = mine.comment;
  const text = h("textarea", { rows: "5", dir: "auto" });
  text.value = mine.body;
  const act = async (): Promise<void> => {
    const body = text.value.trim();
    const answer = await write<{ comment: Comment }>(tools.place, tools.signal, ["PATCH", `comments/${id}`], {
      body: { body },
      ...authorised(mine),
    });
    const comment = { ...answer.comment, parent: mine.comment.parent };
    tools.memory.keep({ ...mine, body, comment });
    tools.changed(id, comment);
    focusOn(id, tools);
    tools.announce(t(comment.status === "pending" ? "own.held" : "own.saved"));
  };
  const fields = [h("label", { class: "field" }, t("own.text"), text)];
  openPanel({ opener, title: t("own.edit_title"), send: t("own.save"), fields, act }, tools);
}

function confirmRemoval(opener: HTMLElement, mine: Own, tools: Tools): void {
  const { id } = mine.comment;
  const act = async (): Promise<void> => {
    await write(tools.place, tools.signal, ["DELETE", `comments/${id}`], authorised(mine));
    tools.memory.forget(id);
    forgetProof(tools.place, id);
    tools.changed(id, null);
    focusOn(mine.comment.parent ?? "", tools);
    tools.announce(t("own.deleted"));
  };
  const fields = [h("p", { class: "small" }, t("own.sure"))];
  openPanel({ opener, title: t("own.delete"), send: t("own.delete"), fields, act }, tools);
}

/** The comment, or the thread's title when there is no such comment (any more). */
function focusOn(id: string, { root }: Tools): void {
  const title = root.querySelector<HTMLElement>("h2");
  title?.setAttribute("tabindex", "-1");
  (root.querySelector<HTMLElement>(`#${CSS.escape(`comment-${id}`)}`) ?? title)?.focus();
}
