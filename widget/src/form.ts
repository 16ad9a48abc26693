/** The form: what the reader writes, where each error belongs, and a draft that outlives every failure. */

import { Problem } from "./api";
import { h } from "./dom";
import { attemptKey, type Draft, type Memory } from "./memory";
import { duration, find, isolated, t } from "./text";
import type { Comment, FieldError, Submission } from "./types";

const BODY_LIMIT = 5000;
const FIELDS = ["name", "email", "website", "body"] as const;
type Field = (typeof FIELDS)[number];

/** What the reader has written. */
export type Written = Pick<Submission, Field | "parent">;

/** What the form asks of the thread that holds it. */
export interface FormOwner {
  memory: Memory;
  signal: AbortSignal;
  send(written: Written, key: string): Promise<Comment>;
  sent(comment: Comment): void;
  failed(slug: string): void;
  announce(text: string): void;
  /** The reader no longer wants to answer this comment. */
  cancelled(parent: string): void;
}

const TYPES: Record<Field, Record<string, string | boolean>> = {
  name: { autocomplete: "name", required: true, maxlength: "80" },
  email: { type: "email", autocomplete: "email", required: true, dir: "ltr" },
  website: { type: "url", autocomplete: "url", dir: "ltr" },
  body: { rows: "6", required: true, dir: "auto" },
};

export class Form {
  readonly element: HTMLFormElement;
  readonly #title = h("h3", { id: "form-title" });
  readonly #alert = h("p", { class: "alert", hidden: true });
  readonly #count = h("span", { id: "count", class: "small" });
  readonly #remember = h("input", { type: "checkbox", id: "remember" });
  readonly #button = h("button", { class: "send", part: "button" }, t("form.send"));
  readonly #cancel = h("button", { type: "button", class: "plain" }, t("form.cancel"));
  readonly #inputs: Record<Field, HTMLInputElement | HTMLTextAreaElement>;
  #draft: Draft;
  #busy = false;

  readonly #owner: FormOwner;

