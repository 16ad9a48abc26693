/** What the API answers, as far as the console shows it. */

import type { Message } from "./text";

export type Status = "pending" | "approved" | "rejected" | "spam" | "deleted";
export type Decision = "approve" | "reject" | "spam" | "delete";

export interface PageNamed {
  key: string;
  url: string | null;
  title: string;
}

export interface Signal {
  check: string;
  score: number;
  reason: string;
  messages: Message[];
  span: [number, number] | null;
}

export interface AuthorSeen {
  id: string;
  name: string;
  first_seen: string;
  pending: number;
  approved: number;
  rejected: number;
  spam: number;
}

export interface Queued {
  id: string;
  site: string;
  page: PageNamed;
  parent: string | null;
  name: string;
  website: string | null;
  body: string;
  language: string | null;
  status: Status;
  version: number;
  score: number;
  signals: Signal[];
  author: AuthorSeen;
  campaign: string | null;
  reports: number;
  created_at: string;
  edited_at: string | null;
  /** Published by the filter and drawn to be checked; nobody has decided yet. */
  review_due: boolean;
}

export interface QueueAnswer {
  comments: Queued[];
  next: string | null;
  total: number;
  total_is_least: boolean;
}

export interface Written {
  id: string;
  name?: string;
  status: Status;
  body: string;
  page: PageNamed;
  created_at: string;
}

export interface AuthorAnswer extends AuthorSeen {
  site: string;
  deleted: number;
  comments: Written[];
}

export interface Change {
  comment: string;
  kind: string;
  status: Status;
  version: number;
  by: string;
  at: string;
}

export interface Claim {
  comment: string;
  by: string;
}

export interface Live {
  changes: Change[];
  truncated: boolean;
  claims: Claim[];
  pending: number;
}

/** Where a decision leads. */
export const RESULT: Record<Decision, Status> = { approve: "approved", reject: "rejected", spam: "spam", delete: "deleted" };

const ALLOWED: Record<Status, Decision[]> = {
  pending: ["approve", "reject", "spam", "delete"],
  approved: ["reject", "spam", "delete"],
  rejected: ["approve", "spam", "delete"],
  spam: ["approve", "reject", "delete"],
  deleted: [],
};

/** What may be decided about a comment: to approve one that is to be checked confirms it. */
export const allowed = ({ status, review_due }: Queued): Decision[] =>
  review_due && status === "approved" ? ["approve", ...ALLOWED.approved] : ALLOWED[status];
