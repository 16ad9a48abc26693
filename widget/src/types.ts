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
  replies: Comment[];
  more_replies: string | null;
  tombstone: boolean;
  status?: "approved" | "pending";
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
}

/** Where a thread lives; every request and every stored key is made from it. */
export interface Place {
  base: string;
  site: string;
  page: string;
}
