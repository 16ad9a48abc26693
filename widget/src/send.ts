/** Sends what the form holds: errors go to their fields, and what failed can be sent again without doubling. */

import { Problem, write } from "./api";
import { attemptKey } from "./attempt";
import { type Field, FIELDS, type Form } from "./form";
import { keepProof, proofFor } from "./proof";
import { duration, find, t } from "./text";
import { canSolve } from "./solve";
import type { Comment, FieldError, Submission, Submitted, Tools } from "./types";

const BODY_LIMIT = 5000;
const TITLE_LIMIT = 300;

/** The file that does proofs of work, beside this bundle; put in by the build. */
declare const WORK: string;
/** What a client says that can do one and has none yet. */
const CAN_SOLVE = "ask";
const ATTEMPTS = 5;

type Values = Record<Field, string>;
type Written = Values & { parent: string | null; notify: boolean };

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
      const content = { ...values, parent: this.#form.parent, notify: this.#form.notify.checked };
      const comment = await this.#sendAndWork(content, attemptKey(this.#form.draft.nonce, JSON.stringify(content)));
      this.#done(values);
      this.#tools.sent(comment);
    } catch (error) {
      if (!this.#tools.signal.aborted) this.#fail(error);
    } finally {
      this.#working(false);
    }
  }

  /** Sends; where work is asked for does that, and sends again. A challenge that is no longer good is asked for anew. */
  async #sendAndWork(written: Written, key: string): Promise<Comment> {
    let challenge = canSolve() ? CAN_SOLVE : "";
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(written, key, challenge);
      } catch (error) {
        if (!(error instanceof Problem) || attempt === ATTEMPTS) throw error;
        if (error.challenge) {
          const { work } = (await import(new URL(WORK, import.meta.url).href)) as typeof import("./work");
          challenge = await work(error.challenge, this.#form.alert, this.#tools);
        } else if (error.errors.some(({ field }) => field === "challenge")) challenge = CAN_SOLVE;
        else throw error;
      }
    }
  }

  async #send(written: Written, key: string, challenge: string): Promise<Comment> {
    const { place, signal, memory } = this.#tools;
    const { site, page } = place;
    const title = [...document.title].slice(0, TITLE_LIMIT).join("");
    const submission: Submission = {
      ...{ site, page, title, ...written },
      ...(challenge && { challenge }),
      trap: this.#form.trap.value,
      opened_at: this.#form.draft.opened,
    };
    let until = "";
    const answer = await write<Submitted>(place, signal, ["POST", "comments"], {
      body: submission,
      "Idempotency-Key": key,
      ...proofFor(place),
      heard: (headers: Headers) => (until = headers.get("Author-Token-Expires") ?? ""),
    });
    const { comment, author_token: token } = answer;
    memory.keep({ comment, body: written.body, token, until });
    keepProof(place, { id: comment.id, token });
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
