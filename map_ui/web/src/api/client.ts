/** One way to the server: sessions that end, networks that drop and refusals, each told apart. */

import { signal } from "@preact/signals";
import { inLanguage, lang } from "../words";

export type Connection = "ok" | "lost";
export const connection = signal<Connection>("ok");
/** Set while the session has ended: the login dialog stands over the screen, nothing behind it is lost. */
export const sessionEnded = signal(false);

let csrf = "";
let waiting: (() => void)[] = [];

export interface FieldError {
  pointer: string;
  detail: string;
}

/** A refusal by the server (RFC 9457); `extra` holds what its type adds. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly extra: Record<string, unknown> = {},
  ) {
    super(detail || title);
  }
}

/** No answer at all: the network is cut or the server is being restarted. */
export class Unreachable extends Error {}

export function rememberCsrf(token: string): void {
  csrf = token;
  sessionEnded.value = false;
  for (const resume of waiting.splice(0)) resume();
}

async function refusal(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch {
    // A proxy's HTML page has nothing to tell a person.
  }
  const { type, title, detail, errors, status: _, instance: __, ...extra } = body;
  return new Problem(
    response.status,
    String(type ?? "about:blank"),
    String(title ?? response.statusText),
    inLanguage(String(detail ?? "")),
    Array.isArray(errors) ? (errors as FieldError[]) : [],
    extra,
  );
}

async function once(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Accept-Language", lang.value === "zh" ? "zh-CN" : "en");
  headers.set("Accept", "application/json, application/problem+json");
  if (init.method && init.method !== "GET") headers.set("X-CSRF-Token", csrf);
  try {
    const response = await fetch(path, { ...init, headers, credentials: "same-origin" });
    // A gateway without its server behind it is as unreachable as a cut cable.
    if ([502, 503, 504].includes(response.status)) throw new Unreachable(String(response.status));
    connection.value = "ok";
    return response;
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    connection.value = "lost";
    throw error instanceof Unreachable ? error : new Unreachable(String(error));
  }
}

async function request(path: string, init: RequestInit, sessionMatters = true): Promise<Response> {
  const response = await once(path, init);
  if (response.ok) return response;
  if (response.status === 401 && sessionMatters) {
    sessionEnded.value = true;
    await new Promise<void>((resume) => waiting.push(resume));
    return request(path, init);
  }
  throw await refusal(response);
}

async function json<T>(response: Response): Promise<T> {
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

export const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Keep asking until an answer comes; for reads, and for writes that carry a client-made id. */
export async function untilAnswered<T>(ask: () => Promise<T>, stop?: AbortSignal): Promise<T> {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unreachable) || stop?.aborted) throw error;
      await pause(wait);
    }
  }
}

export async function get<T>(path: string, stop?: AbortSignal): Promise<T> {
  return json<T>(await request(path, { signal: stop ?? null }));
}

interface SendOptions {
  sessionMatters?: boolean;
  /** A client-made id: the same request asked twice is carried out once. */
  onceKey?: string;
}

export async function send<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  { sessionMatters = true, onceKey }: SendOptions = {},
): Promise<T> {
  const init: RequestInit = { method };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  if (onceKey) init.headers = { ...init.headers, "Idempotency-Key": onceKey };
  return json<T>(await request(path, init, sessionMatters));
}

/** A file that is counted and recorded where it is made, so it is asked for, not linked; its name comes with it. */
export async function download(path: string, method: "GET" | "POST" = "POST"): Promise<{ name: string; body: Blob }> {
  const response = await request(path, { method });
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "");
  return { name: decodeURIComponent(named?.[1] ?? "file"), body: await response.blob() };
}

/** A session read that does not open the login dialog: null when nobody is signed in. */
export async function quietly<T>(path: string): Promise<T | null> {
  const response = await once(path, {});
  if (response.status === 401) return null;
  if (!response.ok) throw await refusal(response);
  return json<T>(response);
}

/** A path with its query; empty values are left out. */
export function withQuery(path: string, query: Record<string, string | number | null | undefined>): string {
  const filled = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return filled.length ? `${path}?${new URLSearchParams(filled.map(([k, v]) => [k, String(v)]))}` : path;
}
