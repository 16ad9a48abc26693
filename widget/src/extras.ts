/** What comes when the thread is drawn: sending, preview, votes, reports, changes by the author, news. */

import css from "./extras.css";
import { News } from "./news";
import { own } from "./own";
import { preview } from "./preview";
import { report } from "./report";
import { Sender } from "./send";
import type { Tools } from "./types";
import { votes } from "./votes";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
/** Forms, and connections of an element to its page, that have their extras. */
const equipped = new WeakSet<object>();

/** Gives every comment under `tools.root` that has none yet its buttons, and the form and the thread theirs. */
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
  const { form, signal } = tools;
  if (form && !equipped.has(form)) {
    equipped.add(form);
    new Sender(form, tools);
    preview(form, tools);
  }
  if (equipped.has(signal)) return;
  equipped.add(signal);
  new News(tools);
}
