/** A small form that opens under a comment, for a report or a change. */

import { Problem } from "./api";
import { h } from "./dom";
import { duration, find, t } from "./text";
import type { Tools } from "./types";

/** Why a call did not do what the reader wanted, in the reader's language. */
export function excuse(error: unknown): string {
  const problem = error instanceof Problem ? error : new Problem("other");
  const [wrong] = problem.errors;
  if (wrong) return find(`error.${wrong.field}.${wrong.code}`) ?? find(`error.${wrong.code}`) ?? wrong.message;
  if (problem.slug === "rate-limited") return t("extra.wait", { wait: duration(problem.waitSeconds || 60) });
  return problem.slug === "window-closed" ? t("own.closed") : t("extra.failed");
}

export interface PanelWanted {
  opener: HTMLElement;
  title: string;
  send: string;
  fields: HTMLElement[];
  act(): Promise<void>;
}

/** Opens under the footer of the opener, with the focus in it; closed, it gives the focus back. */
export function openPanel({ opener, title, send, fields, act }: PanelWanted, tools: Tools): void {
  const footer = opener.closest("footer");
  if (!footer || footer.nextElementSibling?.matches(".panel")) return;
  const alert = h("p", { class: "error", id: "panel-error" });
  const cancel = h("button", { type: "button", class: "plain" }, t("extra.cancel"));
  const submit = h("button", { class: "send" }, send);
  const panel = h(
    "form",
    { class: "panel", novalidate: true, "aria-label": title },
    h("p", { class: "title", "aria-hidden": "true" }, title),
    ...fields,
    alert,
    h("div", { class: "end" }, submit, cancel),
  );
  const close = (): void => {
    panel.remove();
    opener.focus();
  };
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit.ariaDisabled === "true") return;
    submit.ariaDisabled = "true";
    act()
      .then(() => panel.remove())
      .catch((error: unknown) => {
        if (tools.signal.aborted) return;
        alert.textContent = excuse(error);
        tools.announce(alert.textContent);
        field?.setAttribute("aria-invalid", "true");
        field?.focus();
      })
      .finally(() => (submit.ariaDisabled = null));
  });
  panel.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  cancel.addEventListener("click", close);
  footer.after(panel);
  const field = panel.querySelector<HTMLElement>("select, textarea");
  field?.setAttribute("aria-describedby", alert.id);
  (field ?? submit).focus();
}
