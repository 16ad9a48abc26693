/** Tokens for programs: made, shown once, revoked. */

import { call, get, post } from "../api";
import { toCopy } from "../charts";
import { field, h, own, select, table } from "../dom";
import { ask, empty, onSend, show, sites, toast } from "../page";
import { ago, moment, t } from "../text";

interface Token {
  id: string; prefix: string; label: string; role: string; sites: string[] | null; created_at: string;
  expires_at: string | null; revoked_at: string | null; last_used_at: string | null;
}

let made: { token: string; label: string } | null = null;

function form(): HTMLElement {
  const places = h("fieldset", { class: "choices" }, h("legend", {}, t("tokens.sites")),
    ...sites.map(({ slug, name }, index) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "sites", value: slug, checked: index === 0 }), own(name))));
  const parts = [
    h("div", { class: "row" }, field(t("tokens.label"), h("input", { name: "label", maxlength: 120, required: true })),
      field(t("tokens.role"), select("role", [["moderator", t("role.moderator")], ["admin", t("role.admin")]])),
      field(t("tokens.days"), h("input", { name: "days", type: "number", min: 1, max: 3650, value: 90, required: true }))),
    places, h("div", { class: "actions" }, h("button", { class: "main" }, t("tokens.add")))];
  const made_form = h("form", { class: "stack" }, ...parts);
  onSend(made_form, async (sent) => {
    const body = { label: sent.get("label"), role: sent.get("role"), days: Number(sent.get("days")), sites: sent.getAll("sites") };
    made = { ...(await post<{ token: string }>("admin/tokens", body)), label: String(sent.get("label")) };
    await draw();
    document.querySelector<HTMLElement>(".once textarea")?.focus();
  });
  return h("details", { class: "card" }, h("summary", {}, t("tokens.add")), made_form);
}

const once = (): HTMLElement | null => made && h("section", { class: "card once", "aria-labelledby": "once" },
  h("h2", { id: "once" }, t("tokens.once", { label: made.label })), h("p", {}, t("tokens.once_hint")), toCopy(made.token, t("tokens.token")));

function revoke(token: Token): HTMLElement | string {
  if (token.revoked_at) return t("tokens.revoked");
  if (token.expires_at && Date.parse(token.expires_at) < Date.now()) return t("tokens.expired");
  const label = token.label || token.prefix;
  return h("button", { class: "danger", "aria-label": `${t("tokens.revoke")}: ${label}`, onclick: () =>
    void ask(t("tokens.revoke_title", { label }), [h("p", {}, t("tokens.revoke_hint"))], t("tokens.revoke"), async () => {
      await call("DELETE", `admin/tokens/${token.id}`);
      await draw();
      toast(t("tokens.is_revoked", { label }));
    }) }, t("tokens.revoke"));
}

const draw = (): Promise<void> => show(async () => {
  const { tokens } = await get<{ tokens: Token[] }>("admin/tokens");
  const rows = tokens.map((token) => [
    h("span", {}, own(token.label || "–"), h("br"), h("code", { class: "quiet", dir: "ltr" }, `${token.prefix}…`)),
    t(`role.${token.role}`), token.sites ? own(token.sites.join(", ")) : t("tokens.all_sites"), ago(token.created_at),
    token.last_used_at ? ago(token.last_used_at) : "–", token.expires_at ? moment(token.expires_at) : t("tokens.never"), revoke(token),
  ]);
  const heads = ["label", "role", "reach", "made", "used", "until", "revoke"].map((name) => t(`tokens.${name}`));
  return [h("p", { class: "quiet intro" }, t("tokens.about")), once(), form(),
    tokens.length ? table(t("tokens.list"), heads, rows) : empty(t("tokens.none"), t("tokens.none_hint"))];
});
void draw();
