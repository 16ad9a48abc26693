/** The queue: one comment after another, by keyboard or by hand, beside colleagues who do the same. */

import { call, get, post, Problem } from "../api";
import { fill, h } from "../dom";
import { content, actor, empty, failure, main, reasons, say, toast } from "../page";
import { Card, counted, prepare, strongest } from "../queue/card";
import { Filters } from "../queue/filters";
import { help, kbd, listen, type Shortcut } from "../queue/keys";
import { look, watch } from "../queue/live";
import { type Done, forget, remember, takeBack } from "../queue/undo";
import { person, since, t } from "../text";
import { ALLOWED, type Change, type Decision, type Live, type Queued, type QueueAnswer } from "../types";

const AT_ONCE = 50;
const READY_AHEAD = 15;
const PREPARED_AHEAD = 3;

const filters = new Filters(() => void load());
const count = h("span", { class: "quiet", "data-count": true });
const list = h("ol", { class: "queue" });
const foot = h("div");
const arrived = h("button", { type: "button", hidden: true, onclick: () => void load() });
const selection = h("div", { class: "bar select", hidden: true, role: "group", "aria-label": t("queue.selection") });
const badge = document.querySelector<HTMLElement>("[data-pending]");

let cards: Card[] = [];
let current: Card | undefined;
let next: string | null = null;
let total = 0;
let loading = 0;
let fetching = false;
/** Decisions under way: what they are about is no news when the service tells of it. */
const under = new Set<string>();
const fresh = new Set<string>();
let claims = new Map<string, string[]>();

const wishes = {
  decide,
  open: (card: Card): void => go(card),
  select: (card: Card, chosen: boolean): void => {
    card.selected = chosen;
    drawSelection();
  },
  alike,
};

// Reading

async function load(keep?: string): Promise<void> {
  const mine = ++loading;
  content.setAttribute("aria-busy", "true");
  fresh.clear();
  arrived.hidden = true;
  try {
    const answer = await get<QueueAnswer>("moderation/comments", { ...filters.query, limit: AT_ONCE });
    if (mine !== loading) return; // another question was asked meanwhile
    cards = [];
    list.replaceChildren();
    current = undefined;
    add(answer);
    drawSelection();
    go(cards.find((card) => card.comment.id === keep) ?? cards[0], false);
  } catch (error) {
    if (mine === loading) fill(foot, failure(error, () => void load()));
  }
  if (mine === loading) content.removeAttribute("aria-busy");
}

function add(answer: QueueAnswer): void {
  const known = new Set(cards.map((card) => card.comment.id));
  const more = answer.comments.filter((comment) => !known.has(comment.id) && !under.has(comment.id)).map((comment) => new Card(comment, wishes));
  cards.push(...more);
  list.append(...more.map((card) => card.element));
  next = answer.next;
  total = answer.total - [...under].length;
  drawClaims();
  drawFoot();
}

async function readOn(): Promise<void> {
  if (!next || fetching) return;
  fetching = true;
  const mine = loading;
  try {
    const answer = await get<QueueAnswer>("moderation/comments", { ...filters.query, cursor: next, limit: AT_ONCE });
    if (mine === loading) {
      add(answer);
      if (!current) go(cards[0]);
    }
  } catch (error) {
    fill(foot, failure(error, () => void readOn()));
  }
  fetching = false;
}

function drawFoot(): void {
  count.textContent = t("queue.count", { count: Math.max(total, cards.length) });
  if (badge && filters.status === "pending" && !filters.narrow) showPending(Math.max(total, cards.length));
  if (cards.length) fill(foot, next && h("p", {}, h("button", { type: "button", onclick: () => void readOn() }, t("more"))));
  else if (next) fill(foot, h("p", { class: "quiet" }, t("loading")));
  else if (filters.narrow || filters.status !== "pending") fill(foot, empty(t("queue.nothing"), t("queue.nothing_hint")));
  else fill(foot, empty(t("queue.clear"), t("queue.clear_hint")));
}

function showPending(number: number): void {
  if (!badge) return;
  badge.hidden = number === 0;
  badge.textContent = counted(number);
}

// Going

function go(card: Card | undefined, focus = true): void {
  if (card === current && card) return;
  if (current) current.current = false;
  current = card;
  look(card && filters.status === "pending" ? card.comment.id : null);
  if (!card) return;
  card.current = true;
  if (focus) card.focus();
  const at = cards.indexOf(card);
  for (const ahead of cards.slice(at + 1, at + 1 + PREPARED_AHEAD)) prepare(ahead.comment);
  if (cards.length - at < READY_AHEAD) void readOn();
}

const step = (by: number): void => {
  const at = current ? cards.indexOf(current) + by : 0;
  go(cards[Math.min(Math.max(at, 0), cards.length - 1)]);
};

