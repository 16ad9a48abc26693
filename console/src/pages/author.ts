/** An author: what they wrote, how it went, a ban, and the email for those who may ask and say why. */

import { get, post } from "../api";
import { type Child, field, h, own, select } from "../dom";
import { ask, idInAddress, isAdmin, main, show } from "../page";
import { ago, moment, number, t } from "../text";
import type { AuthorAnswer, Status, Written } from "../types";

const id = idInAddress();
const COUNTED: Status[] = ["pending", "approved", "rejected", "spam", "deleted"];
const DAYS = [1, 7, 30, 90];

async function draw(): Promise<Child[]> {
  const author = await get<AuthorAnswer>(`moderation/authors/${id}`);
  const heading = main.querySelector("h1");
  if (heading) heading.replaceChildren(own(author.name || t("author.erased")));
  const email = h("p", { role: "status" });
  return [
    h("dl", { class: "facts" },
      ...COUNTED.map((status) => h("div", {}, h("dt", {}, t(`status.${status}`)), h("dd", {}, number(author[status])))),
      h("div", {}, h("dt", {}, t("author.first_seen")), h("dd", {}, ago(author.first_seen)))),
    h("div", { class: "actions" },
      h("button", { type: "button", "data-act": "ban", onclick: () => void ban() }, t("author.ban")),
      isAdmin && h("button", { type: "button", "data-act": "reveal", onclick: () => void reveal(email) }, t("author.reveal")),
      h("a", { class: "button", href: `/console?${new URLSearchParams({ author: id, site: author.site })}` }, t("author.queue"))),
    email,
    h("section", { class: "panel", "aria-labelledby": "history" },
      h("h2", { id: "history" }, t("author.history")),
      author.comments.length
        ? h("ol", { class: "history-list" }, ...author.comments.map(line))
        : h("p", { class: "quiet" }, t("author.nothing"))),
  ];
}

const line = (written: Written): HTMLElement =>
  h("li", {},
    h("div", { class: "who actions" }, h("span", { class: `tag ${written.status}` }, t(`status.${written.status}`)), ago(written.created_at),
      own(written.page.title || written.page.key, { class: "quiet" })),
    h("p", { dir: "auto" }, written.body));

async function ban(): Promise<void> {
  const until = select("days", [["", t("bans.forever")], ...DAYS.map((days): [string, string] => [String(days), t("bans.days", { count: days })])], "30");
  const parts = [
    h("p", {}, t("author.ban_meaning")),
    field(t("bans.until"), until),
    field(t("bans.reason"), h("input", { name: "reason", required: true, maxlength: 1000 })),
  ];
  const banned = await ask(t("author.ban"), parts, t("author.ban"), async (sent) => {
    const days = Number(sent.get("days"));
    const expires = days ? new Date(Date.now() + days * 86_400_000).toISOString() : undefined;
    await post("moderation/bans", { author: id, reason: sent.get("reason"), ...(expires ? { expires_at: expires } : {}) });
  });
  if (banned) location.assign("/console/bans");
}

async function reveal(place: HTMLElement): Promise<void> {
  const parts = [h("p", {}, t("author.reveal_meaning")), field(t("author.reveal_why"), h("textarea", { name: "reason", required: true, maxlength: 1000 }))];
  await ask(t("author.reveal"), parts, t("author.reveal"), async (sent) => {
    const answer = await post<{ email: string }>(`moderation/authors/${id}/reveal-email`, { reason: sent.get("reason") });
    place.replaceChildren(h("code", { "data-email": true }, own(answer.email, { dir: "ltr" })), " ", h("span", { class: "quiet" }, t("author.revealed", { when: moment(new Date().toISOString()) })));
  });
}

void show(draw);
