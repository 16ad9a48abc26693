/** Puts a thread into a container when the reader comes near, and takes it away again: what both entries share. */

import { linkedId, threadAddress } from "./address";

/** Language -> file name of its bundle; put in by the build. */
declare const BUNDLES: Record<string, string>;

const NEAR = "800px";
const SPACE = "min(100vh, 860px)";
const PAGES_PER_CALL = 100;

export interface Settings {
  /** The address of the service, with a slash at its end. */
  service: string;
  site: string;
  page: string;
  lang: string;
  theme: string;
  sort: string;
}

/** What a thread element is to those who make it. */
export interface ThreadElement extends HTMLElement {
  /** The first reading of the thread, when it has begun already. */
  begun?: Promise<Response> | undefined;
  /** The same thread as the page's server included it; it stays until the thread is drawn. */
  included?: Element | null;
}

/** What a document says of itself: canonical address and language. */
export const ownPage = (): string =>
  document.querySelector<HTMLLinkElement>('link[rel="canonical"]')?.href || (location.href.split("#")[0] as string);

export const ownLanguage = (): string => document.documentElement.lang;

/** Loads the thread into `container` when it comes near the screen. Returns what takes it away. */
export function mount(container: HTMLElement, { lang, ...settings }: Settings): () => void {
  const { service, site, page, sort } = settings;
  const gone = new AbortController();
  const included = container.querySelector(".belowline");
  // As high as an empty thread with its form: what stands below does not move when the thread comes.
  if (!included) container.style.minHeight ||= SPACE;
  let thread: ThreadElement | undefined;

  const load = async (): Promise<void> => {
    const begun = fetch(threadAddress(service, site, page, sort), { credentials: "omit", signal: gone.signal });
    begun.catch(() => {});
    try {
      const bundle = BUNDLES[lang.split("-")[0]!.toLowerCase()] ?? BUNDLES.en;
      const { tag } = (await import(`${service}assets/${bundle}`)) as { tag: string };
      if (gone.signal.aborted) return;
      thread = document.createElement(tag) as ThreadElement;
      for (const [name, value] of Object.entries(settings)) thread.setAttribute(name, value);
      Object.assign(thread, { begun, included });
      container[included ? "append" : "replaceChildren"](thread);
    } catch {
      const lost = new CustomEvent("belowline:error", { detail: { slug: "network" }, bubbles: true });
      if (!gone.signal.aborted) container.dispatchEvent(lost);
    }
  };
  const watch = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) watch.disconnect(), void load();
    },
    { rootMargin: NEAR },
  );
  if (linkedId()) void load();
  else watch.observe(container);

  return () => {
    gone.abort();
    watch.disconnect();
    thread?.remove();
  };
}

/** Fills each of `spots` with the number of comments of the page that it names. */
export function fill(spots: HTMLElement[], service: string, site: string): void {
  const pages = [...new Set(spots.map((spot) => spot.dataset.belowlineCount))].filter(Boolean);
  while (pages.length) {
    const asked = pages.splice(0, PAGES_PER_CALL).map((page) => ["page", page as string]);
    fetch(`${service}v1/counts?${new URLSearchParams([["site", site], ...asked])}`, { credentials: "omit" })
      .then((response) => response.json())
      .then(({ counts }: { counts: Record<string, number> }) => {
        for (const spot of spots) {
          const number = counts[spot.dataset.belowlineCount as string];
          if (number !== undefined) spot.textContent = number.toLocaleString(ownLanguage() || "en");
        }
      })
      // A number that does not come leaves what the page has written there.
      .catch(() => {});
  }
}
