/** Keys for everything that is done all day; they can be switched off, and rest while somebody types. */

import { h } from "../dom";
import { t } from "../text";

export interface Shortcut {
  key: string;
  name: string;
  run: () => void;
}

const STORED = "belowline-keys";

const stored = (): string | null => {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // storage is switched off: the keys work, the choice is not kept
  }
};

let on = stored() !== "off";
const mark = (): void => void document.documentElement.classList.toggle("without-keys", !on);
mark();

function choose(chosen: boolean): void {
  on = chosen;
  mark();
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // not kept
  }
}

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** The letter of a key, also on keyboards of other scripts, where the key in its place counts. */
const letter = (event: KeyboardEvent): string => {
  if (/^[\x21-\x7e]$/.test(event.key)) return event.key.toLowerCase();
  const found = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code);
  return found && event.key.length === 1 ? (found[1] ?? found[2] ?? "").toLowerCase() : event.key;
};

export function listen(shortcuts: Shortcut[]): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const busy = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented;
    if (busy || target?.closest(TYPING) || document.querySelector("dialog[open]")) return;
    const pressed = letter(event);
    // Escape is no character key: it works however the others are set.
    if (!on && pressed !== "Escape") return;
    const found = shortcuts.find((shortcut) => shortcut.key === pressed);
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}

/** The dialog behind `?`: every key, and the switch. */
export function help(shortcuts: Shortcut[]): void {
  const choice = h("input", { type: "checkbox", onchange: () => choose(choice.checked) });
  choice.checked = on;
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { id: "keys-title" }, t("keys.title")),
    h("ul", { class: "keys" }, ...shortcuts.filter((one) => one.name).map((one) => h("li", {}, kbd(one.key), one.name))),
    h("label", { class: "check" }, choice, t("keys.on")),
    h("div", { class: "actions panel" }, h("button", { class: "main", onclick: () => dialog.close() }, t("close"))),
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** A key as it stands on a button; screen readers have `aria-keyshortcuts`. */
export const kbd = (key: string): HTMLElement => h("kbd", { "aria-hidden": "true" }, key === "Escape" ? "Esc" : key);
