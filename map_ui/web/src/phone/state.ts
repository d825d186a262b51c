/** The state of the phone page: who is signed in, the pack at hand, what waits, what has its receipt. */

import { signal } from "@preact/signals";
import { flush, overHttp, type Ended } from "./sending";
import { enqueue, keepPack, queue, readPack, readReceipts, type Receipt, type Waiting } from "./store";
import type { Limits } from "./limits";

export interface Home {
  code: string;
  room_number: string | null;
  rooms: { code: string; purpose: string; area_m2: number; partitioned: boolean }[] | null;
}
export interface PackStop {
  id: string;
  code: string;
  name: string;
  kind: string | null;
  address: string | null;
  team: string | null;
  position: number | null;
  arrive_at: string | null;
  outcome: string | null;
  checklist: string[];
  dwellings: Home[];
}
export interface Pack {
  id: string;
  title: string;
  day: string;
  teams: string[];
  stops: PackStop[];
  results: {
    id: string;
    stop_id: string;
    outcome: string;
    state: string;
    received_at: string;
    corrects: string | null;
  }[];
  limits: Limits;
}

export const csrf = signal("");
export const signedIn = signal<boolean | null>(null);
export const pack = signal<Pack | null>(null);
export const packAt = signal<number | null>(null);
export const waiting = signal<Waiting[]>([]);
export const receipts = signal<Receipt[]>([]);
export const offline = signal(false);
export const storageTrouble = signal(false);

export async function look(): Promise<void> {
  try {
    waiting.value = await queue();
    receipts.value = await readReceipts();
  } catch {
    storageTrouble.value = true;
  }
}

/** Who is signed in; without a network whoever was goes on. */
export async function currentSession(): Promise<void> {
  try {
    const response = await fetch("/api/session", { credentials: "same-origin" });
    offline.value = false;
    if (response.ok) csrf.value = String(((await response.json()) as { csrf: string }).csrf);
    signedIn.value = response.ok;
  } catch {
    offline.value = true;
    signedIn.value = true;
  }
}

export async function signIn(name: string, password: string): Promise<string | null> {
  const response = await fetch("/api/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, password }),
  });
  const body = (await response.json()) as { csrf?: string; detail?: string };
  if (!response.ok) return body.detail ?? String(response.status);
  csrf.value = body.csrf ?? "";
  signedIn.value = true;
  return null;
}

/** The newest pack, or the kept one where there is no network. */
export async function loadPack(id: string): Promise<void> {
  try {
    const response = await fetch(`/api/inspections/${encodeURIComponent(id)}/pack`, { credentials: "same-origin" });
    if (response.status === 401) return void (signedIn.value = false);
    if (!response.ok) throw new Error(String(response.status));
    pack.value = (await response.json()) as Pack;
    packAt.value = null;
    offline.value = false;
    await keepPack(id, pack.value).catch(() => (storageTrouble.value = true));
  } catch {
    const kept = await readPack<Pack>(id).catch(() => undefined);
    offline.value = true;
    if (kept) {
      pack.value = kept.pack;
      packAt.value = kept.at;
    }
  }
}

export async function hand(item: Waiting): Promise<void> {
  await enqueue(item);
  await look();
  void push();
}

export async function push(): Promise<Ended> {
  if (!csrf.value) await currentSession();
  const ended = await flush((item) => overHttp(item, csrf.value));
  offline.value = ended === "waiting";
  if (ended === "signed_out") signedIn.value = false;
  await look();
  return ended;
}
