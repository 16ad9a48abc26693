/** What comes when the thread is drawn: votes, reports, and changes by the author. */

import css from "./extras.css";
import { own } from "./own";
import { report } from "./report";
import type { Tools } from "./types";
import { votes } from "./votes";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Gives every comment under `tools.root` that has none yet its buttons. */
export function equip(tools: Tools): void {
  const { adoptedStyleSheets } = tools.root.getRootNode() as ShadowRoot;
  if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
  for (const footer of tools.root.querySelectorAll<HTMLElement>("footer:not([data-equipped])")) {
    const comment = tools.comment(footer.dataset.id ?? "");
    if (!comment) continue;
    footer.dataset.equipped = "";
    const mine = tools.memory.own.find((candidate) => candidate.comment.id === comment.id);
    if (mine) own(footer, mine, tools);
    else footer.append(...votes(comment, tools), report(footer, comment, tools));
  }
}
