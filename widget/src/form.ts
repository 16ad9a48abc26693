/** The form as it stands on the page: its fields, where it stands, and a draft that outlives every failure. */

import { h } from "./dom";
import type { Draft, Memory } from "./memory";
import { isolated, t } from "./text";
import type { Comment, Place } from "./types";

const BODY_LIMIT = 5000;
export const FIELDS = ["name", "email", "website", "body"] as const;
export type Field = (typeof FIELDS)[number];

/** What the form asks of the thread that holds it. */
export interface FormOwner {
  place: Place;
  memory: Memory;
  signal: AbortSignal;
  /** Whether authors can be written to. */
  mail: boolean;
  /** The reader no longer wants to answer this comment. */
  cancelled(parent: string): void;
}

const TYPES: Record<Field, Record<string, string | boolean>> = {
  name: { autocomplete: "name", required: true, maxlength: "80" },
  email: { type: "email", autocomplete: "email", required: true, dir: "ltr" },
  website: { type: "url", autocomplete: "url", dir: "ltr" },
  body: { rows: "6", required: true, dir: "auto" },
};

const hidden = (name: string, value = ""): HTMLInputElement => h("input", { type: "hidden", name, value });

/** The extras send it. Where they do not come the browser does, as in a page without script. */
export class Form {
  readonly element: HTMLFormElement;
  readonly inputs: Record<Field, HTMLInputElement | HTMLTextAreaElement>;
  readonly alert = h("p", { class: "alert", hidden: true });
  readonly remember = h("input", { type: "checkbox", id: "remember" });
  readonly notify = h("input", { type: "checkbox", name: "notify" });
  readonly button = h("button", { class: "send", part: "button" }, t("form.send"));
  /** Comes to life with the extras. */
  readonly preview = h("button", { type: "button", class: "plain preview" }, t("form.preview"));
  /** Stays empty when a person writes. */
  readonly trap = h("input", { name: "trap", tabindex: "-1", autocomplete: "off" });
  /** Who sends; until somebody does, a press on the button is kept. */
  #sender: ((event: Event) => void) | null = null;
  #pressed = false;
  readonly #title = h("h3", { id: "form-title" });
  readonly #count = h("span", { id: "count", class: "small" });
  readonly #cancel = h("button", { type: "button", class: "plain" }, t("form.cancel"));
  readonly #parent = hidden("parent");
  readonly #owner: FormOwner;
  draft: Draft;

  constructor(owner: FormOwner) {
    this.#owner = owner;
    this.draft = owner.memory.draft;
    const { base, site, page } = owner.place;
    this.inputs = { name: h("input"), email: h("input"), website: h("input"), body: h("textarea") };
    this.element = h(
      "form",
      { novalidate: true, method: "post", action: `${base}v1/comments`, part: "form", "aria-labelledby": "form-title" },
      h("div", { class: "head" }, this.#title, this.#cancel),
      h("p", { class: "small" }, t("form.note")),
      this.alert,
      hidden("site", site),
      hidden("page", page),
      this.#parent,
      h("div", { class: "row" }, ...FIELDS.slice(0, 3).map((field) => this.#field(field))),
      this.#field("body"),
      h("label", { class: "check" }, this.remember, h("span", {}, t("form.remember"))),
      owner.mail && h("label", { class: "check" }, this.notify, h("span", {}, t("form.notify"))),
      h("label", { class: "hidden", "aria-hidden": "true" }, t("trap.label"), this.trap),
      h("div", { class: "end" }, this.button, this.preview, this.#count),
    );
    this.#restore();
    const { signal } = owner;
    this.element.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.element.addEventListener("input", () => this.typed(), { signal });
    this.#cancel.addEventListener("click", () => owner.cancelled(this.parent ?? ""), { signal });
  }

  /** The comment that is being answered. */
  get parent(): string | null {
    return this.draft.parent;
  }

  /** Has `sender` send from now on, at once if the reader has pressed the button already. */
  sendBy(sender: (event: Event) => void): void {
    this.#sender = sender;
    if (this.#pressed) this.element.requestSubmit();
  }

  /** Leaves checking and sending to the browser. */
  sendPlainly(): void {
    this.element.noValidate = false;
    this.sendBy(() => {});
  }

  #submit(event: Event): void {
    if (this.#sender) return this.#sender(event);
    event.preventDefault();
    this.#pressed = true;
  }

  /** Moves the form to `place`, to answer the comment there or nobody. */
  answer(comment: Comment | null, place: HTMLElement): void {
    this.draft.parent = comment?.id ?? null;
    this.#parent.value = comment?.id ?? "";
    this.#title.textContent = comment
      ? t("comment.reply_to", { name: isolated(comment.name) })
      : t("form.title");
    this.#cancel.hidden = !comment;
    place.append(this.element);
    this.#keepDraft();
  }

  /** Goes on with what the reader has begun to write in the same form as the page's server included it. */
  adopt(other: HTMLFormElement & { notify?: HTMLInputElement }): void {
    for (const field of FIELDS) {
      const from = other.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${field}"]`);
      const input = this.inputs[field];
      if (!from) continue;
      if (from.value) input.value = from.value;
      if (from === document.activeElement) input.focus({ preventScroll: true });
      if (field === "body") input.setSelectionRange(from.selectionStart, from.selectionEnd);
    }
    this.notify.checked ||= !!other.notify?.checked;
    this.typed();
  }

  /** Goes to the first field that still must be filled in, else to the comment. */
  focus(): void {
    const empty = FIELDS.map((field) => this.inputs[field]).find((input) => input.required && !input.value);
    (empty ?? this.inputs.body).focus();
  }

  /** What follows from another text: the draft is kept and its characters are counted. */
  typed(): void {
    this.#keepDraft();
    const left = BODY_LIMIT - [...this.inputs.body.value].length;
    this.#count.textContent = left < 0 ? t("form.over", { count: -left }) : t("form.left", { count: left });
    this.#count.classList.toggle("error", left < 0);
  }

  #field(field: Field): HTMLElement {
    const input = this.inputs[field];
    const described = `error-${field}${field === "body" ? " count" : ""}`;
    const attributes: Record<string, string | boolean> = { ...TYPES[field], id: field, name: field, "aria-describedby": described };
    for (const [name, value] of Object.entries(attributes)) {
      input.setAttribute(name, value === true ? "" : String(value));
    }
    const star = input.required && h("span", { class: "star", "aria-hidden": "true" }, " *");
    return h(
      "div",
      { class: "field" },
      h("label", { for: field }, t(`form.${field}`), star),
      input,
      h("p", { class: "error", id: `error-${field}`, hidden: true }),
    );
  }

  #restore(): void {
    const { profile } = this.#owner.memory;
    this.remember.checked = !!profile;
    for (const field of ["name", "email", "website"] as const) {
      this.inputs[field].value = String(profile?.[field] ?? "");
    }
    this.inputs.body.value = this.draft.body;
    this.notify.checked = !!this.draft.notify;
    this.typed();
  }

  #keepDraft(): void {
    this.draft.body = this.inputs.body.value;
    this.draft.notify = this.notify.checked;
    this.#owner.memory.draft = this.draft;
  }
}
