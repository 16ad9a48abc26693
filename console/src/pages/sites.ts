/** The newsroom's sites: where they may be read, what happens to new comments, and the snippet to embed. */

import { call, get, post } from "../api";
import { toCopy } from "../charts";
import { type Child, field, h, own, select } from "../dom";
import { onSend, show, toast } from "../page";
import { t } from "../text";

interface Site {
  slug: string; name: string; language: string; policy: string; origins: string[]; page_hosts: string[];
  edit_window_seconds: number; close_after_days: number | null; hold_hot_pages: boolean; mail: boolean;
  auto_reject: boolean; false_positive_budget: number; review_share: number;
}

const POLICIES = ["hold_all", "hold_new_authors", "hold_signals", "publish_all"];
const LANGUAGES: [string, string][] = [["en", "English"], ["tr", "Türkçe"], ["ur", "اردو"]];

const lines = (text: FormDataEntryValue | null): string[] => String(text ?? "").split(/\s+/).filter(Boolean);

function policies(chosen: string): HTMLElement {
  return h("fieldset", { class: "choices" }, h("legend", {}, t("sites.policy")), ...POLICIES.map((policy) =>
    h("label", { class: "check" }, h("input", { type: "radio", name: "policy", value: policy, checked: policy === chosen }),
      h("span", {}, h("b", {}, t(`sites.${policy}`)), " ", h("span", { class: "quiet" }, t(`sites.${policy}_hint`))))));
}

function fields(site: Site): Child[] {
  const origins = h("textarea", { name: "origins", dir: "ltr", rows: 3, required: true, spellcheck: "false" });
  origins.value = site.origins.join("\n");
  const hosts = h("textarea", { name: "page_hosts", dir: "ltr", rows: 2, spellcheck: "false" });
  hosts.value = site.page_hosts.join("\n");
  return [
    h("div", { class: "row" }, field(t("sites.name"), h("input", { name: "name", required: true, maxlength: 200, value: site.name })),
      field(t("sites.language"), select("language", LANGUAGES, site.language))),
    policies(site.policy),
    hinted("origins", origins), hinted("page_hosts", hosts),
    h("div", { class: "row" },
      hinted("edit_minutes", h("input", { name: "edit_minutes", type: "number", min: 0, max: 1440, required: true, value: Math.round(site.edit_window_seconds / 60) })),
      hinted("close_after_days", h("input", { name: "close_after_days", type: "number", min: 1, max: 3650, value: site.close_after_days ?? "" }))),
    check("hold_hot_pages", site.hold_hot_pages),
    check("mail", site.mail),
    h("fieldset", { class: "choices" }, h("legend", {}, t("sites.by_itself")), h("p", { class: "quiet" }, t("sites.by_itself_hint")),
      check("auto_reject", site.auto_reject),
      h("div", { class: "row" }, share("false_positive_budget", site.false_positive_budget, 0.1, 10), share("review_share", site.review_share, 1, 100))),
  ];
}

const hinted = (name: string, control: HTMLElement): HTMLElement =>
  h("label", {}, h("span", {}, t(`sites.${name}`)), control, h("small", {}, t(`sites.${name}_hint`)));
/** A share, in percent for people. */
const share = (name: string, value: number, step: number, max: number): HTMLElement =>
  hinted(name, h("input", { name, type: "number", min: 0, max, step, required: true, value: Number((100 * value).toFixed(3)) }));
const check = (name: string, on: boolean): HTMLElement =>
  h("label", { class: "check" }, h("input", { type: "checkbox", name, checked: on }), h("span", {}, t(`sites.${name}`)));

function body(sent: FormData): Record<string, unknown> {
  const days = String(sent.get("close_after_days") ?? "");
  return {
    name: sent.get("name"), language: sent.get("language"), policy: sent.get("policy"),
    origins: lines(sent.get("origins")), page_hosts: lines(sent.get("page_hosts")),
    edit_window_seconds: Number(sent.get("edit_minutes")) * 60, close_after_days: days ? Number(days) : null,
    hold_hot_pages: sent.has("hold_hot_pages"), mail: sent.has("mail"), auto_reject: sent.has("auto_reject"),
    false_positive_budget: Number(sent.get("false_positive_budget")) / 100, review_share: Number(sent.get("review_share")) / 100,
  };
}

function card(site: Site): HTMLElement {
  const form = h("form", { class: "stack" }, ...fields(site).filter((one): one is Node => one instanceof Node), h("div", { class: "actions" }, h("button", { class: "main" }, t("save"))));
  onSend(form, async (sent) => {
    await call("PATCH", `admin/sites/${site.slug}`, { body: body(sent) });
    toast(t("sites.saved", { site: String(sent.get("name")) }));
  });
  return h("article", { class: "card", "aria-labelledby": `site-${site.slug}` },
    h("h2", { id: `site-${site.slug}` }, own(site.name), " ", h("code", { class: "quiet", dir: "ltr" }, site.slug)),
    h("h3", {}, t("sites.embed")), h("p", { class: "quiet" }, t("sites.embed_hint")), toCopy(snippet(site.slug), `${t("sites.embed")}: ${site.name}`),
    h("details", {}, h("summary", {}, t("sites.settings")), form));
}

const snippet = (slug: string): string =>
  `<div id="comments"></div>\n<script async src="${location.origin}/embed.js" data-site="${slug}"></script>`;

function add(): HTMLElement {
  const fresh: Site = { slug: "", name: "", language: document.documentElement.lang, policy: "hold_all", origins: [], page_hosts: [], edit_window_seconds: 900, close_after_days: null, hold_hot_pages: true, mail: true, auto_reject: false, false_positive_budget: 0.005, review_share: 0.05 };
  const slug = hinted("slug", h("input", { name: "slug", dir: "ltr", required: true, pattern: "[a-z0-9][a-z0-9\\-]{0,62}", maxlength: 63 }));
  const form = h("form", { class: "stack" }, slug, ...fields(fresh).filter((one): one is Node => one instanceof Node), h("div", { class: "actions" }, h("button", { class: "main" }, t("sites.add"))));
  onSend(form, async (sent) => {
    await post("admin/sites", { slug: sent.get("slug"), ...body(sent) });
    await draw();
    toast(t("sites.saved", { site: String(sent.get("name")) }));
  });
  return h("details", { class: "card" }, h("summary", {}, t("sites.add")), form);
}

const draw = (): Promise<void> => show(async () => {
  const { sites } = await get<{ sites: Site[] }>("admin/sites");
  return [h("p", { class: "quiet intro" }, t("sites.about")), h("div", { class: "cards" }, ...sites.map(card), add())];
});
void draw();
