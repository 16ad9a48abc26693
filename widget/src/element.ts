/** <belowline-thread>: reads a thread, draws it, and takes what readers write under it. */

import { COMMENT_ID, linkedId } from "./address";
import { Problem, readThread } from "./api";
import { refreshTimes } from "./comment";
import { h } from "./dom";
import { Form } from "./form";
import * as markup from "./markup";
import { Memory } from "./memory";
import css from "./style.css";
import { find, type Key, language, t } from "./text";
import { Tree } from "./tree";
import type { Comment, Own, Place, Thread, Tools } from "./types";

const SORTS = ["newest", "oldest", "top"] as const;
const MINUTE_MS = 60_000;
/** The file of the extras, beside this bundle; put in by the build. */
declare const EXTRAS: string;
/** How many comments a turn of the pager brings. */
const PAGE = 200;
const NAME = "belowline-thread";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Bundles of two languages may meet on one page (an article and a teaser): this is the class of the first. */
const first = customElements.get(NAME) as typeof BelowlineThread | undefined;
const ours = first?.markup ?? markup;

export class BelowlineThread extends HTMLElement {
  /** For the bundle of another language: a page may allow one policy of our name, and it is taken then. */
  static readonly markup = markup;
  /** The first reading of the thread, when the loader has begun it already. */
  declare begun?: Promise<Response> | undefined;
  /** The same thread as the page's server included it; it stays until the thread is drawn. */
  declare included?: Element | null;

