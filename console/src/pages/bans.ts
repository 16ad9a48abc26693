/** Bans in force, new ones by email domain or network, and lifting. */

import { call, get, post } from "../api";
import { type Child, field, h, own, select, table } from "../dom";
import { ask, empty, show, sites } from "../page";
import { ago, moment, person, t } from "../text";

interface Ban {
  id: string;
  site: string;
  kind: string;
  author: string | null;
  email_domain: string | null;
  reason: string;
  by: string;
  created_at: string;
  expires_at: string | null;
}

const DAYS = [1, 7, 30];

async function draw(): Promise<Child[]> {
  const bans: Ban[] = [];
  let cursor: string | null = null;
  do {
    const answer: { bans: Ban[]; next: string | null } = await get("moderation/bans", { limit: 200, cursor });
    bans.push(...answer.bans);
    cursor = answer.next;
  } while (cursor && bans.length < 1000);
  const add = h("p", { class: "actions" },
    h("button", { type: "button", class: "main", "data-act": "domain", onclick: () => void ban("email_domain") }, t("bans.domain")),
    h("button", { type: "button", "data-act": "network", onclick: () => void ban("ip_prefix") }, t("bans.network")));
  const hint = h("p", { class: "quiet" }, t("bans.meaning"));
  if (!bans.length) return [hint, add, empty(t("bans.none"), t("bans.none_hint"))];
  const columns = [t("bans.who"), t("bans.reason"), t("bans.by"), t("bans.since"), t("bans.until"), t("bans.lift")];
  return [hint, add, table(t("bans.caption"), columns, bans.map(row))];
}

const row = (ban: Ban): Child[] => [
  who(ban),
  own(ban.reason),
  own(person(ban.by)),
  ago(ban.created_at),
  ban.expires_at ? moment(ban.expires_at) : t("bans.forever"),
  h("button", { type: "button", class: "plain", onclick: () => void lift(ban) }, t("bans.lift")),
];

const who = (ban: Ban): Child =>
  ban.author ? h("a", { href: `/console/authors/${ban.author}` }, t("bans.an_author"))
    : ban.email_domain ? own(`@${ban.email_domain}`, { dir: "ltr" })
      : t("bans.a_network");

async function lift(ban: Ban): Promise<void> {
  const lifted = await ask(t("bans.lift"), [h("p", {}, t("bans.lift_meaning"))], t("bans.lift"), () => call("DELETE", `moderation/bans/${ban.id}`));
  if (lifted) await show(draw);
}

async function ban(kind: "email_domain" | "ip_prefix"): Promise<void> {
  const network = kind === "ip_prefix";
  const forever: [string, string][] = network ? [] : [["", t("bans.forever")]];
  const parts = [
    sites.length > 1 && field(t("filter.site"), select("site", sites.map((site): [string, string] => [site.slug, site.name]))),
    field(t(network ? "bans.network_field" : "bans.domain_field"), h("input", { name: "subject", required: true, dir: "ltr", autocomplete: "off", placeholder: network ? "203.0.113.7" : "example.org" })),
    field(t("bans.until"), select("days", [...forever, ...DAYS.map((days): [string, string] => [String(days), t("bans.days", { count: days })])], "30")),
    field(t("bans.reason"), h("input", { name: "reason", required: true, maxlength: 1000 })),
  ];
  const banned = await ask(t(network ? "bans.network" : "bans.domain"), parts, t("bans.go"), async (sent) => {
    const days = Number(sent.get("days"));
    // A minute less than the longest that is allowed, for clocks differ.
    const expires = days ? new Date(Date.now() + days * 86_400_000 - 60_000).toISOString() : undefined;
    await post("moderation/bans", {
      site: sent.get("site") ?? sites[0]?.slug,
      [kind]: sent.get("subject"),
      reason: sent.get("reason"),
      ...(expires ? { expires_at: expires } : {}),
    });
  });
  if (banned) await show(draw);
}

void show(draw);
