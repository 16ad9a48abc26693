/** What colleagues do meanwhile, drawn into the queue. */

import { get } from "../api";
import { h } from "../dom";
import { actor, toast } from "../page";
import { person, t } from "../text";
import type { Change, Live, Queued } from "../types";
import type { Card } from "./card";
import { type List, showPending } from "./list";

/** Shows what is new when it is pressed. */
export const arrived = h("button", { type: "button", hidden: true });
const fresh = new Set<string>();

/** Reads the queue anew: then nothing in it is new any more. */
export function reload(list: List, keep?: string): void {
  fresh.clear();
  arrived.hidden = true;
  void list.load(keep);
}

/** What happened since the service was asked last. */
export function told(list: List, live: Live): void {
  list.claims = new Map();
  for (const { comment, by } of live.claims) if (by !== actor) list.claims.set(comment, [...(list.claims.get(comment) ?? []), by]);
  list.drawClaims();
  if (live.truncated) return reload(list, list.current?.comment.id);
  for (const change of live.changes) if (!list.under.has(change.comment)) take(list, change);
  if (list.under.size) return;
  showPending(live.pending);
  if (list.filters.everything) {
    list.total = live.pending;
    list.isLeast = false;
    list.drawCount();
  }
}

function take(list: List, change: Change): void {
  const card = list.find(change.comment);
  if (!card) return arrive(list, change);
  if (change.version <= card.comment.version) return;
  // Whether it is still to be checked, only the comment says.
  if (list.filters.review && change.status === "approved") return void renew(list, card, change);
  if (change.status === list.filters.status) return void renew(list, card, change);
  gone(list, card, change);
}

function gone(list: List, card: Card, change: Change): void {
  const mine = card === list.current;
  list.total -= 1;
  list.leave([card], false);
  if (mine) toast(t("queue.decided_by", { who: person(change.by), status: t(`status.${change.status}`), name: card.comment.name }));
}

/** A comment that is new here: shown when asked for, or at once when there is nothing else. */
function arrive(list: List, { comment, status, at }: Change): void {
  const { filters } = list;
  if (filters.review || status !== filters.status || filters.narrow || Date.parse(at) < list.loadedAt || fresh.has(comment)) return;
  fresh.add(comment);
  if (!list.cards.length) return reload(list);
  arrived.hidden = false;
  arrived.textContent = t("queue.arrived", { count: fresh.size });
}

async function renew(list: List, card: Card, change: Change): Promise<void> {
  const comment = await get<Queued>(`moderation/comments/${card.comment.id}`, {}, { background: true });
  if (list.find(comment.id) !== card) return; // decided here meanwhile
  if (list.filters.shows(comment)) card.update(comment);
  else gone(list, card, change);
}
