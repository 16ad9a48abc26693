/** The calls to the service, by the session's cookie and its CSRF token; each ends in a value or in a Problem. */

import { has, t } from "./text";

const TIMEOUT_MS = 20_000;
const BACKGROUND_MS = 8_000;

interface FieldError {
  field: string;
  code: string;
  message: string;
}

/** A refusal: a problem document of the service, or `network` when no answer came. */
export class Problem extends Error {
  constructor(
    readonly slug: string,
    readonly status: number,
    readonly members: Record<string, unknown> = {},
  ) {
    super(slug);
  }

  get errors(): FieldError[] {
    return (this.members.errors as FieldError[] | undefined) ?? [];
  }

  /** What to tell people. */
  get words(): string {
    const first = this.errors[0];
    if (first) return has(`problem.${first.field}_${first.code}`) ? t(`problem.${first.field}_${first.code}`) : `${first.field}: ${first.message}`;
    if (has(`problem.${this.slug}`)) return t(`problem.${this.slug}`);
    return typeof this.members.detail === "string" ? this.members.detail : t("problem.other");
  }
}

export type Query = Record<string, string | number | null | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  version?: number;
  signal?: AbortSignal;
  background?: boolean;
  ifNoneMatch?: string;
}

async function problem(response: Response): Promise<Problem> {
  const members = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const slug = /[^/]*$/.exec(String(members.type ?? ""))?.[0] || "other";
  return new Problem(slug, response.status, members);
}

/** A call below /v1; when the session has ended, the page goes to sign in. */
export async function call<T>(method: string, path: string, asked: Call = {}): Promise<T> {
  const response = await send(method, path, asked);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** The same, answered with the response itself (downloads). */
export async function send(method: string, path: string, asked: Call = {}): Promise<Response> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) if (value != null && value !== "") query.set(name, String(value));
  const headers: Record<string, string> = { "X-CSRF-Token": document.body.dataset.csrf ?? "" };
  if (asked.background) headers["X-Background"] = "1";
  if (asked.body !== undefined) headers["Content-Type"] = "application/json";
  if (asked.ifNoneMatch) headers["If-None-Match"] = asked.ifNoneMatch;
  if (asked.version !== undefined) headers["If-Match"] = `"${asked.version}"`;
  const limit = AbortSignal.timeout(asked.background ? BACKGROUND_MS : TIMEOUT_MS);
  const options: RequestInit = {
    method,
    headers,
    credentials: "same-origin",
    signal: asked.signal ? AbortSignal.any([asked.signal, limit]) : limit,
  };
  if (asked.body !== undefined) options.body = JSON.stringify(asked.body);
  const response = await fetch(`/v1/${path}${query.size ? `?${query}` : ""}`, options).catch(() => {
    throw new Problem("network", 0);
  });
  if (response.status === 401) location.assign("/console/sign-in");
  if (!response.ok && response.status !== 304) throw await problem(response);
  return response;
}

export const get = <T>(path: string, query: Query = {}, more: Call = {}): Promise<T> => call<T>("GET", path, { ...more, query });
export const post = <T>(path: string, body: unknown = {}, more: Call = {}): Promise<T> => call<T>("POST", path, { ...more, body });