  constructor(owner: FormOwner) {
    this.#owner = owner;
    this.#inputs = { name: h("input"), email: h("input"), website: h("input"), body: h("textarea") };
    this.element = h(
      "form",
      { novalidate: true, part: "form", "aria-labelledby": "form-title" },
      h("div", { class: "head" }, this.#title, this.#cancel),
      h("p", { class: "small" }, t("form.note")),
      this.#alert,
      h("div", { class: "row" }, ...FIELDS.slice(0, 3).map((field) => this.#field(field))),
      this.#field("body"),
      h("label", { class: "check" }, this.#remember, h("span", {}, t("form.remember"))),
      h("div", { class: "end" }, this.#button, this.#count),
    );
    this.#draft = owner.memory.draft;
    this.#restore();
    const { signal } = owner;
    this.element.addEventListener("submit", (event) => void this.#submit(event), { signal });
    this.#inputs.body.addEventListener("input", () => this.#typed(), { signal });
    this.#cancel.addEventListener("click", () => owner.cancelled(this.#draft.parent ?? ""), { signal });
  }

  get parent(): string | null {
    return this.#draft.parent;
  }

  /** Moves the form to `place`, to answer the comment there or nobody. */
  answer(comment: Comment | null, place: HTMLElement): void {
    this.#draft.parent = comment?.id ?? null;
    this.#title.textContent = comment
      ? t("comment.reply_to", { name: isolated(comment.name) })
      : t("form.title");
    this.#cancel.hidden = !comment;
    place.append(this.element);
    this.#keepDraft();
  }

  /** Goes to the first field that still must be filled in, else to the comment. */
  focus(): void {
    const empty = FIELDS.map((field) => this.#inputs[field]).find((input) => input.required && !input.value);
    (empty ?? this.#inputs.body).focus();
  }

  #field(field: Field): HTMLElement {
    const input = this.#inputs[field];
    const attributes: Record<string, string | boolean> = { ...TYPES[field], id: field, name: field };
    for (const [name, value] of Object.entries(attributes)) {
      input.setAttribute(name, value === true ? "" : String(value));
    }
    const described = `error-${field}${field === "body" ? " count" : ""}`;
    input.setAttribute("aria-describedby", described);
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
    const profile = this.#owner.memory.profile;
    this.#remember.checked = !!profile;
    for (const field of ["name", "email", "website"] as const) {
      this.#inputs[field].value = String(profile?.[field] ?? "");
    }
    this.#inputs.body.value = this.#draft.body;
    this.#counted();
  }

  #typed(): void {
    this.#keepDraft();
    this.#counted();
  }

  #keepDraft(): void {
    this.#draft.body = this.#inputs.body.value;
    this.#owner.memory.draft = this.#draft;
  }

  #counted(): void {
    const left = BODY_LIMIT - [...this.#inputs.body.value].length;
    this.#count.textContent = left < 0 ? t("form.over", { count: -left }) : t("form.left", { count: left });
    this.#count.classList.toggle("error", left < 0);
  }

  #values(): Record<Field, string> {
    const { name, email, website, body } = this.#inputs;
    return {
      name: name.value.trim(),
      email: email.value.trim(),
      website: website.value.trim(),
      body: body.value.trim(),
    };
  }

  #check(values: Record<Field, string>): FieldError[] {
    const errors: [Field, string][] = [];
    for (const field of FIELDS) if (this.#inputs[field].required && !values[field]) errors.push([field, "required"]);
    if (values.email && !/^[^@\s]+@[^@\s]+$/.test(values.email)) errors.push(["email", "invalid"]);
    if (values.website && !/^https?:\/\/./i.test(values.website)) errors.push(["website", "invalid"]);
    if ([...values.body].length > BODY_LIMIT) errors.push(["body", "too_long"]);
    return errors.map(([field, code]) => ({ field, code, message: "" }));
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#busy) return;
    const values = this.#values();
    const errors = this.#check(values);
    if (errors.length) return this.#mark(errors);
    this.#mark([]);
    this.#working(true);
    try {
      const content = { ...values, parent: this.#draft.parent };
      const comment = await this.#owner.send(content, attemptKey(this.#draft.nonce, JSON.stringify(content)));
      this.#done(values);
      this.#owner.sent(comment);
    } catch (error) {
      if (!this.#owner.signal.aborted) this.#fail(error);
    } finally {
      this.#working(false);
    }
  }

  #working(busy: boolean): void {
    this.#busy = busy;
    this.#button.setAttribute("aria-disabled", String(busy));
    this.#button.textContent = t(busy ? "form.sending" : "form.send");
  }

  #done({ name, email, website }: Record<Field, string>): void {
    this.#owner.memory.profile = this.#remember.checked ? { name, email, website } : null;
    this.#owner.memory.draft = null;
    this.#draft = this.#owner.memory.draft;
    this.#inputs.body.value = "";
    this.#counted();
  }

  #fail(error: unknown): void {
    const { slug, errors, waitSeconds } = error instanceof Problem ? error : new Problem("other");
    this.#owner.failed(slug);
    if (errors.length) return this.#mark(errors);
    const values = { wait: duration(waitSeconds || 60) };
    this.#warn(`${find(`problem.${slug}`, values) ?? t("problem.other")} ${t("form.kept")}`);
  }

  #warn(text: string): void {
    this.#alert.textContent = text;
    this.#alert.hidden = !text;
    this.#owner.announce(text);
  }

  /** Writes each error at its field and goes to the first; what belongs to no field stands above the form. */
  #mark(errors: FieldError[]): void {
    const unplaced = errors.filter(({ field }) => !(field in this.#inputs)).map(message);
    let first: HTMLElement | undefined;
    for (const field of FIELDS) {
      const error = errors.find((candidate) => candidate.field === field);
      const note = this.element.querySelector<HTMLElement>(`#error-${field}`);
      if (note) {
        note.hidden = !error;
        note.textContent = error ? message(error) : "";
      }
      this.#inputs[field].toggleAttribute("aria-invalid", !!error);
      if (error) {
        this.#inputs[field].setAttribute("aria-invalid", "true");
        first ??= this.#inputs[field];
      }
    }
    const summary = errors.length > unplaced.length ? [t("error.summary", { count: errors.length })] : [];
    this.#warn([...unplaced, ...summary].join(" "));
    first?.focus();
  }
}

const message = ({ field, code, message }: FieldError): string =>
  find(`error.${field}.${code}`) ?? find(`error.${code}`) ?? message;
