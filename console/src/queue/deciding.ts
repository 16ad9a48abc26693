/** Decisions: the screen goes on at once, the answer follows, and what was decided can be taken back. */

import { call, get, post, Problem } from "../api";
import { h } from "../dom";
import { toast } from "../page";
import { person, since, t } from "../text";
import { allowed, type Decision, type Queued } from "../types";
import type { Card } from "./card";
import { kbd } from "./keys";
import type { List } from "./list";
import { reload } from "./together";
import { type Done, forget, remember, takeBack } from "./undo";

/** For so long the service may still tell of it as news. */
const TOLD_AGAIN_MS = 3_000;

/** Decides about what is selected, or about the comment that is open. */
export function decide(list: List, decision: Decision, reason?: string): void {
  const chosen = list.selected;
  const about = chosen.length ? chosen : list.current ? [list.current] : [];
  const able = about.filter((card) => allowed(card.comment).includes(decision));
  if (!able.length) return;
  for (const card of able) {
    card.selected = false;
    list.under.add(card.comment.id);
  }
  list.total -= able.length;
  const comments = able.map((card) => card.comment);
  const confirmed = decision === "approve" && comments.every((comment) => comment.review_due);
  const answer = comments.length === 1 ? one(comments[0] as Queued, decision, reason) : many(list, comments, decision, reason);
  const done = remember(comments, answer);
  list.leave(able);
  toast(t(confirmed ? "review.confirmed" : `done.${decision}`, { count: comments.length }), undoButton(list, done));
  answer
    .catch((error: unknown) => back(list, able, done, decision, error))
    .finally(() => window.setTimeout(() => { for (const { id } of comments) list.under.delete(id); }, TOLD_AGAIN_MS));
}

async function one(comment: Queued, decision: Decision, reason?: string): Promise<string | null> {
  const body = { decision, ...(reason ? { reason } : {}) };
  const answer = await call<{ undo: string }>("POST", `moderation/comments/${comment.id}/decision`, { body, version: comment.version });
  return answer.undo;
}

async function many(list: List, comments: Queued[], decision: Decision, reason?: string): Promise<string | null> {
  const ids = comments.map(({ id }) => id);
  const body = { decision, ids, versions: comments.map(({ version }) => version), ...(reason ? { reason } : {}) };
  const answer = await post<{ decided: number; skipped: number; undo: string | null }>("moderation/decisions", body);
  if (answer.skipped) toast(t("done.skipped", { count: answer.skipped }), undoButton(list));
  return answer.undo;
}

/** A decision that failed: the cards come back with what the service said. */
async function back(list: List, failed: Card[], done: Done, decision: Decision, error: unknown): Promise<void> {
  forget(done);
  for (const { comment } of failed) list.under.delete(comment.id);
  const message = conflict(error, decision) ?? (error instanceof Problem ? error.words : t("problem.other"));
  for (const { comment } of failed) {
    const now = await get<Queued>(`moderation/comments/${comment.id}`, {}, { background: true }).catch(() => comment);
    const card = list.putBack(now);
    card.update(now);
    card.tell(message);
  }
  toast(message);
}

/** Who was first, what they did, and when. */
function conflict(error: unknown, decision: Decision): string | null {
  if (!(error instanceof Problem) || error.slug !== "stale-version") return null;
  const { changed_by: who, current_status: status, changed_at: at } = error.members as Record<string, string | null>;
  return t("queue.conflict", {
    who: who ? person(who) : t("queue.somebody"),
    status: t(`status.${status ?? "pending"}`),
    when: at ? since(at) : "",
    decision: t(`decision.${decision}`),
  });
}

const undoButton = (list: List, done?: Done): HTMLElement => h("button", { type: "button", onclick: () => void undo(list, done) }, t("undo"), kbd("z"));

/** Takes the latest decision back, or the one given. */
export async function undo(list: List, done?: Done): Promise<void> {
  try {
    const comments = await takeBack(done);
    if (!comments) return toast(t("undo.none"));
    for (const { id } of comments) list.under.delete(id);
    if (comments.length > 1) reload(list, comments[0]?.id);
    else {
      const comment = await get<Queued>(`moderation/comments/${comments[0]?.id}`);
      if (list.filters.shows(comment)) list.go(list.putBack(comment));
    }
    toast(t("undo.done", { count: comments.length }));
  } catch (error) {
    toast(error instanceof Problem ? error.words : t("problem.other"));
  }
}
