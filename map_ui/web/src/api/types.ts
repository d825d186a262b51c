/** What the server answers. Order is always lon, lat; shares are ratios, per cent exists only on screen. */

import type { NewRequest, Visit as Sent, What } from "../generated/api";
import type { Feature, FeatureCollection, Geometry, MultiPolygon, Polygon } from "geojson";

export type MeasureName = "checked_share" | "record_share" | "check_density" | "accuracy" | "group_renting_rate";
export type By = "micro-grid" | "committee" | "zone" | "station" | "cell";
export type State = "ok" | "no_data" | "zero" | "withheld";
export type Verdict = "meets" | "misses" | "cannot_tell";
export type LonLat = [number, number];
export type Box = [number, number, number, number];

export interface Account {
  name: string;
  display_name: string;
  role: string;
  subdistrict: string;
  areas: string[];
  permissions: string[];
}
export interface Session {
  account: Account;
  csrf: string;
}

export interface Committee {
  code: string;
  name: string;
  name_en?: string | null;
  zone: string | null;
  station: string | null;
  bbox: Box | null;
}
export type VersionStatus = "draft" | "published" | "withdrawn" | "in_force" | "scheduled" | "past";
export interface Version {
  id: number;
  name: string;
  status: VersionStatus;
  valid_from: string | null;
  valid_to: string | null;
}
export interface Town {
  subdistrict: { code: string; name: string; name_en?: string | null; bbox: Box | null; srid: number };
  months: string[];
  current_month: string;
  versions: Version[];
  committees: Committee[];
  layers: string[];
}

export interface Measure {
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  low: number | null;
  high: number | null;
  state: State;
  verdict?: Verdict;
  further_checks?: number | null;
}
export type Measures = Record<MeasureName, Measure>;
export type Counts = Record<string, number | null>;
export interface Row {
  code: string;
  name: string;
  name_en?: string | null;
  committee_code: string | null;
  measures: Measures;
  counts: Counts;
}
export interface Indicators {
  month: string;
  version: { id: number; name: string } | null;
  as_of: string | null;
  rows: Row[];
  total: Row;
}
export interface HistoryPoint extends Measure {
  month: string;
}
export interface AreaFigures extends Row {
  area_m2?: number;
}
export interface Found {
  kind: string;
  code: string;
  label: string;
  point: LonLat | null;
}
export type Facts = Record<string, unknown> & { code: string };

export interface GridFigures {
  code: string;
  name: string | null;
  committee_code: string;
  locked: boolean;
  residents: number;
  dwellings: number;
  checks_due: number;
  staff_required: number;
  off_target: number;
  unavoidable: number;
  added: number;
  /** Share off the mean of its own committee: what the drawing can change. */
  deviation: number;
}
export type GridFeature = Feature<MultiPolygon | Polygon, GridFigures>;
/** As the server says it: which grids, and a note in both languages. */
export interface RawProblem {
  kind: string;
  ids: string[];
  note?: string;
  value?: number;
  pieces?: number;
}
export interface DraftProblem {
  kind: string;
  grid_code: string | null;
  severity: "error" | "warning";
  detail: string;
}
export interface LoggedOperation {
  revision: number;
  kind: string;
  at: string;
  by: string;
}
export interface Draft {
  id: number;
  name: string;
  status: VersionStatus;
  revision: number;
  can_undo: boolean;
  can_redo: boolean;
  valid_from: string | null;
  valid_to: string | null;
  target?: number;
  grids: FeatureCollection<MultiPolygon | Polygon, GridFigures>;
  plots_url: string;
  problems: RawProblem[];
  operations?: LoggedOperation[];
}
export interface VersionSummary extends Version {
  revision?: number;
  created_at?: string | null;
  created_by?: string | null;
  published_at?: string | null;
  published_by?: string | null;
}
export type OperationKind =
  | "split"
  | "merge"
  | "move_border"
  | "paint"
  | "lock"
  | "unlock"
  | "rename"
  | "complete"
  | "divide_committee"
  | "repair_committee";
