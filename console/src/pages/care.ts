/** What an admin looks at now and then: the keys' age, and how long what is kept. */

import { get } from "../api";
import { h, table } from "../dom";
import { show } from "../page";
import { moment, number, t } from "../text";

interface Keys { since: string; age_days: number; keys: number; rotate_after_days: number; rotate: boolean }
interface Kept { what: string; seconds: number | null }

const kept = (seconds: number | null, what: string): string =>
  seconds === null ? t(what === "audit_log" ? "care.for_good" : "care.until_erased")
    : seconds < 172_800 ? t("care.hours", { count: seconds / 3600 }) : t("care.days", { count: Math.round(seconds / 86_400) });

void show(async () => {
  const [keys, retention] = await Promise.all([get<Keys>("admin/keys"), get<{ kept: Kept[] }>("admin/retention")]);
  const fact = (key: string, value: string): HTMLElement => h("div", {}, h("dt", {}, t(key)), h("dd", {}, value));
  return [
    h("section", { class: "panel" }, h("h2", {}, t("care.keys")),
      h("p", {}, t("care.keys_about")),
      h("dl", { class: "facts big" }, fact("care.age", t("care.days", { count: keys.age_days })), fact("care.since", moment(keys.since)), fact("care.number", number(keys.keys))),
      h("p", { class: `notice ${keys.rotate ? "bad" : "good"}` }, t(keys.rotate ? "care.rotate" : "care.fine", { count: keys.rotate_after_days })),
      h("p", { class: "quiet" }, t("care.rotate_how")), h("code", { dir: "ltr" }, "flask --app service keys rotate")),
    h("section", { class: "panel" }, h("h2", {}, t("care.retention")), h("p", {}, t("care.retention_about")),
      table(t("care.retention"), [t("care.what"), t("care.how_long"), t("care.how")],
        retention.kept.map((row) => [t(`care.${row.what}`), kept(row.seconds, row.what), t(`care.${row.what}_how`)]))),
  ];
});
