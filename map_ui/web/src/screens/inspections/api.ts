/** What the inspections screen asks the server, and what it answers. */

import type { InspectionChange, MeasureChange, NewInspection, NewMeasure, RouteWish } from "../../generated/api";
import { newId } from "../../phone/ids";
import { get, send, withQuery } from "../../api/client";
import type { LonLat } from "../../api/types";

export type What = "sites" | "buildings";
export type State = "draft" | "planned" | "under_way" | "recorded" | "closed" | "cancelled";

export interface Reason {
  signal: string;
  weight: number;
  points: number;
  value: number;
  age_days: number | null;
  zh: string;
  en: string;
}
export interface Candidate {
  code: string;
  name: string;
  kind: string;
  committee_code: string | null;
  address: string | null;
  point: LonLat | null;
  score: number;
  rank: number;
  last_visit_on: string | null;
  reasons: Reason[];
}
export interface Candidates {
  day: string;
  count: number;
  control_share: number;
  rules: string;
  sites: Candidate[];
}
export interface Team {
  code: string;
  departments: string[];
  begins?: number;
  ends?: number;
}
export interface Stop {
  id: string;
  code: string;
  name: string;
  kind: string | null;
  address: string | null;
  point: LonLat | null;
  team: string | null;
  position: number | null;
  arrive_at: string | null;
  minutes: number;
  locked: boolean;
  outcome: string | null;
  visited_at: string | null;
  removed: boolean;
  control: boolean;
  score: number | null;
  reasons: Reason[];
}
/** A picture of a place, never of a person; without position, kept small. */
export interface Photo {
  id: string;
  stop_id: string;
  width: number;
  height: number;
  received_at: string;
}
export const photoUrl = (inspection: string, photo: string) => `/api/inspections/${inspection}/photos/${photo}`;
export interface Finding {
  id: string;
  stop_id: string;
  dwelling_code: string | null;
  room_code: string | null;
  kind: string;
  found_on: string;
  people: number | null;
  area_m2: number | null;
  note: string | null;
}
export interface Measure {
  id: string;
  inspection_id: string;
  finding_id: string | null;
  site_code: string | null;
  building_code: string | null;
  kind: string;
  department: string;
  due_on: string;
  state: "open" | "done" | "closed";
  revisit_on: string | null;
  revision: number;
  days_late?: number;
  evidence: { kind: string } | null;
}
export interface Brief {
  id: string;
  title: string;
  day: string;
  state: State;
  revision: number;
  stops: number;
  visited: number;
  teams: number;
}
export interface Inspection extends Omit<Brief, "teams"> {
  teams: Team[];
  plan: {
    routes?: Record<string, { site: string; walk_m: number }[]>;
    left_out?: Record<string, { zh: string; en: string }>;
    walk_m?: number;
    minutes?: Record<string, number>;
    on_streets?: boolean;
    without?: string[];
  };
  hours: [number, number];
  needs_approval: boolean;
  stop_list: Stop[];
  findings: Finding[];
  photos?: Photo[];
  measures: Measure[];
  results: { id: string; stop_id: string; corrects: string | null; state: string; received_at: string }[];
}
export interface Lists {
  departments: string[];
  out_of_hours_reasons: string[];
  measures: string[];
  evidence: string[];
}
export interface Compared {
  ranked_found: number;
  ranked_visited: number;
  control_found: number;
  control_visited: number;
  ranked: number | null;
  control: number | null;
  ratio: number | null;
  low: number | null;
  high: number | null;
  verdict: string;
}
export interface Learning {
  all: Compared;
  signals: (Compared & { signal: string })[];
}
export interface Coverage {
  open: number;
  inspected: number;
  share: number | null;
  kinds: { kind: string; open: number; inspected: number }[];
}
export interface Ticket {
  id: string;
  dwelling_code: string;
  state: "draft" | "sent" | "answered" | "withdrawn";
  history: { at: string; state: string; answer?: string; reference?: string }[];
}

const url = "/api/inspections";
export const readCandidates = (month: string, what: What) =>
  get<Candidates>(withQuery(`${url}/candidates`, { month, what, limit: 2000 }));
export const readLists = () => get<Lists>(`${url}/lists`);
export const readInspections = () => get<Brief[]>(url);
export const readInspection = (id: string) => get<Inspection>(`${url}/${id}`);
export const startInspection = (body: NewInspection) => send<Inspection>("POST", url, body);
export const changeInspection = (id: string, body: InspectionChange) => send<Inspection>("PATCH", `${url}/${id}`, body);
export const makeRoute = (id: string, body: RouteWish) => send<Inspection>("POST", `${url}/${id}/route`, body);
export const approveHours = (id: string, expected_revision: number) =>
  send<Inspection>("POST", `${url}/${id}/approve`, { expected_revision });
export const sheetsUrl = (id: string, kind: "pdf" | "xlsx" | "html") => `${url}/${id}/sheets.${kind}`;
export const addMeasure = (id: string, body: NewMeasure) => send<Measure>("POST", `${url}/${id}/measures`, body);
export const readMeasures = (overdue: boolean) =>
  get<Measure[]>(withQuery(`${url}/measures`, { overdue: overdue ? "true" : "" }));
export const changeMeasure = (id: string, body: MeasureChange) => send<Measure>("PATCH", `${url}/measures/${id}`, body);
export const readLearning = () => get<Learning>(`${url}/learning`);
export const readCoverage = (month: string) => get<Coverage>(withQuery(`${url}/coverage`, { month }));
export const readNoAccess = () =>
  get<{ dwelling_code: string; building_code: string; days: number; last_at: string }[]>(`${url}/no-access`);
export const readTickets = () => get<Ticket[]>(`${url}/tickets`);
export const openTicket = (dwelling_code: string) =>
  send<Ticket>("POST", `${url}/tickets`, { id: newId(), dwelling_code });
export const moveTicket = (id: string, state: string) => send<Ticket>("POST", `${url}/tickets/${id}/state`, { state });