/** Takes cards away; when the present one is among them, the next (or the last) becomes it. */
function leave(gone: Card[], focus = true): void {
  const at = current ? cards.indexOf(current) : -1;
  const hadFocus = focus || gone.some((card) => card.element.contains(document.activeElement));
  const following = cards.slice(at).find((card) => !gone.includes(card)) ?? cards.slice(0, Math.max(at, 0)).findLast((card) => !gone.includes(card));
  cards = cards.filter((card) => !gone.includes(card));
  if (current && gone.includes(current)) {
    const old = current;
    current = undefined;
    old.current = false;
    for (const card of gone) card.element.remove();
    go(following, hadFocus);
    if (!following) {
      look(null);
      if (hadFocus) main.focus();
      void readOn();
    }
  } else for (const card of gone) card.element.remove();
  drawSelection();
  drawFoot();
}

/** Puts a comment where the order wants it. */
function putBack(comment: Queued): Card {
  const card = cards.find((one) => one.comment.id === comment.id) ?? new Card(comment, wishes);
  if (cards.includes(card)) return card;
  const before = (one: Queued): boolean => {
    if (filters.order === "newest") return one.id < comment.id;
    if (filters.order === "risk") return one.score < comment.score || (one.score === comment.score && one.id < comment.id);
    return one.id > comment.id;
  };
  const at = cards.findIndex((one) => before(one.comment));
  cards.splice(at < 0 ? cards.length : at, 0, card);
  list.insertBefore(card.element, at < 0 ? null : (list.children[at] ?? null));
  total += 1;
  drawFoot();
  return card;
}

// Deciding: the screen goes on at once, the answer follows

function decide(decision: Decision, reason?: string): void {
  const chosen = cards.filter((card) => card.selected);
  const about = chosen.length ? chosen : current ? [current] : [];
  const able = about.filter((card) => ALLOWED[card.comment.status].includes(decision));
  if (!able.length) return;
  for (const card of able) {
    card.selected = false;
    under.add(card.comment.id);
  }
  total -= able.length;
  const comments = able.map((card) => card.comment);
  const answer = comments.length === 1 ? decideOne(comments[0] as Queued, decision, reason) : decideMany(comments, decision, reason);
  const done = remember(comments, answer);
  leave(able);
  toast(t(`done.${decision}`, { count: comments.length }), undoButton(done));
  answer
    .catch((error: unknown) => back(able, done, decision, error))
    .finally(() => window.setTimeout(() => { for (const { id } of comments) under.delete(id); }, 3_000));
}

async function decideOne(comment: Queued, decision: Decision, reason?: string): Promise<string | null> {
  const body = { decision, ...(reason ? { reason } : {}) };
  const answer = await call<{ undo: string }>("POST", `moderation/comments/${comment.id}/decision`, { body, version: comment.version });
  return answer.undo;
}

async function decideMany(comments: Queued[], decision: Decision, reason?: string): Promise<string | null> {
  const ids = comments.map(({ id }) => id);
  const body = { decision, ids, versions: comments.map(({ version }) => version), ...(reason ? { reason } : {}) };
  const answer = await post<{ decided: number; skipped: number; undo: string | null }>("moderation/decisions", body);
  if (answer.skipped) toast(t("done.skipped", { count: answer.skipped }), undoButton());
  return answer.undo;
}

/** A decision that failed: the cards come back with what the service said. */
async function back(failed: Card[], done: Done, decision: Decision, error: unknown): Promise<void> {
  forget(done);
  for (const { comment } of failed) under.delete(comment.id);
  const message = conflict(error, decision) ?? (error instanceof Problem ? error.words : t("problem.other"));
  for (const { comment } of failed) {
    const now = await get<Queued>(`moderation/comments/${comment.id}`, {}, { background: true }).catch(() => comment);
    const card = putBack(now);
    card.update(now);
    card.tell(message);
  }
  toast(message);
}

/** Who was first, what they did, and when. */
function conflict(error: unknown, decision: Decision): string | null {
  if (!(error instanceof Problem) || error.slug !== "stale-version") return null;
  const { changed_by: who, current_status: status, changed_at: at } = error.members as Record<string, string | null>;
  return t("queue.conflict", {
    who: who ? person(who) : t("queue.somebody"),
    status: t(`status.${status ?? "pending"}`),
    when: at ? since(at) : "",
    decision: t(`decision.${decision}`),
  });
}

const undoButton = (done?: Done): HTMLElement => h("button", { type: "button", onclick: () => void undo(done) }, t("undo"), kbd("z"));

async function undo(done?: Done): Promise<void> {
  try {
    const comments = await takeBack(done);
    if (!comments) return toast(t("undo.none"));
    for (const { id } of comments) under.delete(id);
    if (comments.length > 1) await load(comments[0]?.id);
    else {
      const comment = await get<Queued>(`moderation/comments/${comments[0]?.id}`);
      if (comment.status === filters.status) go(putBack(comment));
    }
    toast(t("undo.done", { count: comments.length }));
  } catch (error) {
    toast(error instanceof Problem ? error.words : t("problem.other"));
  }
}

// Selecting

