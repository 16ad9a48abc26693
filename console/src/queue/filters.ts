/** What the queue shows: kept in the address, but for what was searched, which may name somebody. */

import type { Query } from "../api";
import { field, h, select } from "../dom";
import { sites } from "../page";
import { t } from "../text";
import type { Queued } from "../types";

const STATUSES = ["pending", "approved", "rejected", "spam", "deleted"];
const ORDERS = ["oldest", "newest", "risk"];
const LANGUAGES = ["en", "tr", "ur", "de", "fr", "es", "ar", "fa", "ru", "uk", "el", "he", "hi", "zh", "ja", "ko"];
/** Set by links from other pages, and shown as something to take away. */
const NAMED = ["page", "author", "campaign"] as const;
const SEARCH_PAUSE_MS = 350;

const checks = (): string[] =>
  Object.keys(globalThis.belowlineTexts).filter((key) => key.startsWith("check.")).map((key) => key.slice("check.".length));

export class Filters {
  readonly element = h("form", { class: "filters", role: "search" });
  readonly chips = h("div", { class: "chips" });
  readonly #named = new Map<string, string>();

  readonly #status: HTMLElement;
  #review: boolean;

  constructor(readonly changed: () => void) {
    const asked = new URLSearchParams(location.search);
    this.#review = asked.get("review") === "true";
    for (const name of NAMED) if (asked.get(name)) this.#named.set(name, asked.get(name) ?? "");
    const names = new Intl.DisplayNames(document.documentElement.lang, { type: "language", fallback: "code" });
    const any: [string, string] = ["", t("filter.any")];
    const chooser = (name: string, options: [string, string][]): HTMLElement =>
      field(t(`filter.${name}`), select(name, options, asked.get(name) ?? ""));
    if (sites.length > 1) this.element.append(chooser("site", [["", t("filter.all_sites")], ...sites.map((site): [string, string] => [site.slug, site.name])]));
    this.#status = chooser("status", STATUSES.map((status) => [status, t(`status.${status}`)]));
    this.#status.hidden = this.#review;
    this.element.append(
      this.#status,
      chooser("order", ORDERS.map((order) => [order, t(`order.${order}`)])),
      chooser("signal", [any, ...checks().map((check): [string, string] => [check, t(`check.${check}`)])]),
      chooser("language", [any, ...LANGUAGES.map((code): [string, string] => [code, names.of(code) ?? code])]),
      field(t("filter.q"), h("input", { type: "search", name: "q", maxlength: 200, autocomplete: "off" }), { class: "search" }),
    );
    let pause = 0;
    this.element.addEventListener("change", () => this.#tell());
    this.element.addEventListener("input", (event) => {
      if ((event.target as HTMLInputElement).name !== "q") return;
      clearTimeout(pause);
      pause = window.setTimeout(() => this.#tell(), SEARCH_PAUSE_MS);
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(pause);
      this.#tell();
    });
    this.#drawChips();
  }

  /** For the API. */
  get query(): Query {
    const chosen: Query = Object.fromEntries(this.#named);
    for (const [name, value] of new FormData(this.element)) if (typeof value === "string" && value.trim()) chosen[name] = value;
    if (!this.#review) return chosen;
    const { status: _, ...others } = chosen; // it does not matter then
    return { ...others, review: "true" };
  }

  /** Whether only what is to be checked is shown. */
  get review(): boolean {
    return this.#review;
  }

  set review(chosen: boolean) {
    this.#review = chosen;
    this.#status.hidden = chosen;
    this.#tell();
  }

  get status(): string {
    return this.#review ? "approved" : String(this.query.status ?? "pending");
  }

  /** Whether a comment that was here belongs here, as it is now. */
  shows(comment: Queued): boolean {
    return this.#review ? comment.review_due : comment.status === this.status;
  }

  /** Whether the first of two comments stands before the other. */
  before(one: Queued, other: Queued): boolean {
    if (this.order === "newest") return one.id > other.id;
    if (this.order === "risk") return one.score > other.score || (one.score === other.score && one.id > other.id);
    return one.id < other.id;
  }

  /** Whether all that waits is shown, on the sites chosen. */
  get everything(): boolean {
    return !this.#review && this.status === "pending" && !this.narrow;
  }

  get order(): string {
    return String(this.query.order ?? "oldest");
  }

  /** Whether anything but site, status and order narrows what is shown. */
  get narrow(): boolean {
    return Object.keys(this.query).some((name) => !["site", "status", "order", "review"].includes(name));
  }

  #last = "";

  #tell(): void {
    const now = JSON.stringify(this.query);
    if (now === this.#last) return;
    this.#last = now;
    const shown = new URLSearchParams();
    for (const [name, value] of Object.entries(this.query)) if (name !== "q") shown.set(name, String(value));
    history.replaceState(null, "", `${location.pathname}?${shown}`);
    this.changed();
  }

  #drawChips(): void {
    this.chips.replaceChildren(...[...this.#named.keys()].map((name) =>
      h("button", { type: "button", onclick: () => {
        this.#named.delete(name);
        this.#drawChips();
        this.#tell();
      } }, t(`filter.only_${name}`), " ×")));
    this.chips.hidden = this.#named.size === 0;
  }
}
