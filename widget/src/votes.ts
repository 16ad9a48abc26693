/** The two vote buttons of a comment; a second press takes a vote back. */

import { write } from "./api";
import { h } from "./dom";
import { excuse } from "./panel";
import { number, t } from "./text";
import type { Comment, Tools, Votes } from "./types";

const DIRECTIONS = [
  ["up", 1],
  ["down", -1],
] as const;

export function votes(comment: Comment, tools: Tools): HTMLElement[] {
  let mine = tools.memory.votes[comment.id] ?? 0;
  let busy = false;
  const buttons = DIRECTIONS.map(([direction, value]) => {
    const button = h("button", { type: "button", class: `plain vote ${direction}` });
    button.addEventListener("click", () => void cast(mine === value ? 0 : value));
    return button;
  });

  function show(sums: Votes): void {
    DIRECTIONS.forEach(([direction, value], index) => {
      const button = buttons[index] as HTMLButtonElement;
      const count = sums[direction];
      button.ariaLabel = t(`vote.${direction}`, { count });
      button.ariaPressed = String(mine === value);
      button.textContent = count ? number(count) : "";
    });
  }

  async function cast(value: number): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      const request: [string, string] = ["PUT", `comments/${comment.id}/vote`];
      const answer = await write<{ votes: Votes }>(tools.place, tools.signal, request, { body: { value } });
      mine = value;
      const { [comment.id]: _, ...others } = tools.memory.votes;
      tools.memory.votes = value ? { ...others, [comment.id]: value } : others;
      comment.votes = answer.votes;
      show(answer.votes);
      tools.announce((value < 0 ? buttons[1] : buttons[0])?.ariaLabel ?? "");
    } catch (error) {
      if (!tools.signal.aborted) tools.announce(excuse(error));
    }
    busy = false;
  }

  show(comment.votes);
  return buttons;
}
