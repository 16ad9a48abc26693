/** Comes when the service asks for a proof of work: does it without holding the page up, says so, can be skipped. */

import { h } from "./dom";
import { type Challenge, type Solution, solve } from "./solve";
import { t } from "./text";
import type { Tools } from "./types";

/** The file of the worker, beside this bundle; put in by the build. */
declare const WORKER: string;

/**
 * A worker's script has to be of the page's own origin, and strict policies allow no `blob:`. On pages of another
 * origin the browser's cryptography, which has threads of its own, works for us from the page.
 */
function solved(challenge: Challenge, signal: AbortSignal, tools: Tools): Promise<Solution> {
  const address = new URL(WORKER, import.meta.url);
  if (address.origin !== location.origin) return solve(challenge, signal);
  return new Promise<Solution>((resolve, reject) => {
    const worker = new Worker(tools.script(address.href) as string, { type: "module" });
    const end = (): void => worker.terminate();
    signal.addEventListener("abort", () => {
      end();
      reject(signal.reason as Error);
    });
    worker.addEventListener("message", ({ data }: MessageEvent<Solution>) => {
      end();
      resolve(data);
    });
    // The page's policy may allow no workers at all.
    worker.addEventListener("error", () => {
      end();
      resolve(solve(challenge, signal));
    });
    worker.postMessage(challenge);
  });
}

/** What goes into the comment's `challenge`; empty when the reader would rather wait for a moderator. */
export async function work(challenge: Challenge, place: HTMLElement, tools: Tools): Promise<string> {
  const skipped = new AbortController();
  const skip = h("button", { type: "button", class: "plain" }, t("work.skip"));
  const note = h("div", { class: "work" }, h("p", {}, t("work.running")), skip);
  skip.addEventListener("click", () => skipped.abort());
  place.before(note);
  tools.announce(t("work.running"));
  try {
    const solution = await solved(challenge, AbortSignal.any([skipped.signal, tools.signal]), tools);
    return btoa(JSON.stringify({ challenge, solution }));
  } catch (error) {
    if (!skipped.signal.aborted) throw error;
    return "";
  } finally {
    note.remove();
  }
}
