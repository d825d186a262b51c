/** What screens work with: the server's answers under the names used here, and what the console makes of them. */

import type {
  DraftChange,
  GridProblem,
  PublishingPreview,
  SessionAccount,
  Task as TaskAnswer,
  Version as VersionKept,
  VersionSummary as SummaryKept,
  Visit as Sent,
} from "../generated/api";

export type {
  Alternative,
  Committee,
  Draft,
  Duty,
  ExportRequest,
  Found,
  GridFeature,
  GridFigures,
  Load,
  LoadField,
  LoadReport,
  Quality,
  Ranked,
  Review,
  RowProblem,
  Session,
  Town,
} from "../generated/api";
export type Account = SessionAccount;
export type OperationAnswer = DraftChange;
export type Preview = PublishingPreview;
export type RawProblem = GridProblem;

export type MeasureName = "checked_share" | "record_share" | "check_density" | "accuracy" | "group_renting_rate";
export type By = "micro-grid" | "committee" | "zone" | "station" | "cell";
export type State = "ok" | "no_data" | "zero" | "withheld";
export type Verdict = "meets" | "misses" | "cannot_tell";
export type LonLat = [number, number];
export type Box = [number, number, number, number];
export type ReviewState = "open" | "frozen" | "scored" | "published" | "corrected";
/** What the server keeps, and what a published version is today. */
export type VersionStatus = VersionKept["status"] | "in_force" | "scheduled" | "past";
export type Version = Omit<VersionKept, "status"> & { status: VersionStatus };
export type VersionSummary = Omit<SummaryKept, "status"> & { status: VersionStatus };

/** A measure as screens read it: whole, whatever the server left out (`shape.ts`). */
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
/** Facts of any kind of place, listed as they come. */
export type Facts = Record<string, unknown> & { code: string };

export interface DraftProblem {
  kind: string;
  grid_code: string | null;
  severity: "error" | "warning";
  detail: string;
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
/** A task whose result is known to be a `T` when it is done. */
export type Task<T = unknown> = Omit<TaskAnswer, "result"> & { result: T | null };

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
