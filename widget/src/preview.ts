/** Shows what a text will look like: the service makes it of the source as it makes a comment. */

import { write } from "./api";
import { h } from "./dom";
import type { Form } from "./form";
import { excuse } from "./panel";
import { t, tongue } from "./text";
import type { Tools } from "./types";

/** While the reader writes on, the preview follows at this distance: well within the service's limit. */
const PAUSE_MS = 2_500;

export function preview({ element, inputs: { body: text }, preview: button }: Form, tools: Tools): void {
  const shown = h("div", { class: "body", dir: "auto" });
  const region = h(
    "div",
    { class: "sheet", role: "group", "aria-label": t("preview.title") },
    h("p", { class: "small" }, t("preview.markup")),
    shown,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = "";
  button.ariaExpanded = "false";
  button.classList.add("ready");

  async function show(aloud: boolean): Promise<void> {
    const body = text.value.trim();
    asked = body;
    try {
      const sent = { body: { site: tools.place.site, body } };
      const { body_html } = body
        ? await write<{ body_html: string }>(tools.place, tools.signal, ["POST", "preview"], sent)
        : { body_html: "" };
      if (asked !== body) return;
      shown.lang = tongue(body) ?? "";
      if (!shown.lang) shown.removeAttribute("lang");
      shown.replaceChildren(body ? tools.fragment(body_html) : h("p", { class: "small" }, t("preview.empty")));
      if (aloud) tools.announce(`${t("preview.title")}: ${shown.textContent?.trim() ?? ""}`);
    } catch (error) {
      if (!tools.signal.aborted && aloud) tools.announce(excuse(error));
      if (!tools.signal.aborted) shown.replaceChildren(h("p", { class: "error" }, excuse(error)));
    }
  }

  const toggle = (open: boolean): void => {
    clearTimeout(timer);
    if (open) element.querySelector(".end")?.before(region);
    else region.remove();
    button.ariaExpanded = String(open);
    button.textContent = t(open ? "preview.hide" : "preview.show");
    if (open) void show(true);
  };
  const { signal } = tools;
  button.addEventListener("click", () => toggle(!region.isConnected), { signal });
  text.addEventListener(
    "input",
    () => {
      clearTimeout(timer);
      if (region.isConnected) timer = setTimeout(() => void show(false), PAUSE_MS);
    },
    { signal },
  );
  // Sent, the form is empty.
  element.addEventListener("belowline-sent", () => toggle(false), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
}
