/** The queue: one comment after another, by keyboard or by hand, beside colleagues who do the same. */

import { fill, h } from "../dom";
import { content, main, reasons } from "../page";
import type { Card } from "../queue/card";
import { decide, undo } from "../queue/deciding";
import { Filters } from "../queue/filters";
import { help, kbd, listen, type Shortcut } from "../queue/keys";
import { List } from "../queue/list";
import { look, watch } from "../queue/live";
import { Review } from "../queue/review";
import { alike, bar, drawSelection, unselect } from "../queue/selecting";
import { arrived, reload, told } from "../queue/together";
import { t } from "../text";
import type { Decision } from "../types";

const filters = new Filters(() => load());
const list = new List(
  filters,
  {
    decide: (decision, reason) => decide(list, decision, reason),
    open: (card) => list.go(card),
    select: (card: Card, chosen) => {
      card.selected = chosen;
      drawSelection(list);
    },
    alike: () => alike(list),
  },
  () => {
    drawSelection(list);
    review.draw();
  },
);
const review = new Review(list);
arrived.addEventListener("click", () => load());

function load(keep?: string): void {
  reload(list, keep);
  void review.count();
}

const decideKey = (key: string, decision: Decision): Shortcut => ({ key, name: t(`decision.${decision}`), run: () => decide(list, decision) });
const shortcuts: Shortcut[] = [
  { key: "j", name: t("keys.next"), run: () => list.step(1) },
  { key: "k", name: t("keys.previous"), run: () => list.step(-1) },
  decideKey("a", "approve"),
  { key: "r", name: t("decision.reject"), run: () => (list.selected.length ? decide(list, "reject") : list.current?.askReason()) },
  decideKey("s", "spam"),
  decideKey("d", "delete"),
  { key: "z", name: t("undo"), run: () => void undo(list) },
  { key: "x", name: t("keys.select"), run: () => { if (list.current) list.wishes.select(list.current, !list.current.selected); } },
  { key: "l", name: t("queue.alike"), run: () => alike(list) },
  { key: "c", name: t("keys.review"), run: () => review.show(!filters.review) },
  { key: "o", name: t("keys.page"), run: () => { if (list.current?.pageAddress) window.open(list.current.pageAddress, "_blank", "noopener"); } },
  { key: "Escape", name: t("queue.unselect"), run: () => (list.current?.asksReason ? list.current.closeReasons() : unselect(list)) },
  { key: "?", name: t("keys.title"), run: () => help(shortcuts) },
  ...reasons.map((reason, index): Shortcut => ({ key: String(index + 1), name: "", run: () => { if (list.current?.asksReason) decide(list, "reject", reason); } })),
];

listen(shortcuts);
main.querySelector("h1")?.replaceWith(
  h("div", { class: "head" }, h("h1", {}, t("nav.queue")), list.count, arrived,
    h("button", { type: "button", class: "plain", onclick: () => help(shortcuts) }, t("keys.title"), kbd("?"))),
);
fill(content, review.element, review.why, filters.element, filters.chips, bar, list.element, list.foot);
load();
watch(() => String(filters.query.site ?? ""), (live) => { told(list, live); review.told(live); }, () => load(list.current?.comment.id));
addEventListener("pagehide", () => look(null));