export interface OperationAnswer {
  revision: number;
  operation: unknown;
  changed: FeatureCollection<MultiPolygon | Polygon, GridFigures>;
  removed: string[];
  /** Figures alone, of every grid of the committees touched; names and locks stand in `changed`. */
  figures: (Partial<GridFigures> & { code: string })[];
  moved_plots: [number, string][];
  problems: RawProblem[];
  can_undo: boolean;
  can_redo: boolean;
}
/** One automatic division: its figures, the committees that no division brings within tolerance, its grids. */
export interface Alternative {
  objective: "balanced" | "balance" | "streets";
  figures: Record<
    "grids" | "mean_deviation" | "max_deviation" | "polsby_popper" | "streets_share" | "within_share",
    number | null
  >;
  not_within: { committee: string; reached: number; reason: string }[];
  grids: FeatureCollection<Geometry>;
}
export interface Preview {
  before: number | null;
  created: string[];
  retired: string[];
  reshaped: string[];
  moved_buildings: number;
  moved_residents: number;
  moved_share: number;
  open_tasks: number;
  teams: string[];
  problems: RawProblem[];
  sentence: string;
}
export interface Task<T = unknown> {
  id: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  message: string;
  result: T | null;
  error?: string;
}

export type ReviewState = "open" | "frozen" | "scored" | "published" | "corrected";
export interface Ranked {
  code: string;
  name: string;
  name_en?: string | null;
  rank: number | null;
  rank_low: number | null;
  rank_high: number | null;
  previous_rank: number | null;
  score: number | null;
  accuracy: Measure | null;
  checked: number | null;
  target: number | null;
  group: number | null;
  ladder_level: number | null;
}
export interface Review {
  month: string;
  state: ReviewState;
  version?: number;
  rule_set?: { id: string; name: string; name_en?: string | null } | null;
  may?: Partial<Record<"freeze" | "score" | "publish" | "correct", boolean>>;
  release: { number: string; published_at: string } | null;
  ranking: Ranked[];
  ladder: { code: string; name: string; level: number; months: string[]; reason: string; reason_en?: string | null }[];
  late: { what: string; what_en?: string | null; area: string | null; due: string; days_late: number }[];
  todo: { area: string; code?: string | null; what: string; what_en?: string | null }[];
  trends: ({ month: string } & Partial<Record<MeasureName, number | null>>)[];
  calendar: Duty[];
  /** How much of the ranking is luck, in a sentence of each language. */
  luck?: { zh: string; en: string } | null;
}
/** What the month's documents demand by a day; `unrecorded`: nothing in the data shows whether it was done. */
export interface Duty {
  key: string;
  rule: string;
  cadence: string;
  due: string;
  what: string;
  what_en: string;
  state: "due" | "done" | "done_late" | "late" | "unrecorded";
  done_at: string | null;
}

export interface ExportRequest {
  id: string;
  what: What;
  purpose: NewRequest["purpose"];
  state: "requested" | "approved" | "refused" | "expired";
  requested_by: string;
  requested_at: string;
  decided_by: string | null;
  decided_at: string | null;
  expires_at: string | null;
  downloads: number;
}

export interface LoadField {
  field: string;
  name: string;
  name_en: string;
  required: boolean;
  aliases: string[];
}
export interface RowProblem {
  row: number;
  column: string | null;
  severity: "error" | "warning";
  message: string;
  message_en?: string;
}
export interface LoadReport {
  kind: string;
  rows: number;
  ok: number;
  errors: number;
  warnings: number;
  problems: RowProblem[];
  preview?: Record<string, number>;
  columns?: { source: string; field: string | null }[];
}
export interface Load {
  id: number;
  kind: string;
  file_name: string;
  loaded_at: string;
  loaded_by: string;
  mode: string;
  counts: Record<string, number>;
  can_undo: boolean;
  state: string;
}
export interface Quality {
  as_of: string | null;
  measures: {
    key: string;
    numerator: number | null;
    denominator: number | null;
    value: number | null;
    target: number | null;
  }[];
  by_committee: ({ code: string; name: string; name_en?: string | null } & Record<
    string,
    number | string | null | undefined
  >)[];
  issues: { kind: string; n: number; detail: string }[];
}
/** A visit as the form fills it in: the counts are always there. */
export type Visit = Required<
  Pick<
    Sent,
    | "visit_id"
    | "dwelling_code"
    | "visited_at"
    | "frame"
    | "outcome"
    | "checked"
    | "correct"
    | "to_register"
    | "to_deregister"
    | "wrong_particulars"
  >
>;