  #stop!: AbortController;
  #place!: Place;
  #memory!: Memory;
  #form: Form | null = null;
  #count = 0;
  readonly #heading = h("h2", { id: "title", part: "title" });
  readonly #picker = h("select", {}, ...SORTS.map((sort) => h("option", { value: sort }, t(`thread.${sort}`))));
  readonly #below = h("div", { class: "below" });
  readonly #home = h("div");
  readonly #mine = h("a", { class: "small" }, t("thread.mine"));
  readonly #live = h("p", { role: "status", class: "hidden" });
  readonly #root = h("section", {
    part: "thread",
    lang: language,
    dir: find("meta.direction"),
    "aria-labelledby": "title",
  });
  readonly #tree: Tree = new Tree({
    fragment: ours.fragment,
    nameOf: (id) => this.#tree.get(id)?.name,
    reply: (comment) => this.#reply(comment),
    moreReplies: (cursor) => this.#pager("thread.more_replies", cursor),
  });

  connectedCallback(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#place = {
      // The bundle stands in assets/ below the service, wherever that is.
      base: this.getAttribute("service") ?? new URL("..", import.meta.url).href,
      site: this.getAttribute("site") ?? "",
      page: this.getAttribute("page") ?? "",
    };
    this.#memory = new Memory(this.#place);
    this.#picker.value = SORTS.find((sort) => sort === this.getAttribute("sort")) ?? "newest";
    this.#picker.addEventListener("change", () => void this.#load(), { signal });
    this.#frame();
    // Our own style has the colour of the page take a moment to arrive: that it changed is told by an event.
    this.addEventListener("transitionend", ({ target }) => target === this && this.#shade(), { signal });
    this.#shade();
    addEventListener("hashchange", () => this.#follow(linkedId()), { signal });
    this.#root.addEventListener("click", ({ target }) => this.#clicked(target as Element), { signal });
    const clock = setInterval(() => refreshTimes(this.#tree.list), MINUTE_MS);
    signal.addEventListener("abort", () => clearInterval(clock));
    this.hidden = !!this.included;
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
    this.#mine.href = `${this.#place.base}mail/mine?site=${this.#place.site}`;
    this.#home.replaceChildren();
    this.#root.replaceChildren(h("div", { class: "head" }, this.#heading, sort), this.#tree.list, this.#below);
    this.#root.append(this.#home, this.#live);
    shadow.replaceChildren(this.#root);
  }

  /** `auto` follows the page rather than the system: light text around us means a dark page. */
  #shade(): void {
    const theme = this.getAttribute("theme");
    // The style sheet writes the text's colour there, in whatever words the page gave it, as shares of red, green, blue.
    const [r = 0, g = 0, b = 0] = getComputedStyle(this).outlineColor.match(/[\d.]+/g)?.map(Number) ?? [];
    this.#root.classList.toggle("dark", theme === "dark" || (theme !== "light" && 2 * r + 5 * g + b > 4));
  }

  async #load(): Promise<void> {
    const { begun } = this;
    this.begun = undefined;
    this.#root.ariaBusy = "true";
    this.#live.textContent = t("thread.loading");
    try {
      const thread = await readThread(this.#place, this.#picker.value, this.#stop.signal, { begun });
      this.#draw(thread);
      this.#takeOver();
      this.#follow(linkedId(), true);
      this.#live.textContent = this.#heading.textContent;
      this.#tell("loaded", { count: thread.page.count });
      this.#equip();
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

  #draw({ page, comments, linked, next }: Thread): void {
    this.#tree.clear();
    this.#tree.add(comments);
    if (linked) this.#tree.add([linked], true);
    for (const own of this.#memory.own) {
      const { id, status } = own.comment;
      if (this.#tree.get(id)) this.#published(own);
      else if (status !== "approved") this.#tree.add([{ ...own.comment, replies: [] }], true);
    }
    this.#below.replaceChildren(...(next ? [this.#pager("thread.more", next)] : []));
    this.#counted(page.count);
    if (page.mail) this.#home.after(this.#mine);
    else this.#mine.remove();
    if (page.open) this.#offerForm(page.mail);
    else this.#home.replaceChildren(h("p", { class: "small closed" }, t("thread.closed")));
    this.#root.classList.toggle("closed", !page.open);
  }

  /** Steps into the place of the thread that the page's server included: same words, same place on the screen. */
  #takeOver(): void {
    const { included } = this;
    if (!included) return;
    const seen = [...included.querySelectorAll("article")].find((one) => one.getBoundingClientRect().bottom > 0);
    const before = seen?.getBoundingClientRect().top ?? 0;
    const container = this.parentElement as HTMLElement;
    // Until the window has another width: what stands below keeps its place if our lines are fewer.
    container.style.minHeight ||= `${container.offsetHeight}px`;
    addEventListener("resize", () => (container.style.minHeight = ""), { signal: this.#stop.signal, once: true });
    this.hidden = false;
    const form = included.querySelector("form");
    if (form) this.#form?.adopt(form);
    // Not replaceChildren: it would take this element off the page for a moment.
    for (const other of [...container.childNodes]) if (other !== this) other.remove();
    this.included = null;
    const after = seen && this.#tree.article(seen.id.slice(COMMENT_ID.length))?.getBoundingClientRect().top;
    if (after && before < 0) scrollBy({ top: after - before, behavior: "instant" });
  }

  /** To the comment that an address leads to; one that is not loaded is asked for, once. */
  #follow(id: string, loaded = false): void {
    if (this.#tree.get(id)) this.#show(id);
    else if (id && !loaded) void this.#load();
  }

  #clicked(target: Element): void {
    const { hash = "" } = target.closest<HTMLAnchorElement>(`a[href*="#${COMMENT_ID}"]`) ?? {};
    this.#show(hash.slice(1 + COMMENT_ID.length));
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
          ...ours,
          form: this.#form,
          tell: (name, detail) => this.#tell(name, detail),
          sent: (comment) => this.#sent(comment),
          changed: (id, comment) => this.#changed(id, comment),
          count: () => this.#count,
          merge: (thread) => this.#merge(thread),
        }),
      )
      // Reading and writing go on without them.
      .catch(() => this.#form?.sendPlainly());
  }

  #changed(id: string, comment: Comment | null): void {
    const before = this.#tree.get(id);
    if (!before) return;
    if (this.#form?.parent === id) this.#form.answer(null, this.#home);
    if (comment) this.#tree.replace({ ...before, ...comment, replies: before.replies });
    else if (this.#tree.article(id)?.parentElement?.querySelector("li")) this.#tree.replace({ ...before, tombstone: true });
    else this.#tree.remove(id);
    const counts = (one: Comment | null): number => Number((one?.status ?? (one && "approved")) === "approved");
    this.#counted(this.#count + counts(comment) - counts(before));
    this.#equip();
  }

  #merge({ page, comments }: Thread): Comment[] {
    const added = this.#tree.add(comments, true);
    this.#counted(page.count);
    this.#equip();
    return added;
  }

  #pager(key: Key, cursor: string): HTMLButtonElement {
    const button = h("button", { type: "button", class: "more" }, t(key));
    const turn = async (): Promise<void> => {
      if (button.ariaDisabled) return;
      button.ariaDisabled = "true";
      try {
        const page = await readThread(this.#place, this.#picker.value, this.#stop.signal, { cursor, limit: PAGE });
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

  #offerForm(mail: boolean): void {
    this.#form ??= new Form({
      place: this.#place,
      memory: this.#memory,
      signal: this.#stop.signal,
      mail,
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
    if (!article) return;
    this.#root.querySelector(".linked")?.classList.remove("linked");
    article.classList.add("linked");
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: "center" });
  }

  #tell(name: "loaded" | "submitted" | "error", detail: object): void {
    this.dispatchEvent(new CustomEvent(`belowline:${name}`, { detail, bubbles: true, composed: true }));
  }
}

/** The name of the element in this language; the first one has the short name. */
export const tag = first ? `${NAME}-${language}` : NAME;
customElements.define(tag, BelowlineThread);
