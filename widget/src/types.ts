/** What the service answers and what the parts of the widget hand to each other. */

import type { Form } from "./form";
import type { Memory } from "./memory";

export interface Comment {
  id: string;
  parent: string | null;
  depth: number;
  name: string;
  website: string | null;
  avatar: string | null;
  staff: boolean;
  body_html: string | null;
  created_at: string;
  edited_at: string | null;
  votes: Votes;
  replies: Comment[];
  more_replies: string | null;
  tombstone: boolean;
  /** Only of own comments; `rejected` once its author was told. */
  status?: "approved" | "pending" | "rejected";
}

export interface Votes {
  up: number;
  down: number;
}

export interface Thread {
  /** `mail`: authors can be written to, and be mailed the way to what they wrote. */
  page: { key: string; count: number; open: boolean; mail: boolean };
  comments: Comment[];
  next: string | null;
  /** The top-level comment above the one that the page's address leads to, when it is not listed anyway. */
  linked?: Comment | null;
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
}

export interface Submission {
  site: string;
  page: string;
  title: string;
  parent: string | null;
  name: string;
  email: string;
  website: string;
  body: string;
  /** Whether to write to the author. */
  notify: boolean;
  /** A field that people do not see, and when the form was opened (milliseconds since 1970). */
  trap: string;
  opened_at: number;
  challenge?: string;
}

export interface Submitted {
  comment: Comment;
  author_token: string;
}

/** Where a thread lives; every request and every stored key is made from it. */
export interface Place {
  base: string;
  site: string;
  page: string;
}

/** An own comment of this browser: as its author sees it, its source text, and what lets its author change it. */
export interface Own {
  comment: Comment;
  body: string;
  token: string;
  /** Until when its author may edit and delete it. */
  until: string;
}

/** What the element lends to the extras. */
export interface Tools {
  readonly place: Place;
  readonly root: HTMLElement;
  readonly signal: AbortSignal;
  readonly memory: Memory;
  readonly form: Form | null;
  comment(id: string): Comment | undefined;
  announce(text: string): void;
  /** The nodes of a comment's HTML. */
  fragment(html: string): DocumentFragment;
  /** The address of a script of ours, as a page that demands trusted types wants it. */
  script(address: string): string;
  /** Tells the page by an event. */
  tell(name: "submitted" | "error", detail: object): void;
  /** Shows what the reader has sent. */
  sent(comment: Comment): void;
  /** Draws an own comment anew; null takes it off the screen. */
  changed(id: string, comment: Comment | null): void;
  /** How many public comments the reader knows of. */
  count(): number;
  /** Shows what is new of a thread, the newest first, and returns that. */
  merge(thread: Thread): Comment[];
}
