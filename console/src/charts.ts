/** Charts that the service draws, and files that it gives. */

import { Problem, type Query, send } from "./api";
import { h } from "./dom";
import { t } from "./text";

/** A chart as a node of this page, so that the page's style dresses it. A document is parsed by the request itself. */
function drawn(path: string, query: Query): Promise<Element> {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value != null && value !== "") asked.set(name, String(value));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", `/v1/${path}?${asked}`);
    request.setRequestHeader("X-CSRF-Token", document.body.dataset.csrf ?? "");
    request.responseType = "document";
    request.overrideMimeType("image/svg+xml");
    request.onload = () => {
      const root = request.status === 200 ? request.responseXML?.documentElement : null;
      if (root) resolve(document.importNode(root, true));
      else reject(new Problem("other", request.status));
    };
    request.onerror = () => reject(new Problem("network", 0));
    request.send();
  });
}

/** A figure: the chart under its name, with a key to its lines and what the lines mean in a table beside it. */
export async function chart(name: string, path: string, query: Query, lines: string[] = []): Promise<HTMLElement> {
  const picture = await drawn(path, query);
  const { unit } = (picture as SVGElement).dataset; // of a scale of times
  const caption = unit ? `${name}, ${t(`statistics.in_${unit}`)}` : name;
  picture.setAttribute("aria-label", `${caption}. ${t("statistics.numbers_below")}`);
  const key = h("ul", { class: "key" }, ...lines.map((line) => h("li", { class: line }, t(`statistics.${line}`))));
  return h("figure", { class: "chart" }, h("figcaption", {}, caption), picture as HTMLElement, lines.length > 0 && key);
}

/** Saves an answer of the service as a file, under the name that it gives. */
export async function download(path: string, query: Query): Promise<void> {
  const response = await send("GET", path, { query });
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "belowline";
  const address = URL.createObjectURL(await response.blob());
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Text to copy, with a button that does it. */
export function toCopy(text: string, label: string): HTMLElement {
  const place = h("textarea", { readonly: true, rows: Math.min(text.split("\n").length + 1, 6), class: "copied", dir: "ltr", "aria-label": label, spellcheck: "false" });
  place.value = text;
  const button = h("button", { type: "button", onclick: () => {
    place.select();
    void navigator.clipboard?.writeText(text).then(() => { button.textContent = t("copied"); });
  } }, t("copy"));
  return h("div", { class: "to-copy" }, place, button);
}
