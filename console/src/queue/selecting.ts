/** Many comments at once: those alike, and the bar with what can be done to them. */

import { fill, h } from "../dom";
import { say, toast } from "../page";
import { t } from "../text";
import type { Decision, Queued } from "../types";
import { DECISION_KEYS, strongest } from "./card";
import { kbd } from "./keys";
import type { List } from "./list";

const DECISIONS: Decision[] = ["approve", "reject", "spam", "delete"];

export const bar = h("div", { class: "bar select", hidden: true, role: "group", "aria-label": t("queue.selection") });

/** Selects what is like the comment that is open: of its campaign, its author, or what spoke most against it. */
export function alike(list: List): void {
  if (!list.current) return;
  const { comment } = list.current;
  const ways: [string, (one: Queued) => boolean][] = [
    ["campaign", (one) => one.campaign !== null && one.campaign === comment.campaign],
    ["author", (one) => one.author.id === comment.author.id],
    ["signal", (one) => one.signals.length > 0 && strongest(one) === strongest(comment)],
  ];
  for (const [way, like] of ways) {
    const found = list.cards.filter((card) => like(card.comment));
    if (found.length < 2) continue;
    for (const card of found) card.selected = true;
    list.changed();
    return say(t(`alike.${way}`, { count: found.length }));
  }
  toast(t("alike.none"));
}

/** Draws the bar, which is there while something is selected. */
export function drawSelection(list: List): void {
  const chosen = list.selected;
  bar.hidden = chosen.length === 0;
  if (!chosen.length) return;
  const button = (text: string, key: string, run: () => void): HTMLElement => h("button", { type: "button", onclick: run }, text, kbd(key));
  fill(
    bar,
    h("b", {}, t("queue.selected", { count: chosen.length })),
    ...DECISIONS.map((decision) => button(t(`decision.${decision}`), DECISION_KEYS[decision], () => list.wishes.decide(decision))),
    button(t("queue.unselect"), "Escape", () => unselect(list)),
  );
}

export function unselect(list: List): void {
  for (const card of list.cards) card.selected = false;
  list.changed();
}
