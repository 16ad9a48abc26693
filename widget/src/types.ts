/** What the service answers and what the parts of the widget hand to each other. */

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
  status?: "approved" | "pending";
}

export interface Votes {
  up: number;
  down: number;
}

export interface Thread {
  page: { key: string; count: number; open: boolean };
  comments: Comment[];
  next: string | null;
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
}

export interface Submitted {
  comment: Comment;
  author_token: string;
  /** Until when its author may edit and delete it. */
  until: string;
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
  until: string;
}

/** What the element lends to the extras. */
export interface Tools {
  readonly place: Place;
  readonly root: HTMLElement;
  readonly signal: AbortSignal;
  readonly memory: { own: Own[]; votes: Record<string, number>; keep(own: Own): void; forget(id: string): void };
  comment(id: string): Comment | undefined;
  announce(text: string): void;
  /** Draws an own comment anew; null takes it off the screen. */
  changed(id: string, comment: Comment | null): void;
}
