/** Solves proofs of work beside the page; nothing else runs here. */

import { type Challenge, solve } from "./solve";

addEventListener("message", ({ data }: MessageEvent<Challenge>) => {
  void solve(data).then((solution) => postMessage(solution));
});
