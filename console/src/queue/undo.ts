/** What this person decided in the last minutes, the latest first to be taken back. */

import { post } from "../api";
import { undoSeconds } from "../page";
import type { Queued } from "../types";

export interface Done {
  comments: Queued[];
  /** The id that undoes it, once the service has answered; null when nothing was decided. */
  undo: Promise<string | null>;
  at: number;
}

const done: Done[] = [];

export const remember = (comments: Queued[], undo: Promise<string | null>): Done => {
  const one = { comments, undo, at: Date.now() };
  done.push(one);
  return one;
};

export const forget = (one: Done): void => {
  const index = done.indexOf(one);
  if (index >= 0) done.splice(index, 1);
};

/** Takes the latest decision back; returns its comments, or null when there is none any more. */
export async function takeBack(one: Done | undefined = done.at(-1)): Promise<Queued[] | null> {
  if (!one || Date.now() - one.at > undoSeconds * 1000) return null;
  forget(one);
  const id = await one.undo.catch(() => null);
  if (!id) return null;
  try {
    await post(`moderation/undo/${id}`);
  } catch (error) {
    done.push(one); // it may work the next time
    throw error;
  }
  return one.comments;
}