function alike(): void {
  if (!current) return;
  const { comment } = current;
  const ways: [string, (one: Queued) => boolean][] = [
    ["campaign", (one) => one.campaign !== null && one.campaign === comment.campaign],
    ["author", (one) => one.author.id === comment.author.id],
    ["signal", (one) => one.signals.length > 0 && strongest(one) === strongest(comment)],
  ];
  for (const [way, like] of ways) {
    const found = cards.filter((card) => like(card.comment));
    if (found.length < 2) continue;
    for (const card of found) card.selected = true;
    drawSelection();
    return say(t(`alike.${way}`, { count: found.length }));
  }
  toast(t("alike.none"));
}

function drawSelection(): void {
  const chosen = cards.filter((card) => card.selected);
  selection.hidden = chosen.length === 0;
  if (!chosen.length) return;
  const button = (text: string, key: string, run: () => void): HTMLElement => h("button", { type: "button", onclick: run }, text, kbd(key));
  fill(
    selection,
    h("b", {}, t("queue.selected", { count: chosen.length })),
    button(t("decision.approve"), "a", () => decide("approve")),
    button(t("decision.reject"), "r", () => decide("reject")),
    button(t("decision.spam"), "s", () => decide("spam")),
    button(t("decision.delete"), "d", () => decide("delete")),
    button(t("queue.unselect"), "Escape", unselect),
  );
}

function unselect(): void {
  for (const card of cards) card.selected = false;
  drawSelection();
}

// Together

function told(live: Live): void {
  claims = new Map();
  for (const { comment, by } of live.claims) if (by !== actor) claims.set(comment, [...(claims.get(comment) ?? []), by]);
  drawClaims();
  if (live.truncated) return void load(current?.comment.id);
  for (const change of live.changes) if (!under.has(change.comment)) take(change);
  if (under.size) return;
  showPending(live.pending);
  if (filters.status === "pending" && !filters.narrow) {
    total = live.pending;
    count.textContent = t("queue.count", { count: Math.max(total, cards.length) });
  }
}

function take(change: Change): void {
  const card = cards.find(({ comment }) => comment.id === change.comment);
  if (!card) return arrive(change);
  if (change.version <= card.comment.version) return;
  if (change.status === filters.status) return void renew(card);
  const mine = card === current;
  total -= 1;
  leave([card], false);
  if (mine) toast(t("queue.decided_by", { who: person(change.by), status: t(`status.${change.status}`), name: card.comment.name }));
}

/** A comment that is new here: shown when asked for, or at once when there is nothing else. */
function arrive({ comment, status, at }: Change): void {
  if (status !== filters.status || filters.narrow || Date.parse(at) < loadedAt || fresh.has(comment)) return;
  fresh.add(comment);
  if (!cards.length) return void load();
  arrived.hidden = false;
  arrived.textContent = t("queue.arrived", { count: fresh.size });
}

async function renew(card: Card): Promise<void> {
  card.update(await get<Queued>(`moderation/comments/${card.comment.id}`, {}, { background: true }));
}

function drawClaims(): void {
  for (const card of cards) card.claimedBy = claims.get(card.comment.id) ?? [];
}

let loadedAt = Date.now();

// Keys

const decideKey = (key: string, decision: Decision): Shortcut => ({ key, name: t(`decision.${decision}`), run: () => decide(decision) });
const shortcuts: Shortcut[] = [
  { key: "j", name: t("keys.next"), run: () => step(1) },
  { key: "k", name: t("keys.previous"), run: () => step(-1) },
  decideKey("a", "approve"),
  { key: "r", name: t("decision.reject"), run: () => (cards.some((card) => card.selected) ? decide("reject") : current?.askReason()) },
  decideKey("s", "spam"),
  decideKey("d", "delete"),
  { key: "z", name: t("undo"), run: () => void undo() },
  { key: "x", name: t("keys.select"), run: () => { if (current) wishes.select(current, !current.selected); } },
  { key: "l", name: t("queue.alike"), run: alike },
  { key: "o", name: t("keys.page"), run: () => { if (current?.pageAddress) window.open(current.pageAddress, "_blank", "noopener"); } },
  { key: "Escape", name: t("queue.unselect"), run: () => (current?.asksReason ? current.closeReasons() : unselect()) },
  { key: "?", name: t("keys.title"), run: () => help(shortcuts) },
  ...reasons.map((reason, index): Shortcut => ({ key: String(index + 1), name: "", run: () => { if (current?.asksReason) decide("reject", reason); } })),
];

listen(shortcuts);
main.querySelector("h1")?.replaceWith(
  h("div", { class: "head" }, h("h1", {}, t("nav.queue")), count, arrived,
    h("button", { type: "button", class: "plain", onclick: () => help(shortcuts) }, t("keys.title"), kbd("?"))),
);
fill(content, filters.element, filters.chips, selection, list, foot);
void load().then(() => (loadedAt = Date.now()));
watch(() => String(filters.query.site ?? ""), told, () => void load(current?.comment.id));
addEventListener("pagehide", () => look(null));
