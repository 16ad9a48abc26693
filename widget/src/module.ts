/** embed.mjs: the same thread for pages that are put together by script; its types are in ../npm/index.d.ts. */

import { fill, mount as place, ownLanguage, ownPage } from "./mount";

interface Options {
  site: string;
  page?: string;
  lang?: string;
  theme?: string;
  sort?: string;
  service?: string;
}

/** The module stands at the service's address. */
const OWN = new URL(".", import.meta.url).href;

const slashed = (address: string): string => address.replace(/\/*$/, "/");

/** Puts the thread into `container` when it comes near the screen. Returns what takes it away. */
export function mount(container: HTMLElement, { site, page, lang, theme, sort, service }: Options): () => void {
  return place(container, {
    service: slashed(service ?? OWN),
    site,
    page: page || ownPage(),
    lang: lang || ownLanguage(),
    theme: theme ?? "auto",
    sort: sort ?? "newest",
  });
}

/** Fills the elements with `data-belowline-count` under `root`. */
export function counts(root: ParentNode, { site, service }: Pick<Options, "site" | "service">): void {
  fill([...root.querySelectorAll<HTMLElement>("[data-belowline-count]")], slashed(service ?? OWN), site);
}
