/** The calls to the service; each ends in a value or in a Problem. */

import { threadAddress } from "./address";
import type { Challenge } from "./solve";
import type { FieldError, Place, Thread } from "./types";

const TIMEOUT_MS = 20_000;

/** Why a call failed: a slug of the service's problem types, or `network` when no answer came. */
export class Problem extends Error {
  constructor(
    readonly slug: string,
    readonly errors: FieldError[] = [],
    readonly waitSeconds = 0,
    readonly challenge?: Challenge,
  ) {
    super(slug);
  }
}

interface ProblemAnswer {
  type?: string;
  errors?: FieldError[];
  retry_after_seconds?: number;
  challenge?: Challenge;
}

async function problem(response: Response): Promise<Problem> {
  const answer = (await response.json().catch(() => ({}))) as ProblemAnswer;
  const slug = response.status >= 500 ? "unavailable" : /[^/]*$/.exec(answer.type ?? "")?.[0];
  return new Problem(slug || "other", answer.errors, answer.retry_after_seconds, answer.challenge);
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
  { begun, ...from }: { cursor?: string; limit?: number; begun?: Promise<Response> | undefined },
): Promise<Thread> => {
  const address = threadAddress(place.base, place.site, place.page, sort);
  const further = Object.entries(from).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`);
  return receive(begun ?? send(address + further.join(""), signal));
};

/** What the service says at a path below `v1/`. */
export const read = <T>(place: Place, signal: AbortSignal, path: string, headers: Record<string, string>): Promise<T> =>
  receive(send(`${place.base}v1/${path}`, signal, { headers }));

type Call = [method: string, path: string];
interface Sent {
  body?: unknown;
  heard?: (headers: Headers) => void;
  Authorization?: string;
  "Idempotency-Key"?: string;
}

/**
 * A call that changes something; its path goes on from `v1/`, what is sent beside `body` are headers. `heard` is told
 * the headers of an answer that came.
 */
export async function write<T>(
  place: Place,
  signal: AbortSignal,
  [method, path]: Call,
  { body, heard, ...headers }: Sent,
): Promise<T> {
  const answer = send(`${place.base}v1/${path}`, signal, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const received = await receive<T>(answer);
  heard?.((await answer).headers);
  return received;
}
