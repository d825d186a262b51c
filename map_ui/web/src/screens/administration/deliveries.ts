/** What stands between a webhook's row and the sentence that a person reads. */

import { timeText } from "../../format";
import { named, t } from "../../words";
import type { Since, WebhookRow } from "./data";

export const LAYERS = ["micro-grids", "buildings", "key-sites", "areas"] as const;

/**
 * Where a feed begins: with what comes (leaving out what waits), at its start, a few changes before where it stands, or
 * after a number. Going a little back never leaves anything out.
 */
export type Start = "now" | "skip" | "start" | "recent" | "after";
const RECENT = 10;

export function sinceOf(start: Start, after: number, delivered: number): Since {
  if (start === "now" || start === "skip") return "now";
  return start === "start" ? 0 : start === "recent" ? Math.max(0, delivered - RECENT) : after;
}

/** How many changes that wait would never be sent. */
export function leftOut(start: Start, after: number, hook: WebhookRow): number {
  if (start === "skip") return hook.behind;
  return start === "after" ? Math.min(hook.behind, Math.max(0, after - hook.delivered_up_to)) : 0;
}

/** The host: what names a receiver in few words; a path or query may be a secret. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** The outcome of the last attempt: a status of HTTP, or one word for why nothing was sent. */
export function outcomeText(status: string | null): string {
  if (status === "410") return t("webhook.answered.gone");
  if (status && /^\d{3}$/.test(status)) return t("webhook.answered", { status });
  return named("webhook.outcome", status ?? "unreachable");
}

/** What is the matter and what to do; nothing where nothing is. */
export function troubleText(hook: WebhookRow): string {
  const why = outcomeText(hook.last_status);
  if (hook.state === "dead") return t("webhook.dead", { why, time: timeText(hook.dead_at ?? "", true) });
  if (hook.state === "failing")
    return t("webhook.failing", { n: hook.failures, why, time: timeText(hook.next_try_at ?? "") });
  return hook.state === "paused" ? t("webhook.paused") : "";
}
