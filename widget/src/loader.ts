/** embed.js: finds the places for threads and counts, also those that a page adds, changes or removes later. */

import { fill, mount, ownLanguage, ownPage } from "./mount";

const PLACES = "#comments,[data-belowline]";
const COUNTS = "[data-belowline-count]";
const SETTINGS = "site page lang theme sort belowline-count".split(" ").map((name) => `data-${name}`);

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-site][src*="embed.js"]');

const ONCE = Symbol.for("belowline");

/** Container -> what it was made with, and what takes it away. */
const threads = new Map<HTMLElement, [made: string, remove: () => void]>();
/** Element -> the page whose count was asked for. */
const counted = new WeakMap<HTMLElement, string | undefined>();

function look(service: string, ownSite: string): void {
  for (const [container, [, remove]] of threads) {
    if (container.isConnected) continue;
    remove();
    threads.delete(container);
  }
  for (const container of document.querySelectorAll<HTMLElement>(PLACES)) {
    const { site = ownSite, page = "", lang = "", theme = "auto", sort = "newest" } = container.dataset;
    const settings = { service, site, page: page || ownPage(), lang: lang || ownLanguage(), theme, sort };
    const made = JSON.stringify(settings);
    const before = threads.get(container);
    if (before?.[0] === made) continue;
    before?.[1]();
    threads.set(container, [made, mount(container, settings)]);
  }
  const spots = [...document.querySelectorAll<HTMLElement>(COUNTS)].filter((spot) => {
    const page = spot.dataset.belowlineCount;
    return counted.get(spot) !== page && counted.set(spot, page);
  });
  fill(spots, service, ownSite);
}

function start({ src, dataset: { site = "" } }: HTMLScriptElement): void {
  const base = new URL(".", src).href;
  look(base, site);
  new MutationObserver(() => look(base, site)).observe(document, {
    childList: true,
    subtree: true,
    attributeFilter: SETTINGS,
  });
}

// A page that embeds the script twice has one reader all the same.
const once = document as { [ONCE]?: boolean };
if (script && !once[ONCE]) {
  once[ONCE] = true;
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => start(script));
  else start(script);
}
