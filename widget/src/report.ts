/** The button with which a reader tells the moderators about a comment. */

import { write } from "./api";
import { h } from "./dom";
import { openPanel } from "./panel";
import { t } from "./text";
import type { Comment, Tools } from "./types";

const REASONS = ["spam", "abuse", "off_topic", "illegal", "other"] as const;
const NOTE_LIMIT = "1000";

export function report(footer: HTMLElement, comment: Comment, tools: Tools): HTMLElement {
  const button = h("button", { type: "button", class: "plain" }, t("report.open"));
  button.addEventListener("click", () => {
    const options = REASONS.map((reason) => h("option", { value: reason }, t(`report.${reason}`)));
    const reason = h("select", {}, ...options);
    const note = h("textarea", { rows: "2", maxlength: NOTE_LIMIT, dir: "auto" });
    const act = async (): Promise<void> => {
      const body = { reason: reason.value, note: note.value };
      await write(tools.place, tools.signal, ["POST", `comments/${comment.id}/reports`], { body });
      button.replaceWith(h("span", { class: "small" }, t("report.thanks")));
      tools.announce(t("report.thanks"));
      footer.closest<HTMLElement>("article")?.focus();
    };
    const fields = [
      h("label", { class: "field" }, t("report.reason"), reason),
      h("label", { class: "field" }, t("report.note"), note),
    ];
    openPanel({ opener: button, title: t("report.title"), send: t("report.send"), fields, act }, tools);
  });
  return button;
}
