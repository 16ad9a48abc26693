/** What this browser keeps for the reader: draft, own comments and votes, and (if asked) who they are. */

import type { Own, Place } from "./types";

export interface Draft {
  body: string;
  parent: string | null;
  /** Whether the author wants to be written to. */
  notify?: boolean;
  /** Random; every attempt to send this draft makes its Idempotency-Key from it. */
  nonce: string;
  /** When the form was opened for it, in milliseconds since 1970; an attempt after a reload says the same. */
  opened: number;
}

export interface Profile {
  name: string;
  email: string;
  website: string;
}

const OWN_LIMIT = 20;

// Storage may be missing, full, blocked for third parties or hold something of another version.
export function read<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function write(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing is kept then; the form still holds the text.
  }
}

/** What the keys of a site begin with. */
export const keyOf = ({ base, site }: Place): string => `belowline:${base}${site}`;

export class Memory {
  readonly #page: string;
  readonly #everywhere: string;

  constructor(place: Place) {
    this.#everywhere = keyOf(place);
    this.#page = `${this.#everywhere}:${place.page}`;
  }

  get profile(): Profile | null {
    return read(`${this.#everywhere}:profile`);
  }
  set profile(value: Profile | null) {
    write(`${this.#everywhere}:profile`, value);
  }

  get draft(): Draft {
    const draft = read<Draft>(`${this.#page}:draft`);
    return draft?.opened ? draft : { body: "", parent: null, nonce: nonce(), opened: Date.now() };
  }
  set draft(value: Draft | null) {
    write(`${this.#page}:draft`, value?.body ? value : null);
  }

  get own(): Own[] {
    const list = read<Own[]>(`${this.#page}:own`);
    return Array.isArray(list) ? list.filter((item) => !!item?.comment?.id) : [];
  }
  /** In place of what was kept of the same comment. */
  keep(own: Own): void {
    const rest = this.own.filter(({ comment }) => comment.id !== own.comment.id);
    write(`${this.#page}:own`, [...rest, own].slice(-OWN_LIMIT));
  }
  forget(id: string): void {
    const rest = this.own.filter((own) => own.comment.id !== id);
    write(`${this.#page}:own`, rest.length ? rest : null);
  }

  /** Id of a comment -> 1 or -1. */
  get votes(): Record<string, number> {
    return read(`${this.#page}:votes`) ?? {};
  }
  set votes(value: Record<string, number>) {
    write(`${this.#page}:votes`, value);
  }
}

const nonce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
