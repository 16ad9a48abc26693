/** Webhooks: who is told what, what was sent, and how it went. */

import { call, get, post, Problem } from "../api";
import { toCopy } from "../charts";
import { type Child, field, fill, h, own, select, table } from "../dom";
import { ask, empty, failure, onSend, show, sites, toast } from "../page";
import { ago, t, word } from "../text";

interface Hook { id: string; site: string; label: string; host: string; format: string; events: string[]; enabled: boolean; created_at: string; secret: string | null }
interface Delivery { id: string; event: string; state: string; attempts: number; status: number | null; failure: string; created_at: string }

const FORMATS = ["standard", "slack", "discord", "telegram"];
const NEWS = ["comment.held", "comment.decided", "campaign.found", "breaker.tripped", "story.boiling"];
const key = (event: string): string => t(`webhooks.${event.replace(".", "_")}`);
let secret: { text: string; label: string } | null = null;

function form(): HTMLElement {
  const made = h("form", { class: "stack" },
    h("div", { class: "row" }, field(t("webhooks.site"), select("site", sites.map(({ slug, name }) => [slug, name]))),
      field(t("webhooks.label"), h("input", { name: "label", maxlength: 120, required: true })),
      field(t("webhooks.format"), select("format", FORMATS.map((one): [string, string] => [one, t(`webhooks.format_${one}`)])))),
    h("label", {}, h("span", {}, t("webhooks.url")), h("input", { name: "url", type: "url", dir: "ltr", required: true }), h("small", {}, t("webhooks.url_hint"))),
    h("fieldset", { class: "choices" }, h("legend", {}, t("webhooks.events")), ...NEWS.map((one) =>
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "events", value: one, checked: one !== "comment.decided" }), h("span", {}, key(one))))),
    h("div", { class: "actions" }, h("button", { class: "main" }, t("webhooks.add"))));
  onSend(made, async (sent) => {
    const hook = await post<Hook>("admin/webhooks", { site: sent.get("site"), label: sent.get("label"), url: sent.get("url"), format: sent.get("format"), events: sent.getAll("events") });
    keep(hook);
    await draw();
    toast(t("webhooks.added"));
  });
  return h("details", { class: "card" }, h("summary", {}, t("webhooks.add")), made);
}

function keep(hook: Hook): void {
  secret = hook.secret ? { text: hook.secret, label: hook.label || hook.host } : null;
}

const once = (): HTMLElement | null => secret && h("section", { class: "card once", "aria-labelledby": "once" },
  h("h2", { id: "once" }, t("webhooks.secret", { label: secret.label })), h("p", {}, t("webhooks.secret_hint")), toCopy(secret.text, t("webhooks.secret_name")));

function card(hook: Hook): HTMLElement {
  const name = hook.label || hook.host;
  const log = h("div");
  const act = (label: string, work: () => Promise<unknown>, more: Record<string, string> = {}): HTMLElement =>
    h("button", { ...more, "aria-label": `${label}: ${name}`, onclick: () => void work().catch((error: unknown) => toast(error instanceof Problem ? error.words : t("problem.other"))) }, label);
  const change = (body: Record<string, unknown>) => async (): Promise<void> => {
    keep(await call<Hook>("PATCH", `admin/webhooks/${hook.id}`, { body }));
    await draw();
  };
  const sent = h("details", { ontoggle: () => { if (sent.open && !log.childElementCount) void deliveries(hook, log); } }, h("summary", {}, t("webhooks.log")), log);
  return h("article", { class: "card", "aria-labelledby": `hook-${hook.id}` },
    h("h2", { id: `hook-${hook.id}` }, own(name), " ", h("span", { class: `tag ${hook.enabled ? "approved" : ""}` }, t(hook.enabled ? "webhooks.on" : "webhooks.off"))),
    h("p", { class: "quiet" }, own(hook.host, { dir: "ltr" }), " · ", t(`webhooks.format_${hook.format}`), " · ", own(hook.site), " · ", ago(hook.created_at)),
    h("p", {}, hook.events.map(key).join(" · ")),
    h("div", { class: "actions" },
      act(t("webhooks.test"), async () => { await post(`admin/webhooks/${hook.id}/test`); toast(t("webhooks.tested")); }),
      act(t(hook.enabled ? "webhooks.switch_off" : "webhooks.switch_on"), change({ enabled: !hook.enabled })),
      hook.format === "standard" && act(t("webhooks.new_secret"), change({ new_secret: true })),
      act(t("webhooks.remove"), () => ask(t("webhooks.remove_title", { label: name }), [h("p", {}, t("webhooks.remove_hint"))], t("webhooks.remove"), async () => {
        await call("DELETE", `admin/webhooks/${hook.id}`);
        await draw();
      }), { class: "danger" })),
    sent);
}

async function deliveries(hook: Hook, place: HTMLElement, cursor = ""): Promise<void> {
  try {
    const found = await get<{ deliveries: Delivery[]; next: string | null }>(`admin/webhooks/${hook.id}/deliveries`, { limit: 50, cursor });
    const rows = found.deliveries.map((one): Child[] => [
      ago(one.created_at), NEWS.includes(one.event) ? key(one.event) : word("webhooks.event", one.event),
      h("span", { class: `tag ${{ delivered: "approved", failed: "spam", waiting: "pending" }[one.state] ?? ""}` }, t(`webhooks.${one.state}`)),
      String(one.attempts), one.status ? String(one.status) : one.failure || "–",
      h("button", { class: "plain", onclick: () => void post(`admin/webhooks/${hook.id}/deliveries/${one.id}/resend`).then(() => deliveries(hook, place), (error: unknown) => place.prepend(failure(error))) }, t("webhooks.resend")),
    ]);
    const heads = ["when", "event", "state", "#attempts", "answer", "resend"].map((name) => (name.startsWith("#") ? `#${t(`webhooks.${name.slice(1)}`)}` : t(`webhooks.${name}`)));
    fill(place, rows.length ? table(t("webhooks.log"), heads, rows) : h("p", { class: "quiet" }, t("webhooks.nothing")),
      found.next && h("button", { onclick: () => void deliveries(hook, place, found.next ?? "") }, t("more")));
  } catch (error) {
    fill(place, failure(error, () => void deliveries(hook, place, cursor)));
  }
}

const draw = (): Promise<void> => show(async () => {
  const { webhooks } = await get<{ webhooks: Hook[] }>("admin/webhooks");
  return [h("p", { class: "quiet intro" }, t("webhooks.about")), once(), form(),
    webhooks.length ? h("div", { class: "cards" }, ...webhooks.map(card)) : empty(t("webhooks.none"), t("webhooks.none_hint"))];
});
void draw();
