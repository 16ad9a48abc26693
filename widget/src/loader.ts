/** embed.js: finds the place for the thread, fills the counts, and brings the bundle when the reader comes near. */

import { COMMENT_ID, threadAddress } from "./address";

/** Language -> file name of its bundle; put in by the build. */
declare const BUNDLES: Record<string, string>;

const NEAR = "800px";
const PAGES_PER_CALL = 100;

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-site][src*="embed.js"]');

function start({ src, dataset: { site = "" } }: HTMLScriptElement): void {
  const base = new URL(".", src).href;
  const container = document.getElementById("comments");
  count(base, site);
  if (!container || container.querySelector("belowline-thread")) return;

  const { page, lang, theme = "auto", sort = "newest" } = container.dataset;
  const canonical = document.querySelector<HTMLLinkElement>('link[rel="canonical"]')?.href;
  const address = page || canonical || location.href.split("#")[0]!;
  const tag = (lang || document.documentElement.lang).split("-")[0]!.toLowerCase();
  const thread = document.createElement("belowline-thread") as HTMLElement & { begun?: Promise<Response> };
  for (const [name, value] of Object.entries({ site, page: address, theme, sort })) thread.setAttribute(name, value);
  // As high as an empty thread with its form: what stands below does not move when the thread comes.
  container.style.minHeight ||= "min(100vh, 860px)";

  const load = (): void => {
    thread.begun = fetch(threadAddress(base, site, address, sort), { credentials: "omit" });
    thread.begun.catch(() => {});
    container.replaceChildren(thread);
    import(`${base}assets/${BUNDLES[tag] ?? BUNDLES.en}`).catch(() =>
      container.dispatchEvent(new CustomEvent("belowline:error", { detail: { slug: "network" }, bubbles: true })),
    );
  };
  if (location.hash.startsWith(`#${COMMENT_ID}`)) return load();
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      load();
    },
    { rootMargin: NEAR },
  );
  watch.observe(container);
}

function count(base: string, site: string): void {
  const spots = [...document.querySelectorAll<HTMLElement>("[data-belowline-count]")];
  const pages = [...new Set(spots.map((spot) => spot.dataset.belowlineCount!))].filter(Boolean);
  for (let from = 0; from < pages.length; from += PAGES_PER_CALL) {
    const query = new URLSearchParams({ site });
    for (const page of pages.slice(from, from + PAGES_PER_CALL)) query.append("page", page);
    fetch(`${base}v1/counts?${query}`, { credentials: "omit" })
      .then((response) => response.json())
      .then(({ counts }: { counts: Record<string, number> }) => {
        for (const spot of spots) {
          const number = counts[spot.dataset.belowlineCount!];
          if (number !== undefined) spot.textContent = number.toLocaleString(document.documentElement.lang || "en");
        }
      })
      // A number that does not come leaves what the page has written there.
      .catch(() => {});
  }
}

if (script) {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => start(script));
  else start(script);
}
