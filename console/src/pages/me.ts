/** One's own account: the mail that it gets. The other parts of the page are forms that need no script. */

import { call, get } from "../api";
import { type Child, field, h, select } from "../dom";
import { ask, onSend, show, toast } from "../page";
import { t } from "../text";

interface Mail {
  /** Whether the service sends mail at all. */
  sent: boolean;
  address: "none" | "unconfirmed" | "confirmed";
  about: string[];
  language: string;
}

const TOPICS = ["holds", "campaigns", "alarms"];
const PATH = "moderation/mail";

async function draw(): Promise<Child[]> {
  const mail = await get<Mail>(PATH);
  const off = !mail.sent && h("p", { class: "notice" }, t("me.mail_off"));
  if (mail.address === "none") return off ? [off] : [h("p", { class: "quiet" }, t("me.mail_about")), h("p", {}, t("me.mail_none")), first(mail)];
  return [off, mail.sent && h("p", { class: "quiet" }, t("me.mail_about")), standing(mail), choice(mail), mail.sent && elsewhere(mail), forget()];
}

function standing(mail: Mail): HTMLElement {
  const good = mail.address === "confirmed" && mail.about.length > 0;
  const key = mail.address === "unconfirmed" ? "unconfirmed" : mail.about.length ? "confirmed" : "silent";
  return h("p", { class: good ? "notice good" : "notice", "data-address": mail.address }, t(`me.mail_${key}`));
}

/** What to be told, and in which of the languages that the page offers. */
function wishes(mail: Mail, chosen: string[]): HTMLElement[] {
  const boxes = TOPICS.map((topic) => {
    const box = h("input", { type: "checkbox", name: "about", value: topic });
    box.checked = chosen.includes(topic);
    return h("label", { class: "check" }, box, t(`me.mail_${topic}`));
  });
  const offered = document.querySelector<HTMLSelectElement>("select[name=language]")?.options ?? [];
  const languages = [...offered].map((option): [string, string] => [option.value, option.text]);
  return [
    h("fieldset", {}, h("legend", { class: "quiet" }, t("me.mail_topics")), ...boxes),
    h("div", { class: "row" }, field(t("me.mail_language"), select("mail-language", languages, mail.language))),
  ];
}

const address = (label: string): HTMLElement =>
  h("div", { class: "row" },
    field(label, h("input", { type: "email", name: "mail-address", required: true, maxlength: 254, autocomplete: "email", dir: "ltr" })),
    field(t("me.present_password"), h("input", { type: "password", name: "mail-password", required: true, maxlength: 200, autocomplete: "current-password", dir: "ltr" })));

const wanted = (sent: FormData): Record<string, unknown> => ({ about: sent.getAll("about").map(String), language: sent.get("mail-language") });
const place = (sent: FormData): Record<string, unknown> => ({ email: String(sent.get("mail-address")).trim(), password: sent.get("mail-password") });

async function change(body: Record<string, unknown>, said: string): Promise<void> {
  await call("PUT", PATH, { body });
  await show(draw);
  toast(t(said));
}

const first = (mail: Mail): HTMLElement =>
  onSend(h("form", { class: "stack" }, address(t("me.mail_address")), h("p", { class: "quiet" }, t("me.mail_address_hint")), ...wishes(mail, TOPICS),
    h("p", {}, h("button", { class: "main" }, t("me.mail_switch_on")))), (sent) => change({ ...wanted(sent), ...place(sent) }, "me.mail_asked"));

const choice = (mail: Mail): HTMLElement =>
  onSend(h("form", { class: "stack" }, ...wishes(mail, mail.about), h("p", {}, h("button", {}, t("save")))), (sent) => change(wanted(sent), "me.mail_saved"));

const elsewhere = (mail: Mail): HTMLElement =>
  h("details", {}, h("summary", {}, t("me.mail_change_address")),
    onSend(h("form", { class: "stack" }, address(t("me.mail_new_address")), h("p", { class: "quiet" }, t("me.mail_address_hint")), h("p", {}, h("button", {}, t("me.mail_change_address")))),
      (sent) => change({ about: mail.about, language: mail.language, ...place(sent) }, "me.mail_asked")));

const forget = (): HTMLElement =>
  h("p", {}, h("button", { type: "button", class: "danger", onclick: () => void (async () => {
    const done = await ask(t("me.mail_off_button"), [h("p", {}, t("me.mail_off_meaning"))], t("me.mail_off_button"), () => call("DELETE", PATH));
    if (!done) return;
    await show(draw);
    toast(t("me.mail_forgotten"));
  })() }, t("me.mail_off_button")));

void show(draw);
