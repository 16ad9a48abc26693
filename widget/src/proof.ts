/** The token of an own comment that goes along with the next one: an author who confirmed it by mail is known again. */

import { keyOf, read, write } from "./memory";
import type { Place } from "./types";

interface Proof {
  /** Of the comment. */
  id: string;
  token: string;
  /** When it was sent, in milliseconds since 1970. */
  sent: number;
}

/** An address is asked once a day at most, so that of a day's comments the first is the one that gets confirmed. */
const DAY_MS = 86_400_000;

const keyFor = (place: Place): string => `${keyOf(place)}:proof`;

/** The header that proves an earlier comment, if one is kept. */
export function proofFor(place: Place): { Authorization?: string } {
  const kept = read<Proof>(keyFor(place));
  return kept?.token ? { Authorization: `Author ${kept.token}` } : {};
}

/** Keeps the token of a comment that was just sent in place of one that is a day old. */
export function keepProof(place: Place, { id, token }: Omit<Proof, "sent">): void {
  const age = Date.now() - (read<Proof>(keyFor(place))?.sent ?? 0);
  // A clock that was set back must not keep a proof for ever.
  if (age < 0 || age > DAY_MS) write(keyFor(place), { id, token, sent: Date.now() });
}

/** The comment is gone, and proves nothing any more. */
export function forgetProof(place: Place, id: string): void {
  if (read<Proof>(keyFor(place))?.id === id) write(keyFor(place), null);
}
