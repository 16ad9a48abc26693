/** What every page of the console has: its place, who is looking, and words at the foot of the window. */

import { Problem } from "./api";
import { type Child, fill, h } from "./dom";
import { t } from "./text";

export interface SiteNamed {
  slug: string;
  name: string;
  policy: string;
}

export const sites = JSON.parse(document.body.dataset.sites ?? "[]") as SiteNamed[];
export const actor = document.body.dataset.actor ?? "";
export const isAdmin = document.body.dataset.role === "admin";
export const undoSeconds = Number(document.body.dataset.undoSeconds ?? 0);
/** The codes of a rejection, in the order of the number keys. */
export const reasons = (document.body.dataset.reasons ?? "").split(" ");
export const main = document.querySelector("main") as HTMLElement;
export const content = document.getElementById("content") as HTMLElement;

/** The last part of the address: the id on pages about one thing. */
export const idInAddress = (): string => location.pathname.split("/").at(-1) ?? "";

const said = h("p", { class: "visually-hidden", role: "status" });
document.body.append(said);

/** Tells screen readers. */
export function say(text: string): void {
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;
}

/** Draws the page's content, or what is wrong and a way to try again. */
export async function show(draw: () => Promise<Child[]>): Promise<void> {
  content.setAttribute("aria-busy", "true");
  try {
    fill(content, ...(await draw()));
  } catch (error) {
    fill(content, failure(error, () => void show(draw)));
  }
  content.removeAttribute("aria-busy");
}

/** A message about what went wrong. */
export function failure(error: unknown, again?: () => void): HTMLElement {
  const words = error instanceof Problem ? error.words : t("problem.other");
  if (!(error instanceof Problem)) console.error(error);
  return h("div", { class: "notice bad", role: "alert" }, h("p", {}, words), again && h("button", { onclick: again }, t("retry")));
}

/** The designed nothing: a page without rows says so in its own words. */
export const empty = (title: string, hint: string): HTMLElement =>
  h("div", { class: "empty" }, h("h2", {}, title), h("p", { class: "quiet" }, hint));

let bar: HTMLElement | undefined;
let fading = 0;

/** A line at the foot of the window with buttons, for a while. */
export function toast(text: string, ...buttons: HTMLElement[]): void {
  bar?.remove();
  clearTimeout(fading);
  bar = h("div", { class: "bar" }, h("span", {}, text), ...buttons);
  main.append(bar);
  say(text);
  fading = window.setTimeout(() => bar?.remove(), 30_000);
}

/** Runs a form's work when it is sent: the button waits, and what is wrong stands in the form. */
export function onSend(form: HTMLFormElement, work: (sent: FormData) => Promise<void>): HTMLFormElement {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>("button:not([type=button])");
    form.querySelector(".notice")?.remove();
    if (button) button.disabled = true;
    work(new FormData(form))
      .catch((error: unknown) => form.append(failure(error)))
      .finally(() => {
        if (button) button.disabled = false;
      });
  });
  return form;
}

/** A dialog with a form; resolves when it was sent and its work done, or was closed. */
export function ask(title: string, parts: Child[], go: string, work: (sent: FormData) => Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    let done = false;
    const heading = h("h2", { id: "dialog-title" }, title);
    const form = h("form", {}, ...parts, h("div", { class: "actions" }, h("button", { class: "main" }, go),
      h("button", { type: "button", onclick: () => dialog.close() }, t("cancel"))));
    const dialog = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => { dialog.remove(); resolve(done); } }, heading, form);
    onSend(form, async (sent) => {
      await work(sent);
      done = true;
      dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// On a phone the navigation is a line that is longer than the screen.
document.querySelector(".rail [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
