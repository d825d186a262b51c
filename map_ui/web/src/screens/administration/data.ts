/** What administrators ask the service: accounts, keys, webhooks, packages, rules, releases, the audit. */

import { download, get, send, withQuery } from "../../api/client";
import type {
  AccountChange,
  Amendment,
  Bodies,
  Bound,
  KeyLimitsWanted,
  NewAccount,
  NewHandover,
  NewKey,
  NewWebhook,
  Replay,
} from "../../generated/api";

export type { Amendment };

const part = encodeURIComponent;

export interface AccountRow {
  name: string;
  display_name: string;
  role: string;
  /** null: the whole town. */
  areas: string[] | null;
  active: boolean;
  locked: boolean;
  one_time_codes: boolean;
  created_at: string;
}
export interface Seen {
  areas: string[] | null;
  permissions: string[];
  rows: Record<string, number>;
}
export interface KeyRow {
  id: string;
  name: string;
  scopes: string[];
  state: "valid" | "revoked" | "expired";
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}
/** How often a key may ask; nothing a minute is no limit. */
export type Limit = KeyLimitsWanted;
export interface Limits {
  usual: Limit;
  keys: ({ key_id: string } & Limit)[];
}
export type Layer = NonNullable<NewWebhook["layers"]>[number];
export type Since = Replay["since"];
export interface WebhookRow {
  id: number;
  url: string;
  layers: Layer[];
  state: "dead" | "paused" | "failing" | "behind" | "up-to-date";
  delivered_up_to: number;
  behind: number;
  failures: number;
  failing_since: string | null;
  /** A status of HTTP, or why nothing could be sent. */
  last_status: string | null;
  next_try_at: string | null;
  last_sent_at: string | null;
  dead_at: string | null;
}
/** A line of the register of what was handed over. */
export interface Handover {
  id: number;
  recipient: string;
  purpose: NewHandover["purpose"];
  at: string;
  account: string | null;
  sha256: string;
  file: string;
  bytes: number;
  month: string;
  revision: number;
  /** How many rows each layer has. */
  layers: Record<string, number>;
}
/** Whose identities sign in here, and which accounts they are; what the provider calls them is not kept. */
export interface SignOn {
  issuer: string | null;
  bound: { account: string; bound_at: string; bound_by: string | null; mark: string }[];
}
export interface Parameter {
  key: string;
  value?: unknown;
  unset?: boolean;
  unit?: string;
  source: string;
  phrase?: string;
  document?: string;
  ambiguity?: number;
  choices?: string[];
  note_zh?: string;
  note_en?: string;
}
export interface RuleSet {
  id: string;
  rule_set: { name_zh: string; name_en: string; document: string; dated: string; valid_from: string; reason: string };
  valid_to: string | null;
  parameter: Parameter[];
}
export interface RulePreview {
  month: string;
  moved: number;
  rows: {
    code: string;
    name: string;
    rank: number | null;
    rank_after: number | null;
    figure: number | null;
    figure_after: number | null;
  }[];
}
export interface Release {
  id: number;
  month: string;
  revision: number;
  reason: string | null;
  version: number;
  computed_at: string;
  checksum: string;
}
export interface AuditEntry {
  seq: number;
  at: string;
  account: string | null;
  action: string;
  target: string | null;
  detail: Record<string, unknown>;
  hash: string;
}

export const readAccounts = () => get<AccountRow[]>("/api/accounts");
export const readRoles = () => get<Record<string, string[]>>("/api/roles");
export const readSeen = (name: string) => get<Seen>(`/api/accounts/${part(name)}/sees`);
export const addAccount = (body: NewAccount) => send<{ name: string; password: string }>("POST", "/api/accounts", body);
export const changeAccount = (name: string, body: AccountChange) =>
  send<AccountRow>("PATCH", `/api/accounts/${part(name)}`, body);
export const newPassword = (name: string) =>
  send<{ name: string; password: string }>("POST", `/api/accounts/${part(name)}/password`);

export const readKeys = () => get<KeyRow[]>("/api/keys");
export const addKey = (body: NewKey) => send<KeyRow & { key: string }>("POST", "/api/keys", body);
export const rotateKey = (id: string) => send<KeyRow & { key: string }>("POST", `/api/keys/${part(id)}/rotate`, {});
export const revokeKey = (id: string) => send<KeyRow>("DELETE", `/api/keys/${part(id)}`);

export const readLimits = () => get<Limits>("/api/key-limits");
export const putLimit = (id: string, body: Limit) => send<Limit>("PUT", `/api/key-limits/${part(id)}`, body);
export const dropLimit = (id: string) => send<void>("DELETE", `/api/key-limits/${part(id)}`);

type WithSecret = WebhookRow & { secret: string };
const webhooks = "/api/webhooks";
export const readWebhooks = () => get<WebhookRow[]>(webhooks);
export const addWebhook = (body: NewWebhook) => send<WithSecret>("POST", webhooks, body);
export const switchWebhook = (id: number, active: boolean) =>
  send<WebhookRow>("PATCH", `${webhooks}/${id}`, { active } satisfies Bodies["PATCH /api/webhooks/{number}"]);
export const replayWebhook = (id: number, since: Since) =>
  send<WebhookRow>("POST", `${webhooks}/${id}/replay`, {
    since,
  } satisfies Bodies["POST /api/webhooks/{number}/replay"]);
export const renewSecret = (id: number) => send<WithSecret>("POST", `${webhooks}/${id}/secret`);
export const removeWebhook = (id: number) => send<void>("DELETE", `${webhooks}/${id}`);

export const readHandovers = () => get<Handover[]>("/api/handovers");
export const handOver = (body: NewHandover) => send<Handover>("POST", "/api/handovers", body);
export const fetchHandover = (id: number) => download(`/api/handovers/${id}/file`, "GET");
export const readPublicKey = () => get<{ pem: string; sha256: string }>("/api/handovers/public-key");

export const readSignOn = () => get<SignOn>("/api/sign-on/accounts");
export const bindIdentity = (name: string, login: string) =>
  send<void>("PUT", `/api/accounts/${part(name)}/sign-on`, { login } satisfies Bound);
export const unbindIdentity = (name: string) => send<void>("DELETE", `/api/accounts/${part(name)}/sign-on`);

export const readRuleSets = () => get<RuleSet[]>("/api/rule-sets");
export const previewRules = (month: string, body: Amendment) =>
  send<RulePreview>("POST", withQuery("/api/rule-sets/preview", { month }), body);
export const amendRules = (body: Amendment) => send<RuleSet[]>("PUT", "/api/rule-sets", body);

export const readReleases = () => get<Release[]>("/api/releases");
export const makeRelease = (month: string, reason: string | null) =>
  send<Release>("POST", "/api/releases", { month, ...(reason ? { reason } : {}) });

export const readAudit = (query: { before?: number | null; action?: string; account?: string }) =>
  get<{ entries: AuditEntry[]; next: number | null }>(withQuery("/api/audit", query));
export const verifyAudit = () =>
  get<{ entries: number; head: { seq: number; hash: string } | null; whole: boolean; faults: { seq: number }[] }>(
    "/api/audit/verification",
  );
