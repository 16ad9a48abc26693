/** The calls to the service; each ends in a value or in a Problem. */

import { threadAddress } from "./address";
import type { FieldError, Place, Submission, Submitted, Thread } from "./types";

const TIMEOUT_MS = 20_000;

/** Why a call failed: a slug of the service's problem types, or `network` when no answer came. */
export class Problem extends Error {
  constructor(
    readonly slug: string,
    readonly errors: FieldError[] = [],
    readonly waitSeconds = 0,
  ) {
    super(slug);
  }
}

interface ProblemAnswer {
  type?: string;
  errors?: FieldError[];
  retry_after_seconds?: number;
}

async function problem(response: Response): Promise<Problem> {
  const answer = (await response.json().catch(() => ({}))) as ProblemAnswer;
  const slug = response.status >= 500 ? "unavailable" : /[^/]*$/.exec(answer.type ?? "")?.[0];
  return new Problem(slug || "other", answer.errors, answer.retry_after_seconds);
}

async function receive<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer.catch(() => {
    throw new Problem("network");
  });
  if (!response.ok) throw await problem(response);
  if (response.status === 204) return undefined as T;
  return response.json().catch(() => {
    throw new Problem("network");
  }) as Promise<T>;
}

const send = (address: string, signal: AbortSignal, options: RequestInit = {}): Promise<Response> =>
  fetch(address, {
    ...options,
    credentials: "omit",
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });

export const readThread = (
  place: Place,
  sort: string,
  signal: AbortSignal,
  from: { cursor?: string; begun?: Promise<Response> | undefined },
): Promise<Thread> => {
  const address = threadAddress(place.base, place.site, place.page, sort);
  const cursor = from.cursor ? `&cursor=${encodeURIComponent(from.cursor)}` : "";
  return receive(from.begun ?? send(address + cursor, signal));
};

/** Whether everybody may see the comment by now; unknown (no answer) counts as not yet. */
export const isPublic = (place: Place, id: string, signal: AbortSignal): Promise<boolean> =>
  send(`${place.base}v1/comments/${encodeURIComponent(id)}`, signal).then(
    (response) => response.ok,
    () => false,
  );

type Call = [method: string, path: string];
type Sent = { body?: unknown } & Record<string, unknown>;

const change = (place: Place, signal: AbortSignal, [method, path]: Call, { body, ...headers }: Sent): Promise<Response> =>
  send(`${place.base}v1/comments${path}`, signal, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** A call that changes something; its path goes on from `v1/comments`, what is sent beside `body` are headers. */
export const write = <T>(place: Place, signal: AbortSignal, call: Call, sent: Sent): Promise<T> =>
  receive(change(place, signal, call, sent));

export async function submit(
  place: Place,
  submission: Submission,
  key: string,
  signal: AbortSignal,
): Promise<Submitted> {
  const answer = change(place, signal, ["POST", ""], { body: submission, "Idempotency-Key": key });
  const submitted = await receive<Omit<Submitted, "until">>(answer);
  return { ...submitted, until: (await answer).headers.get("Author-Token-Expires") ?? "" };
}
