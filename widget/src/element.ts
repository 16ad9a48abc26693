/** <belowline-thread>: reads a thread, draws it, and takes what readers write under it. */

import { isPublic, Problem, readThread, submit } from "./api";
import { refreshTimes } from "./comment";
import { h } from "./dom";
import { Form, type Written } from "./form";
import { Memory } from "./memory";
import css from "./style.css";
import { find, type Key, language, t } from "./text";
import { Tree } from "./tree";
import type { Comment, Own, Place, Thread, Tools } from "./types";

const SORTS = ["newest", "oldest", "top"] as const;
const MINUTE_MS = 60_000;
/** The file of the extras, beside this bundle; put in by the build. */
declare const EXTRAS: string;
const TITLE_LIMIT = 300;

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

export class BelowlineThread extends HTMLElement {
  /** The first reading of the thread, when the loader has begun it already. */
  declare begun?: Promise<Response> | undefined;

  #stop!: AbortController;
  #place!: Place;
  #memory!: Memory;
  #form: Form | null = null;
  #count = 0;
  readonly #heading = h("h2", { id: "title", part: "title" });
  readonly #picker = h("select", {}, ...SORTS.map((sort) => h("option", { value: sort }, t(`thread.${sort}`))));
  readonly #below = h("div", { class: "below" });
  readonly #home = h("div");
  readonly #live = h("p", { role: "status", class: "hidden" });
  readonly #root = h("section", {
    part: "thread",
    lang: language,
    dir: find("meta.direction"),
    "aria-labelledby": "title",
  });
  readonly #tree: Tree = new Tree({
    nameOf: (id) => this.#tree.get(id)?.name,
    reply: (comment) => this.#reply(comment),
    moreReplies: (cursor) => this.#pager("thread.more_replies", cursor),
    show: (id) => this.#show(id),
  });

  connectedCallback(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#place = {
      // The bundle stands in assets/ below the service, wherever that is.
      base: new URL("..", import.meta.url).href,
      site: this.getAttribute("site") ?? "",
      page: this.getAttribute("page") ?? "",
    };
    this.#memory = new Memory(this.#place);
    this.#picker.value = SORTS.find((sort) => sort === this.getAttribute("sort")) ?? "newest";
    this.#picker.addEventListener("change", () => void this.#load(), { signal });
    this.#frame();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#shade(dark.matches), { signal });
    this.#shade(dark.matches);
    const clock = setInterval(() => refreshTimes(this.#tree.list), MINUTE_MS);
    signal.addEventListener("abort", () => clearInterval(clock));
    this.#tree.clear(...Array.from({ length: 3 }, () => h("li", { class: "ghost" })));
    void this.#load();
  }

  disconnectedCallback(): void {
    this.#stop.abort();
    this.#form = null;
  }

  #frame(): void {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    const sort = h("label", { class: "small sort" }, t("thread.sort"), " ", this.#picker);
    this.#heading.textContent = t("thread.heading");
    this.#home.replaceChildren();
    this.#root.replaceChildren(h("div", { class: "head" }, this.#heading, sort), this.#tree.list, this.#below);
    this.#root.append(this.#home, this.#live);
    shadow.replaceChildren(this.#root);
  }

  /** `auto` follows the page rather than the system: light text around us means a dark page. */
  #shade(systemIsDark: boolean): void {
    const theme = this.getAttribute("theme");
    const rgb = /^rgba?\((\d+), (\d+), (\d+)/.exec(getComputedStyle(this).color)?.slice(1).map(Number);
    const [r = 0, g = 0, b = 0] = rgb ?? [];
    const pageIsDark = rgb ? 2 * r + 5 * g + b > 1020 : systemIsDark;
    this.#root.classList.toggle("dark", theme === "dark" || (theme !== "light" && pageIsDark));
  }

  async #load(): Promise<void> {
    const { begun } = this;
    this.begun = undefined;
    this.#root.ariaBusy = "true";
    this.#live.textContent = t("thread.loading");
    try {
      const thread = await readThread(this.#place, this.#picker.value, this.#stop.signal, { begun });
      this.#draw(thread);
      this.#live.textContent = this.#heading.textContent;
      this.#tell("loaded", { count: thread.page.count });
      this.#equip();
      await this.#review();
    } catch (error) {
      if (this.#failed(error)) this.#offerRetry();
    }
    this.#root.ariaBusy = null;
  }

  /** Tells the page and the reader; false when the element has left the page meanwhile. */
  #failed(error: unknown): boolean {
    if (this.#stop.signal.aborted) return false;
    this.#live.textContent = t("thread.failed");
    this.#tell("error", { slug: error instanceof Problem ? error.slug : "other" });
    return true;
  }

  #offerRetry(): void {
    const button = h("button", { type: "button" }, t("thread.retry"));
    button.addEventListener("click", () => void this.#load());
    this.#tree.clear();
    this.#below.replaceChildren(h("div", { class: "empty" }, h("p", {}, t("thread.failed")), button));
  }

  #draw(thread: Thread): void {
    this.#tree.clear();
    this.#tree.add(thread.comments);
    for (const own of this.#memory.own) {
      if (this.#tree.get(own.comment.id)) this.#published(own);
      else if (own.comment.status === "pending") this.#tree.add([{ ...own.comment, replies: [] }], true);
    }
    this.#below.replaceChildren(...(thread.next ? [this.#pager("thread.more", thread.next)] : []));
    this.#counted(thread.page.count);
    if (thread.page.open) this.#offerForm();
    else this.#home.replaceChildren(h("p", { class: "small closed" }, t("thread.closed")));
    this.#root.classList.toggle("closed", !thread.page.open);
    this.#show(/^#comment-([\w-]+)$/.exec(location.hash)?.[1] ?? "");
  }

  #counted(count: number): void {
    this.#count = count;
    this.#heading.textContent = count ? t("thread.count", { count }) : t("thread.heading");
    if (!this.#tree.size) {
      const hint = h("p", { class: "small" }, t("thread.empty_hint"));
      this.#below.replaceChildren(h("div", { class: "empty" }, h("p", {}, t("thread.empty")), hint));
    }
    this.#root.classList.toggle("bare", this.#tree.size < 2);
  }

  /** Own comments may be public on a part of the thread that is not loaded. */
  async #review(): Promise<void> {
    if (!this.#root.querySelector(".more")) return;
    for (const own of this.#memory.own) {
      const { id, status } = own.comment;
      if (status !== "pending" || !(await isPublic(this.#place, id, this.#stop.signal))) continue;
      this.#tree.add([{ ...own.comment, status: "approved", replies: [] }], true);
      this.#published(own);
    }
    this.#equip();
  }

  /** Remembers a public comment only as long as its author may change it. */
  #published({ comment, ...own }: Own): void {
    if (Date.parse(own.until) > Date.now()) this.#memory.keep({ comment: { ...comment, status: "approved" }, ...own });
    else this.#memory.forget(comment.id);
  }

  /** Votes, reports and own changes come when the thread is drawn: no first view waits for them. */
  #equip(): void {
    (import(new URL(EXTRAS, import.meta.url).href) as Promise<{ equip(tools: Tools): void }>)
      .then(({ equip }) =>
        equip({
          place: this.#place,
          root: this.#root,
          signal: this.#stop.signal,
          memory: this.#memory,
          comment: (id) => this.#tree.get(id),
          announce: (text) => (this.#live.textContent = text),
          changed: (id, comment) => this.#changed(id, comment),
        }),
      )
      // Reading and writing go on without them.
      .catch(() => {});
  }

  #changed(id: string, comment: Comment | null): void {
    const before = this.#tree.get(id);
    if (!before) return;
    if (this.#form?.parent === id) this.#form.answer(null, this.#home);
    if (comment) this.#tree.replace({ ...before, ...comment, replies: before.replies });
    else if (this.#tree.article(id)?.parentElement?.querySelector("li")) this.#tree.replace({ ...before, tombstone: true });
    else this.#tree.remove(id);
    const counts = (one: Comment | null): number => Number(!!one && one.status !== "pending");
    this.#counted(this.#count + counts(comment) - counts(before));
    this.#equip();
  }

  #pager(key: Key, cursor: string): HTMLButtonElement {
    const button = h("button", { type: "button", class: "more" }, t(key));
    const turn = async (): Promise<void> => {
      if (button.ariaDisabled) return;
      button.ariaDisabled = "true";
      try {
        const page = await readThread(this.#place, this.#picker.value, this.#stop.signal, { cursor });
        const added = this.#tree.add(page.comments);
        button.replaceWith(...(page.next ? [this.#pager(key, page.next)] : []));
        this.#live.textContent = t("thread.added", { count: added.length });
        this.#equip();
        this.#tree.article(added[0]?.id ?? "")?.focus();
      } catch (error) {
        button.ariaDisabled = null;
        if (this.#failed(error)) button.textContent = t("thread.retry");
      }
    };
    button.addEventListener("click", () => void turn());
    return button;
  }

  #offerForm(): void {
    this.#form ??= new Form({
      memory: this.#memory,
      signal: this.#stop.signal,
      send: (written, key) => this.#send(written, key),
      sent: (comment) => this.#sent(comment),
      failed: (slug) => this.#tell("error", { slug }),
      announce: (text) => (this.#live.textContent = text),
      cancelled: (parent) => {
        this.#form?.answer(null, this.#home);
        this.#tree.article(parent)?.querySelector<HTMLElement>("footer button")?.focus();
      },
    });
    const parent = this.#tree.get(this.#form.parent);
    this.#form.answer(parent ?? null, this.#placeOf(parent));
  }

  /** Where the form stands: under the comment that it answers, or below the thread. */
  #placeOf(comment?: Comment): HTMLElement {
    return this.#tree.article(comment?.id ?? "")?.querySelector<HTMLElement>(".content") ?? this.#home;
  }

  #reply(comment: Comment): void {
    this.#form?.answer(comment, this.#placeOf(comment));
    this.#form?.focus();
  }

  async #send(written: Written, key: string): Promise<Comment> {
    const { site, page } = this.#place;
    const title = [...document.title].slice(0, TITLE_LIMIT).join("");
    const answer = await submit(this.#place, { site, page, title, ...written }, key, this.#stop.signal);
    const { comment, author_token: token, until } = answer;
    this.#memory.keep({ comment, body: written.body, token, until });
    return { ...comment, replies: [] };
  }

  #sent(comment: Comment): void {
    const { id, status } = comment;
    this.#form?.answer(null, this.#home);
    if (!this.#tree.size) this.#below.replaceChildren();
    this.#tree.add([comment], true);
    this.#counted(this.#count + (status === "approved" ? 1 : 0));
    this.#show(id);
    this.#live.textContent = t(status === "approved" ? "form.sent_approved" : "form.sent_pending");
    this.#equip();
    this.#tell("submitted", { id, status });
  }

  #show(id: string): void {
    const article = this.#tree.article(id);
    article?.focus({ preventScroll: true });
    article?.scrollIntoView({ block: "center" });
  }

  #tell(name: "loaded" | "submitted" | "error", detail: object): void {
    this.dispatchEvent(new CustomEvent(`belowline:${name}`, { detail, bubbles: true, composed: true }));
  }
}

// Two bundles may meet on one page (an article and a teaser in two languages): the first defines the element.
if (!customElements.get("belowline-thread")) customElements.define("belowline-thread", BelowlineThread);
