/** From the queue to the server: each thing leaves against its receipt, in the order it was made, once at a time. */

import { dequeue, keepReceipt, queue, type Receipt, type Waiting } from "./store";

export interface Ask {
  (waiting: Waiting): Promise<{ status: number; body: Record<string, unknown> }>;
}

export async function overHttp(
  waiting: Waiting,
  csrf: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const photo = waiting.body instanceof Blob;
  const response = await fetch(waiting.url, {
    method: photo ? "PUT" : "POST",
    credentials: "same-origin",
    headers: { "Content-Type": photo ? "image/jpeg" : "application/json", "X-CSRF-Token": csrf },
    body: photo
      ? (waiting.body as Blob)
      : JSON.stringify({ ...(waiting.body as Record<string, unknown>), sent_at: new Date().toISOString() }),
  });
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch {
    // A gateway's page says nothing that counts.
  }
  return { status: response.status, body };
}

function receiptOf(waiting: Waiting, status: number, body: Record<string, unknown>): Receipt {
  const refused = status >= 400;
  const findings = (body["findings"] as { kind: string }[] | undefined) ?? [];
  return {
    id: waiting.id,
    stop: waiting.stop,
    kind: waiting.kind,
    state: refused ? "refused" : String(body["state"] ?? "stored"),
    at: String(body["received_at"] ?? new Date().toISOString()),
    findings: findings.map((f) => f.kind),
    ...(refused ? { why: String(body["detail"] ?? status) } : {}),
  };
}

export type Ended = "done" | "waiting" | "signed_out";
let running: Promise<Ended> | null = null;

/** What the server refuses for good leaves the queue with its reason; what it never answered stays. */
export function flush(ask: Ask): Promise<Ended> {
  running ??= sendAll(ask).finally(() => (running = null));
  return running;
}

async function sendAll(ask: Ask): Promise<Ended> {
  for (const waiting of await queue()) {
    let answer;
    try {
      answer = await ask(waiting);
    } catch {
      return "waiting";
    }
    const { status, body } = answer;
    if (status === 401 || status === 403) return "signed_out";
    if (status >= 500 || status === 408 || status === 429) return "waiting";
    await keepReceipt(receiptOf(waiting, status, body));
    await dequeue(waiting.id);
  }
  return "done";
}
