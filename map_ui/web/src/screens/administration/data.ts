/** What administrators ask the service: accounts, keys, rules, releases, the audit. */

import { get, send, withQuery } from "../../api/client";
import type { AccountChange, Amendment, NewAccount, NewKey } from "../../generated/api";

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
