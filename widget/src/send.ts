/** Sends what the form holds: errors go to their fields, and what failed can be sent again without doubling. */

import { Problem, write } from "./api";
import { attemptKey } from "./attempt";
import { type Field, FIELDS, type Form } from "./form";
import { duration, find, t } from "./text";
import type { Comment, FieldError, Submission, Submitted, Tools } from "./types";

const BODY_LIMIT = 5000;
const TITLE_LIMIT = 300;

type Values = Record<Field, string>;

export class Sender {
  readonly #form: Form;
  readonly #tools: Tools;
  #busy = false;

  constructor(form: Form, tools: Tools) {
    this.#form = form;
    this.#tools = tools;
    form.sendBy((event) => void this.#submit(event));
  }

  #values(): Values {
    const entries = FIELDS.map((field) => [field, this.#form.inputs[field].value.trim()]);
    return Object.fromEntries(entries) as Values;
  }

  #check(values: Values): FieldError[] {
    const errors: [Field, string][] = [];
    for (const field of FIELDS) {
      if (this.#form.inputs[field].required && !values[field]) errors.push([field, "required"]);
    }
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
    this.#mark(errors);
    if (errors.length) return;
    this.#working(true);
    try {
      const content = { ...values, parent: this.#form.parent };
      const comment = await this.#send(content, attemptKey(this.#form.draft.nonce, JSON.stringify(content)));
      this.#done(values);
      this.#tools.sent(comment);
    } catch (error) {
      if (!this.#tools.signal.aborted) this.#fail(error);
    } finally {
      this.#working(false);
    }
  }

  async #send(written: Values & { parent: string | null }, key: string): Promise<Comment> {
    const { place, signal, memory } = this.#tools;
    const { site, page } = place;
    const title = [...document.title].slice(0, TITLE_LIMIT).join("");
    const submission: Submission = {
      ...{ site, page, title, ...written },
      trap: this.#form.trap.value,
      opened_at: this.#form.draft.opened,
    };
    let until = "";
    const answer = await write<Submitted>(place, signal, ["POST", "comments"], {
      body: submission,
      "Idempotency-Key": key,
      heard: (headers: Headers) => (until = headers.get("Author-Token-Expires") ?? ""),
    });
    const { comment, author_token: token } = answer;
    memory.keep({ comment, body: written.body, token, until });
    return { ...comment, replies: [] };
  }

  #working(busy: boolean): void {
    const { button } = this.#form;
    this.#busy = busy;
    button.setAttribute("aria-disabled", String(busy));
    button.textContent = t(busy ? "form.sending" : "form.send");
  }

  #done({ name, email, website }: Values): void {
    const { memory } = this.#tools;
    memory.profile = this.#form.remember.checked ? { name, email, website } : null;
    memory.draft = null;
    this.#form.draft = memory.draft;
    this.#form.inputs.body.value = "";
    this.#form.typed();
  }

  #fail(error: unknown): void {
    const { slug, errors, waitSeconds } = error instanceof Problem ? error : new Problem("other");
    this.#tools.tell("error", { slug });
    if (errors.length) return this.#mark(errors);
    const values = { wait: duration(waitSeconds || 60) };
    this.#warn(`${find(`problem.${slug}`, values) ?? t("problem.other")} ${t("form.kept")}`);
  }

  #warn(text: string): void {
    const { alert } = this.#form;
    alert.textContent = text;
    alert.hidden = !text;
    this.#tools.announce(text);
  }

  /** Writes each error at its field and goes to the first; what belongs to no field stands above the form. */
  #mark(errors: FieldError[]): void {
    const { element, inputs } = this.#form;
    const unplaced = errors.filter(({ field }) => !(field in inputs)).map(message);
    let first: HTMLElement | undefined;
    for (const field of FIELDS) {
      const error = errors.find((candidate) => candidate.field === field);
      const note = element.querySelector<HTMLElement>(`#error-${field}`);
      if (note) {
        note.hidden = !error;
        note.textContent = error ? message(error) : "";
      }
      if (error) {
        inputs[field].setAttribute("aria-invalid", "true");
        first ??= inputs[field];
      } else inputs[field].removeAttribute("aria-invalid");
    }
    const summary = errors.length > unplaced.length ? [t("error.summary", { count: errors.length })] : [];
    this.#warn([...unplaced, ...summary].join(" "));
    first?.focus();
  }
}

const message = ({ field, code, message }: FieldError): string =>
  find(`error.${field}.${code}`) ?? find(`error.${code}`) ?? message;
