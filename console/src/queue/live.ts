/** What others do meanwhile: asked every second while the page is seen, and told what this person looks at. */

import { call, send } from "../api";
import type { Live } from "../types";

const EVERY_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;
/** Longer away than this, and the service no longer tells what was missed. */
const MISSED_MS = 10_000;
const LOOK_PAUSE_MS = 250;
const LOOK_AGAIN_MS = 45_000;

/** Calls `told` with what is new, and `missed` when the page was away for so long that it must read anew. */
export function watch(site: () => string, told: (live: Live) => void, missed: () => void): void {
  let etag = "";
  let last = Date.now();
  const next = async (): Promise<void> => {
    if (document.visibilityState === "hidden") return later(EVERY_MS);
    if (Date.now() - last > MISSED_MS) missed();
    try {
      const response = await sendTagged(site(), etag);
      last = Date.now();
      if (response.status !== 304) {
        etag = response.headers.get("ETag") ?? "";
        told((await response.json()) as Live);
      }
      later(EVERY_MS);
    } catch {
      later(AFTER_FAILURE_MS);
    }
  };
  const later = (milliseconds: number): void => void window.setTimeout(() => void next(), milliseconds);
  void next();
}

const sendTagged = (site: string, etag: string): Promise<Response> =>
  send("GET", "moderation/live", { query: { site }, background: true, ...(etag ? { ifNoneMatch: etag } : {}) });

let looking: string | null = null;
let pause = 0;

const tell = (): void => void call("PUT", "moderation/look", { body: { comment: looking }, background: true }).catch(() => undefined);

/** Colleagues see what this person looks at; who leafs quickly looks at nothing yet. */
export function look(comment: string | null): void {
  if (comment === looking) return;
  looking = comment;
  clearTimeout(pause);
  pause = window.setTimeout(tell, LOOK_PAUSE_MS);
}

window.setInterval(() => {
  if (looking && document.visibilityState === "visible") tell();
}, LOOK_AGAIN_MS);
