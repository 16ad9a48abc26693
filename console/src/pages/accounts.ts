/** Accounts: who may sign in, with which role, to which sites. */

import { call, get, post } from "../api";
import { type Child, field, fill, h, own, select, table } from "../dom";
import { actor, ask, empty, show, sites, toast } from "../page";
import { ago, person, t } from "../text";

interface Account {
  id: string;
  login: string;
  role: string;
  sites: string[] | null;
  second_factor: boolean;
  created_at: string;
  disabled_at: string | null;
}

const ROLES = ["moderator", "admin"];
const shownOnce = h("div", { role: "status" });

async function draw(): Promise<Child[]> {
  const { accounts } = await get<{ accounts: Account[] }>("admin/accounts");
  const add = h("p", { class: "actions" }, h("button", { type: "button", class: "main", "data-act": "add", onclick: () => void addOne() }, t("accounts.add")));
  if (!accounts.length) return [add, shownOnce, empty(t("accounts.none"), t("accounts.none_hint"))];
  const columns = [t("sign_in.login"), t("accounts.role"), t("accounts.sites"), t("me.factor"), t("accounts.since"), t("accounts.change")];
  return [h("p", { class: "quiet" }, t("accounts.meaning")), add, shownOnce, table(t("accounts.caption"), columns, accounts.map(row))];
}

const row = (account: Account): Child[] => [
  h("span", {}, own(account.login), account.disabled_at ? h("span", { class: "tag rejected" }, t("accounts.off")) : ""),
  t(`role.${account.role}`),
  account.sites ? own(account.sites.join(", ")) : t("accounts.all_sites"),
  account.second_factor ? t("accounts.factor_on") : t("accounts.factor_off"),
  ago(account.created_at),
  account.login === person(actor) ? h("a", { href: "/console/me" }, t("accounts.yours")) : buttons(account),
];

const buttons = (account: Account): HTMLElement => {
  const button = (act: string, run: () => void, kind = ""): HTMLElement =>
    h("button", { type: "button", class: kind, "data-act": act, "data-login": account.login, onclick: run }, t(`accounts.${act}`));
  return h("div", { class: "actions" },
    button("change", () => void changeOne(account)),
    button("new_password", () => void reset(account, { password: true })),
    account.second_factor && button("reset_factor", () => void reset(account, { second_factor: true })),
    account.disabled_at ? button("enable", () => void disable(account, false)) : button("disable", () => void disable(account, true), "danger"));
};

/** Which sites: all, or some of them. */
function reachField(chosen: string[] | null): HTMLElement {
  const boxes = sites.map((site) => {
    const box = h("input", { type: "checkbox", name: "sites", value: site.slug });
    box.checked = chosen?.includes(site.slug) ?? false;
    return h("label", { class: "check" }, box, own(site.name), h("code", { class: "quiet" }, site.slug));
  });
  const all = h("input", { type: "checkbox", name: "all" });
  all.checked = chosen === null;
  return h("fieldset", {}, h("legend", { class: "quiet" }, t("accounts.sites")), h("label", { class: "check" }, all, t("accounts.all_sites")), ...boxes);
}

const reachOf = (sent: FormData): string[] | null => (sent.has("all") ? null : sent.getAll("sites").map(String));
const roleField = (chosen: string): HTMLElement => field(t("accounts.role"), select("role", ROLES.map((role): [string, string] => [role, t(`role.${role}`)]), chosen));

async function addOne(): Promise<void> {
  const parts = [
    field(t("sign_in.login"), h("input", { name: "login", required: true, pattern: "[a-z0-9][a-z0-9._\\-]{0,63}", autocomplete: "off", autocapitalize: "none", dir: "ltr" })),
    h("p", { class: "quiet" }, t("accounts.login_hint")),
    roleField("moderator"),
    reachField(sites.length === 1 ? [sites[0]?.slug ?? ""] : []),
  ];
  const added = await ask(t("accounts.add"), parts, t("accounts.add"), async (sent) => {
    const answer = await post<{ account: Account; password: string }>("admin/accounts", { login: sent.get("login"), role: sent.get("role"), sites: reachOf(sent) });
    tellPassword(answer.account.login, answer.password);
  });
  if (added) await show(draw);
}

async function changeOne(account: Account): Promise<void> {
  const changed = await ask(t("accounts.change_title", { login: account.login }), [roleField(account.role), reachField(account.sites), h("p", { class: "quiet" }, t("accounts.change_meaning"))], t("save"), (sent) =>
    call("PATCH", `admin/accounts/${account.id}`, { body: { role: sent.get("role"), sites: reachOf(sent) } }));
  if (changed) await show(draw);
}

async function reset(account: Account, what: { password?: boolean; second_factor?: boolean }): Promise<void> {
  const act = what.password ? "new_password" : "reset_factor";
  const done = await ask(t(`accounts.${act}`), [h("p", {}, t(`accounts.${act}_meaning`, { login: account.login }))], t(`accounts.${act}`), async () => {
    const answer = await post<{ password: string | null }>(`admin/accounts/${account.id}/reset`, what);
    if (answer.password) tellPassword(account.login, answer.password);
  });
  if (done) await show(draw);
}

async function disable(account: Account, disabled: boolean): Promise<void> {
  const act = disabled ? "disable" : "enable";
  const done = await ask(t(`accounts.${act}`), [h("p", {}, t(`accounts.${act}_meaning`, { login: account.login }))], t(`accounts.${act}`), () =>
    call("PATCH", `admin/accounts/${account.id}`, { body: { disabled } }));
  if (done) {
    toast(t(`accounts.${act}d`, { login: account.login }));
    await show(draw);
  }
}

/** A password that nobody can read again. */
function tellPassword(login: string, password: string): void {
  fill(shownOnce, h("div", { class: "notice good" }, h("p", {}, t("accounts.password_once", { login })), h("p", {}, h("code", { dir: "ltr", "data-password": true }, password))));
}

void show(draw);
