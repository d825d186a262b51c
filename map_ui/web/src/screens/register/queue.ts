/** A day's checks on their way to the server: kept in this browser until each has its receipt. */

import { signal } from "@preact/signals";
import { Problem, Unreachable } from "../../api/client";
import { sendVisits } from "../../api/endpoints";
import type { Visit } from "../../api/types";
import { keptHere } from "../../shell/saving";
import { inLanguage } from "../../words";

export interface Shelf {
  getItem: (key: string) => string | null;
  setItem: (key: string, text: string) => void;
}
export interface Refused {
  visit: Visit;
  why: string;
}

const KEY = "wangge.visits";
const CHUNK = 200;

export function readShelf(shelf: Shelf): Visit[] {
  try {
    const found = JSON.parse(shelf.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(found) ? (found as Visit[]) : [];
  } catch {
    return [];
  }
}

/** Waiting visits, one per id: entering the same row twice replaces it, it never doubles. */
export function shelve(shelf: Shelf, added: Visit[]): Visit[] {
  const byId = new Map([...readShelf(shelf), ...added].map((v) => [v.visit_id, v]));
  const all = [...byId.values()];
  shelf.setItem(KEY, JSON.stringify(all));
  return all;
}

export function unshelve(shelf: Shelf, ids: ReadonlySet<string>): Visit[] {
  const left = readShelf(shelf).filter((v) => !ids.has(v.visit_id));
  shelf.setItem(KEY, JSON.stringify(left));
  return left;
}

export const receipts = signal<{ at: Date; n: number }[]>([]);
export const refused = signal<Refused[]>([]);

/** Send what waits, in parts; what the server refuses is named and leaves the queue, what it never got stays. */
export async function flush(shelf: Shelf, ask: typeof sendVisits = sendVisits): Promise<"done" | "waiting"> {
  for (;;) {
    const part = readShelf(shelf).slice(0, CHUNK);
    keptHere.value = readShelf(shelf).length;
    if (!part.length) return "done";
    try {
      const answer = await ask(part);
      const stored = new Set(answer.receipts.filter((r) => r.state !== "refused").map((r) => r.visit_id));
      const reasons = new Map(
        answer.receipts.filter((r) => r.state === "refused").map((r) => [r.visit_id, inLanguage(r.reason ?? "")]),
      );
      const turned = part.filter((v) => reasons.has(v.visit_id));
      if (turned.length)
        refused.value = [
          ...refused.peek(),
          ...turned.map((visit) => ({ visit, why: reasons.get(visit.visit_id) ?? "" })),
        ];
      if (!stored.size && !turned.length) return "waiting"; // no receipt, no removal
      unshelve(shelf, new Set([...stored, ...turned.map((v) => v.visit_id)]));
      if (stored.size) receipts.value = [{ at: new Date(), n: stored.size }, ...receipts.peek()].slice(0, 5);
    } catch (error) {
      if (error instanceof Unreachable) return "waiting";
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      refused.value = [...refused.peek(), ...part.map((visit) => ({ visit, why: error.detail || error.title }))];
      unshelve(shelf, new Set(part.map((v) => v.visit_id)));
    }
  }
}
