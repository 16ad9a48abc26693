/** Builds nodes; text only ever arrives as text. */

export type Child = Node | string | false | null | undefined;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** An element with attributes (`true` sets it empty; false, null, undefined leave it out), listeners (`onclick`) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

/** Text whose direction is its own: what readers wrote, names, domains. */
export const own = (text: string, attributes: Record<string, Value> = {}): HTMLElement =>
  h("bdi", attributes, text);

/** Text in a language that may be another than the page's. */
export const said = ({ text, lang }: { text: string; lang?: string }, attributes: Record<string, Value> = {}): HTMLElement =>
  h("bdi", { ...attributes, lang }, text);

/** Replaces what is in `place`. */
export const fill = (place: Element, ...children: Child[]): void =>
  place.replaceChildren(...children.filter((child): child is Node | string => !!child));

/** A labelled field of a form. */
export const field = (label: string, control: HTMLElement, attributes: Record<string, Value> = {}): HTMLLabelElement =>
  h("label", attributes, h("span", {}, label), control);

/** A choice: pairs of value and text. */
export function select(name: string, options: [string, string][], chosen = ""): HTMLSelectElement {
  const element = h("select", { name }, ...options.map(([value, text]) => h("option", { value }, text)));
  element.value = options.some(([value]) => value === chosen) ? chosen : (options[0]?.[0] ?? "");
  return element;
}

/** A table with a caption; a column with a name that starts with `#` holds numbers. */
export function table(caption: string, columns: string[], rows: Child[][]): HTMLElement {
  const isNumber = columns.map((column) => column.startsWith("#"));
  const classOf = (index: number): string | false => (isNumber[index] ? "number" : false);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...columns.map((column, index) =>
        h("th", { scope: "col", class: classOf(index) }, column.replace(/^#/, ""))))),
      h("tbody", {}, ...rows.map((row) =>
        h("tr", {}, ...row.map((cell, index) => h("td", { class: classOf(index) }, cell))))),
    ),
  );
}
