/** Written by scripts/api_types.py from the service's OpenAPI; not by hand. */

import type { Geometry, MultiPolygon, Polygon } from "geojson";

export type Address =
  | "/api/accounts"
  | "/api/accounts/{name}"
  | "/api/accounts/{name}/password"
  | "/api/accounts/{name}/sees"
  | "/api/accounts/{name}/sign-on"
  | "/api/accounts/{name}/sign-out"
  | "/api/audit"
  | "/api/audit/verification"
  | "/api/boundary-versions"
  | "/api/boundary-versions/{version_id}"
  | "/api/boundary-versions/{version_id}/agreement"
  | "/api/boundary-versions/{version_id}/alternatives"
  | "/api/boundary-versions/{version_id}/decisions"
  | "/api/boundary-versions/{version_id}/events"
  | "/api/boundary-versions/{version_id}/merge"
  | "/api/boundary-versions/{version_id}/operations"
  | "/api/boundary-versions/{version_id}/plots"
  | "/api/boundary-versions/{version_id}/preview"
  | "/api/boundary-versions/{version_id}/publish"
  | "/api/boundary-versions/{version_id}/redo"
  | "/api/boundary-versions/{version_id}/undo"
  | "/api/buildings/{code}"
  | "/api/change-reports"
  | "/api/checks"
  | "/api/exports"
  | "/api/exports/{request_id}/decision"
  | "/api/exports/{request_id}/file"
  | "/api/handovers"
  | "/api/handovers/public-key"
  | "/api/handovers/{number}/file"
  | "/api/holidays"
  | "/api/hotspots"
  | "/api/indicators"
  | "/api/indicators/area"
  | "/api/indicators/history"
  | "/api/inspections"
  | "/api/inspections/candidates"
  | "/api/inspections/coverage"
  | "/api/inspections/learning"
  | "/api/inspections/lists"
  | "/api/inspections/measures"
  | "/api/inspections/measures/{measure_id}"
  | "/api/inspections/no-access"
  | "/api/inspections/tickets"
  | "/api/inspections/tickets/{ticket_id}/state"
  | "/api/inspections/{inspection_id}"
  | "/api/inspections/{inspection_id}/approve"
  | "/api/inspections/{inspection_id}/measures"
  | "/api/inspections/{inspection_id}/pack"
  | "/api/inspections/{inspection_id}/photos/{photo_id}"
  | "/api/inspections/{inspection_id}/route"
  | "/api/inspections/{inspection_id}/sheets.{kind}"
  | "/api/inspections/{inspection_id}/stops/{stop_id}/photos/{photo_id}"
  | "/api/inspections/{inspection_id}/stops/{stop_id}/results"
  | "/api/key-limits"
  | "/api/key-limits/{key_id}"
  | "/api/key-sites/{code}"
  | "/api/keys"
  | "/api/keys/{key_id}"
  | "/api/keys/{key_id}/rotate"
  | "/api/layers/{layer}"
  | "/api/loads"
  | "/api/loads/columns"
  | "/api/loads/{batch_id}/undo"
  | "/api/login"
  | "/api/logout"
  | "/api/micro-grids/{code}"
  | "/api/one-time-codes"
  | "/api/one-time-codes/new"
  | "/api/one-time-codes/off"
  | "/api/password"
  | "/api/quality"
  | "/api/releases"
  | "/api/releases/area"
  | "/api/reviews/{month}"
  | "/api/reviews/{month}/duties"
  | "/api/reviews/{month}/forms"
  | "/api/reviews/{month}/inputs"
  | "/api/reviews/{month}/pack"
  | "/api/reviews/{month}/{action}"
  | "/api/roles"
  | "/api/rule-sets"
  | "/api/rule-sets/preview"
  | "/api/search"
  | "/api/session"
  | "/api/sessions"
  | "/api/sessions/{session_id}"
  | "/api/sign-on"
  | "/api/sign-on/accounts"
  | "/api/sign-on/return"
  | "/api/sign-on/start"
  | "/api/tasks/{task_id}"
  | "/api/tickets"
  | "/api/tickets/{ticket_id}/answer"
  | "/api/town"
  | "/api/webhooks"
  | "/api/webhooks/{number}"
  | "/api/webhooks/{number}/replay"
  | "/api/webhooks/{number}/secret";

/** What a request takes, by its method and address. */
export interface Bodies {
  "POST /api/accounts": NewAccount;
  "PATCH /api/accounts/{name}": AccountChange;
  "PUT /api/accounts/{name}/sign-on": Bound;
  "POST /api/boundary-versions": NewDraft;
  "POST /api/boundary-versions/{version_id}/alternatives": BoundariesWanted;
  "POST /api/boundary-versions/{version_id}/decisions": BoundariesDecision;
  "POST /api/boundary-versions/{version_id}/merge": Merging;
  "POST /api/boundary-versions/{version_id}/operations": Operation;
  "POST /api/boundary-versions/{version_id}/publish": Publication;
  "POST /api/boundary-versions/{version_id}/redo": BoundariesExpected;
  "POST /api/boundary-versions/{version_id}/undo": BoundariesExpected;
  "POST /api/change-reports": NewReports;
  "POST /api/checks": Day;
  "POST /api/exports": NewRequest;
  "POST /api/exports/{request_id}/decision": ExportsDecision;
  "POST /api/handovers": NewHandover;
  "PUT /api/holidays": HolidayTable;
  "POST /api/indicators/area": IndicatorsDrawn;
  "POST /api/inspections": NewInspection;
  "PATCH /api/inspections/measures/{measure_id}": MeasureChange;
  "POST /api/inspections/tickets": NewTicket;
  "POST /api/inspections/tickets/{ticket_id}/state": TicketMove;
  "PATCH /api/inspections/{inspection_id}": InspectionChange;
  "POST /api/inspections/{inspection_id}/approve": InspectionsExpected;
  "POST /api/inspections/{inspection_id}/measures": NewMeasure;
  "POST /api/inspections/{inspection_id}/route": RouteWish;
  "POST /api/inspections/{inspection_id}/stops/{stop_id}/results": ResultIn;
  "PUT /api/key-limits/{key_id}": KeyLimitsWanted;
  "POST /api/keys": NewKey;
  "POST /api/keys/{key_id}/rotate": Rotation;
  "POST /api/login": Login;
  "POST /api/one-time-codes": OneTimeCode;
  "POST /api/one-time-codes/off": OwnPassword;
  "POST /api/password": PasswordChange;
  "POST /api/releases": ReleasesWanted;
  "POST /api/releases/area": ReleasesDrawn;
  "POST /api/reviews/{month}/duties": Done;
  "POST /api/reviews/{month}/inputs": Inputs;
  "POST /api/reviews/{month}/{action}": ReviewsDecision | null;
  "POST /api/rule-sets": Choice;
  "PUT /api/rule-sets": Amendment;
  "POST /api/rule-sets/preview": Amendment;
  "POST /api/tickets/{ticket_id}/answer": TicketAnswer;
  "POST /api/webhooks": NewWebhook;
  "PATCH /api/webhooks/{number}": Switch;
  "POST /api/webhooks/{number}/replay": Replay;
}

/** What a request is answered with, where that is JSON. */
export interface Answers {
  "DELETE /api/accounts/{name}/sign-on": void;
  "DELETE /api/boundary-versions/{version_id}": void;
  "DELETE /api/key-limits/{key_id}": void;
  "DELETE /api/keys/{key_id}": KeyRow;
  "DELETE /api/sessions/{session_id}": void;
  "DELETE /api/tasks/{task_id}": void;
  "DELETE /api/webhooks/{number}": void;
  "GET /api/accounts": AccountRow[];
  "GET /api/accounts/{name}/sees": Seen;
  "GET /api/audit": AuditPage;
  "GET /api/audit/verification": AuditVerification;
  "GET /api/boundary-versions": VersionSummary[];
  "GET /api/boundary-versions/{version_id}": Draft;
  "GET /api/boundary-versions/{version_id}/plots": PlotCollection;
  "GET /api/boundary-versions/{version_id}/preview": PublishingPreview;
  "GET /api/buildings/{code}": BuildingFacts;
  "GET /api/change-reports": ChangeReportRow[];
  "GET /api/exports": ExportRequest[];
  "GET /api/handovers": Handover[];
  "GET /api/handovers/public-key": PublicKey;
  "GET /api/holidays": Record<string, boolean>;
  "GET /api/hotspots": HotspotCollection;
  "GET /api/indicators": Indicators;
  "GET /api/indicators/history": History;
  "GET /api/inspections": InspectionBrief[];
  "GET /api/inspections/candidates": Candidates;
  "GET /api/inspections/coverage": SiteCoverage;
  "GET /api/inspections/learning": Learnt;
  "GET /api/inspections/lists": ClosedLists;
  "GET /api/inspections/measures": InspectionMeasure[];
  "GET /api/inspections/no-access": ShutHome[];
  "GET /api/inspections/tickets": Ticket[];
  "GET /api/inspections/{inspection_id}": Inspection;
  "GET /api/inspections/{inspection_id}/pack": InspectionPack;
  "GET /api/key-limits": KeyLimits;
  "GET /api/key-sites/{code}": KeySiteFacts;
  "GET /api/keys": KeyRow[];
  "GET /api/layers/{layer}": LayerCollection;
  "GET /api/loads": Load[];
  "GET /api/loads/columns": LoadFields;
  "GET /api/micro-grids/{code}": MicroGridFacts;
  "GET /api/quality": Quality;
  "GET /api/releases": ReleaseRow[];
  "GET /api/reviews/{month}": Review;
  "GET /api/reviews/{month}/inputs": MonthInputs;
  "GET /api/roles": Record<string, string[]>;
  "GET /api/rule-sets": RuleSet[];
  "GET /api/search": Found[];
  "GET /api/session": Session;
  "GET /api/sessions": OpenSession[];
  "GET /api/sign-on": SignOnOffer;
  "GET /api/sign-on/accounts": SignOnBindings;
  "GET /api/tasks/{task_id}": Task;
  "GET /api/tickets": SentTicket[];
  "GET /api/town": Town;
  "GET /api/webhooks": WebhookRow[];
  "PATCH /api/accounts/{name}": AccountRow;
  "PATCH /api/inspections/measures/{measure_id}": InspectionMeasure;
  "PATCH /api/inspections/{inspection_id}": Inspection;
  "PATCH /api/webhooks/{number}": WebhookRow;
  "POST /api/accounts": FirstPassword;
  "POST /api/accounts/{name}/password": FirstPassword;
  "POST /api/accounts/{name}/sign-out": SessionsEnded;
  "POST /api/boundary-versions": Draft;
  "POST /api/boundary-versions/{version_id}/agreement": AgreementReport;
  "POST /api/boundary-versions/{version_id}/alternatives": TaskStarted;
  "POST /api/boundary-versions/{version_id}/decisions": AgreementReport;
  "POST /api/boundary-versions/{version_id}/merge": DraftChange;
  "POST /api/boundary-versions/{version_id}/operations": DraftChange;
  "POST /api/boundary-versions/{version_id}/publish": VersionSummary;
  "POST /api/boundary-versions/{version_id}/redo": DraftChange;
  "POST /api/boundary-versions/{version_id}/undo": DraftChange;
  "POST /api/change-reports": ReportsTaken;
  "POST /api/checks": VisitReceipts;
  "POST /api/exports": ExportRequest;
  "POST /api/exports/{request_id}/decision": ExportRequest;
  "POST /api/handovers": Handover;
  "POST /api/indicators/area": DrawnArea | ReleasedArea;
  "POST /api/inspections": Inspection;
  "POST /api/inspections/tickets": Ticket;
  "POST /api/inspections/tickets/{ticket_id}/state": Ticket;
  "POST /api/inspections/{inspection_id}/approve": Inspection;
  "POST /api/inspections/{inspection_id}/measures": InspectionMeasure;
  "POST /api/inspections/{inspection_id}/route": Inspection;
  "POST /api/inspections/{inspection_id}/stops/{stop_id}/results": ResultReceipt;
  "POST /api/keys": NewKeyRow;
  "POST /api/keys/{key_id}/rotate": NewKeyRow;
  "POST /api/loads": LoadOutcome | Task;
  "POST /api/loads/{batch_id}/undo": LoadUndone;
  "POST /api/login": Session;
  "POST /api/logout": void;
  "POST /api/one-time-codes": void;
  "POST /api/one-time-codes/new": CodeOffer;
  "POST /api/one-time-codes/off": void;
  "POST /api/password": void;
  "POST /api/releases": ReleaseRow;
  "POST /api/releases/area": ReleasedArea;
  "POST /api/reviews/{month}/duties": DutyMarked;
  "POST /api/reviews/{month}/forms": FormTaken;
  "POST /api/reviews/{month}/inputs": InputsStored;
  "POST /api/reviews/{month}/{action}": Review;
  "POST /api/rule-sets": RuleSet[];
  "POST /api/rule-sets/preview": RulePreview;
  "POST /api/tickets/{ticket_id}/answer": TicketMoved;
  "POST /api/webhooks": NewWebhookRow;
  "POST /api/webhooks/{number}/replay": WebhookRow;
  "POST /api/webhooks/{number}/secret": NewWebhookRow;
  "PUT /api/accounts/{name}/sign-on": void;
  "PUT /api/holidays": Record<string, boolean>;
  "PUT /api/inspections/{inspection_id}/stops/{stop_id}/photos/{photo_id}": PhotoReceipt;
  "PUT /api/key-limits/{key_id}": KeyLimit;
  "PUT /api/rule-sets": RuleSet[];
}

export interface AccountChange {
  display_name?: string | null;
  role?: string | null;
  areas?: string[] | null;
  active?: boolean | null;
}

/** An account without its secrets. */
export interface AccountRow {
  name: string;
  /** 岗位名称 / name of the duty */
  display_name: string;
  role: string;
  /** 居委会代码；空为全部(视角色) / codes of its committees; null for all, where the role sees all */
  areas: string[] | null;
  active: boolean;
  /** 多次输错口令，暂时锁定 / locked for a while after wrong passwords */
  locked: boolean;
  one_time_codes: boolean;
  password_changed_at: string | null;
  created_at: string;
}

/** The register's accuracy, and what the checks so far can say about the target of 98 %. */
export interface Accuracy {
  numerator: number | null;
  /** 分母；按面积的为平方米 / denominator; square metres where it is an area */
  denominator: number | null;
  value: number | null;
  /** 95% 区间下限；全数统计的等于值 / lower end of the 95 % interval; the value itself where all were counted */
  low: number | null;
  high: number | null;
  n: number | null;
  state: "ok" | "zero" | "no_data";
  verdict: "meets" | "misses" | "cannot_tell_yet" | "absent";
  /** 还须核查几人才能判断 / checks still needed before it can be told */
  further_checks: number | null;
}

/** The revision at which an automatic division was taken as the draft. */
export interface Adopted {
  revision: number;
}

export interface AgreedCommittee {
  committee_code: string;
  grids: number;
  highly_consistent: number;
  same_share: number | null;
  moved_buildings: number;
  within_2m: number | null;
  within_5m: number | null;
  grade: "highly_consistent" | "same_buildings" | "differs" | "no_counterpart";
}

/** One grid of ours beside its counterpart. */
export interface AgreedGrid {
  grid_code: string;
  committee_code?: string;
  /** 对方代码 / their code */
  mate: string | null;
  relation: "1:1" | "1:n" | "n:1" | "m:n" | "1:0";
  iou: number;
  weight: number;
  same_weight: number;
  same_share: number | null;
  buildings: number;
  moved_buildings: number;
  border_m: number;
  within_2m: number;
  within_5m: number;
  grade: "highly_consistent" | "same_buildings" | "differs" | "no_counterpart";
}

/** The town in one line; null where there is nothing to divide by. */
export interface AgreementFigures {
  grids: number;
  highly_consistent: number;
  /** 同一网格内的人口占比 / share of residents in the same grid in both */
  same_share: number | null;
  moved_buildings: number;
  /** 格界相距2米以内的占比 / share of the border within 2 m of the other's */
  within_2m: number | null;
  within_5m: number | null;
  mean_iou: number | null;
  slivers: number;
  real_differences: number;
}

/** How far the two drawings agree, with the decisions taken so far. */
export interface AgreementReport {
  grade: "highly_consistent" | "same_buildings" | "differs" | "no_counterpart";
  figures: AgreementFigures;
  /** 以何加权 / what the shares are weighted by */
  weight: string;
  datum: DatumFound;
  defects: Record<"ours" | "theirs", Record<string, number>>;
  grids: AgreedGrid[];
  committees: AgreedCommittee[];
  theirs_alone: string[];
  moved_buildings: MovedBuilding[];
  differences: Difference[];
  signed_off: boolean;
  source: string;
}

/** One automatic division. */
export interface Alternative {
  objective: "balanced" | "balance" | "streets";
  figures: DivisionFigures;
  not_within: NotWithin[];
  grids: GridCollection;
}

/** The result of the task that `alternatives` starts: three drawings to choose from. */
export interface Alternatives {
  target: number;
  alternatives: Record<"best" | "balance" | "streets", Alternative>;
}

export interface Amendment {
  changes: Record<string, unknown>;
  valid_from: string;
  version: string;
  reason: string;
}

/** The figures of one area. */
export interface AreaRow {
  measures: Measures;
  /** 人、户、次等计数；缺为空 / counts of records, dwellings, visits; null where a part is not known */
  counts: Record<string, number | null>;
  code: string;
  name: string;
  name_en?: string | null;
  /** 微网格所属居委会 / committee of a micro-grid */
  committee_code?: string;
  locked?: boolean;
  area_m2?: number | null;
}

/** One entry; its hash covers the one before it. */
export interface AuditEntry {
  seq: number;
  at: string;
  account: string | null;
  action: string;
  target: string | null;
  detail: Record<string, unknown>;
  /** SHA-256，十六进制 / SHA-256 in hexadecimal */
  hash: string;
}

/** A place where the chain does not hold. */
export interface AuditFault {
  seq: number;
  kind: "altered" | "missing" | "reordered" | "rewritten";
}

/** The newest entry. */
export interface AuditHead {
  seq: number;
  hash: string;
}

export interface AuditPage {
  entries: AuditEntry[];
  /** 下一页的 before / `before` of the next page; null on the last */
  next: number | null;
}

/** Whether the chain holds; against a rewritten chain only anchors kept elsewhere help. */
export interface AuditVerification {
  entries: number;
  head: AuditHead | null;
  faults: AuditFault[];
  whole: boolean;
}

export interface Bound {
  /** 认证方给出的标识 / what the provider calls it */
  login: string;
}

export interface BoundariesDecision {
  /** 编号；slivers 为全部细条，* 为全部 / its name; slivers for all slivers, * for all */
  difference: string;
  decision: string;
}

export interface BoundariesExpected {
  expected_revision?: number | null;
}

export interface BoundariesWanted {
  target?: number;
  adopt?: string | null;
}

/** One building; its dwellings are counted, not listed. */
export interface BuildingFacts {
  code: string;
  /** 有图形、无图形的场所、未定位 / with a footprint, a place without one, not located */
  kind: "building" | "site" | "unlocated";
  name: string | null;
  address: string | null;
  use: string | null;
  floors: number | null;
  height_m: number | null;
  built_on: string | null;
  demolished_on: string | null;
  committee_code: string | null;
  compound_code: string | null;
  compound_name: string | null;
  dwellings_by_use: Record<string, number> | null;
  dwellings_by_status: Record<string, number> | null;
  /** 在册登记数 / registrations in force */
  registrations: number;
  last_visit: string | null;
  key_sites: SiteName[] | null;
}

/** An open place in the ranking. */
export interface Candidate {
  code: string;
  name: string;
  kind: string;
  committee_code: string | null;
  address: string | null;
  point: [number, number] | null;
  score: number;
  /** 名次，并列同名次 / ties share the best place */
  rank: number;
  last_visit_on: string | null;
  reasons: Reason[];
}

/** Open places ranked on a day, best first. */
export interface Candidates {
  day: string;
  what: "sites" | "buildings";
  /** 共有多少处 / how many there are in all */
  count: number;
  /** 随机对照占比 / share drawn at random as a control */
  control_share: number;
  rules: string;
  sites: Candidate[];
}

/** So many complaints or changes about a building in a month. */
export interface ChangeReportRow {
  /** 月份 / month, 2026-03 */
  month: string;
  id: string;
  building_code: string;
  kind: "complaint" | "change";
  topic: string;
  source: string;
  n: number;
  received_at: string;
}

export interface CheckIn {
  item: string;
  answer: "ok" | "not_ok" | "not_applicable";
  dwelling_code?: string | null;
  note?: string | null;
}

export interface Choice {
  town: string;
}

/** The closed lists that forms choose from. */
export interface ClosedLists {
  departments: string[];
  out_of_hours_reasons: string[];
  measures: string[];
  evidence: string[];
  ticket_answers: string[];
}

/** A secret for an application that makes one-time codes; it counts once a code of it was confirmed. */
export interface CodeOffer {
  secret: string;
  /** otpauth 地址 / address for the application, `otpauth://…` */
  address: string;
}

export interface Committee {
  code: string;
  name: string;
  name_en: string | null;
  /** 片区 / zone */
  zone: string | null;
  /** 派出所 / police-station area */
  station: string | null;
  /** 区块 / block */
  block: string | null;
  bbox: [number, number, number, number] | null;
}

/** The lines of one committee: rates as shares, the rest as counts. */
export interface CommitteeQuality {
  code: string;
  name: string;
  name_en: string | null;
  /** 能对应房屋的登记 / records whose dwelling stands (FS-1) */
  link_rate: number | null;
  /** 有登记的在用房屋 / occupied dwellings with a record */
  dwellings_with_record: number | null;
  duplicates: number;
  /** 应登未登 / to register */
  to_register: number;
  /** 应消未消 / to deregister */
  to_deregister: number;
  buildings_without_footprint: number;
}

/** Finds per visited site, ranked against the random control, with the ratio's 95 % interval. */
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
  verdict: "better" | "worse" | "cannot_tell" | "no_data";
}

export interface ComparedSignal {
  ranked_found: number;
  ranked_visited: number;
  control_found: number;
  control_visited: number;
  ranked: number | null;
  control: number | null;
  ratio: number | null;
  low: number | null;
  high: number | null;
  verdict: "better" | "worse" | "cannot_tell" | "no_data";
  signal: string;
}

/** Whether one of the drawings is in a shifted datum (GCJ-02, BD-09). */
export interface DatumFound {
  /** 空为无偏移 / empty where nothing is wrong */
  kind: string;
  near_share: number;
  near_share_shifted: number;
  displacement_m: number;
}

/** Some visits, at most :data:`MOST_VISITS` at a time. */
export interface Day {
  visits: Visit[];
}

/** The decisions that may come next, and whether the caller may take them. */
export interface Decisions {
  freeze?: boolean;
  score?: boolean;
  publish?: boolean;
  correct?: boolean;
  reopen?: boolean;
}

/** A piece of ground that lies in other grids in the two drawings. */
export interface Difference {
  /** 编号，用于裁定 / its name, for a decision */
  difference: string;
  decision: "adopt" | "keep" | "sign_off" | null;
  ours: string | null;
  theirs: string | null;
  area_m2: number;
  thickness_m: number;
  buildings: number;
  weight: number;
  kind: "sliver" | "real";
  geometry: Polygon | MultiPolygon;
}

/** A division in one line. */
export interface DivisionFigures {
  grids: number | null;
  mean_deviation: number | null;
  max_deviation: number | null;
  within_share: number | null;
  in_pieces: number | null;
  /** 形状紧凑度，圆为 1 / compactness, 1 for a circle */
  polsby_popper: number | null;
  /** 沿道路河流的格界占比 / share of inner borders along streets or water */
  streets_share: number | null;
}

export interface Done {
  duty: string;
  done?: boolean;
}

export interface DoneOperation {
  kind: string;
  undo: boolean;
  params: Record<string, unknown>;
  created: string[];
  retired: string[];
  /** 换格的地块数 / plots that changed grid */
  plots: number;
}

/** A version with its grids, the newest operation first. */
export interface Draft {
  id: number;
  name: string;
  status: "draft" | "published" | "withdrawn";
  valid_from: string | null;
  /** 失效日，不含 / until, exclusive */
  valid_to: string | null;
  /** 修订号，每步加一 / goes up with each step */
  revision: number;
  plot_set: number;
  /** 由哪个版本而来 / version it started from */
  parent: number | null;
  /** 仅某居委会的草案 / draft of one committee alone (XJ-13) */
  committee: string | null;
  /** 编码方案 / scheme of codes */
  scheme: string;
  /** 每格目标人数 / residents aimed at per grid */
  target: number;
  created_by: string | null;
  created_at: string;
  published_by: string | null;
  published_at: string | null;
  can_undo: boolean;
  can_redo: boolean;
  grids: GridCollection;
  plots_url: string;
  problems: GridProblem[];
  operations: LoggedOperation[];
}

/** What an operation, undo or redo changed. */
export interface DraftChange {
  revision: number;
  operation: DoneOperation;
  changed: GridCollection;
  removed: string[];
  /** 所涉居委会各格的数字 / figures of every grid of the committees touched */
  figures: GridNumbersOf[];
  notes: OperationNote[];
  problems: GridProblem[];
  /** 地块与其新的微网格 / plots with their grid after it */
  moved_plots: ([number, string | null])[];
  can_undo: boolean;
  can_redo: boolean;
}

/** Figures of a polygon just drawn: the buildings whose representative point it covers. */
export interface DrawnArea {
  measures: Measures;
  /** 人、户、次等计数；缺为空 / counts of records, dwellings, visits; null where a part is not known */
  counts: Record<string, number | null>;
  /** 月份 / month, 2026-03 */
  month: string;
  version: number;
  buildings: number;
  area_m2: number;
}

/** A duty of the month; `unrecorded`: nothing in the data shows whether it was done. */
export interface Duty {
  key: string;
  rule: string;
  cadence: string;
  /** 上海时间，不带时区 / Shanghai's wall time, without a zone */
  due: string;
  what: string;
  what_en: string;
  state: "due" | "done" | "done_late" | "late" | "unrecorded";
  done_at: string | null;
}

export interface DutyMarked {
  duty: string;
  done: boolean;
}

export interface Evidence {
  kind: string;
  photo_id?: string | null;
  note?: string | null;
}

export interface EvidenceKept {
  kind: string;
  photo_id?: string | null;
  note?: string | null;
}

/** A request for a file, as both persons see it. */
export interface ExportRequest {
  id: string;
  what: ExportWhat;
  purpose: "monthly_review" | "joint_inspection" | "data_quality" | "audit" | "statistics";
  state: "requested" | "approved" | "refused" | "expired";
  requested_by: string;
  requested_at: string;
  decided_by: string | null;
  decided_at: string | null;
  expires_at: string | null;
  /** 已下载次数，至多三次 / downloads so far, of three */
  downloads: number;
}

/** Which records, of which month. */
export interface ExportWhat {
  kind: "buildings" | "dwellings" | "checks";
  /** 月份 / month, 2026-03 */
  month: string;
}

export interface ExportsDecision {
  approve: boolean;
}

/** One thing that is wrong with what was sent. */
export interface FieldError {
  /** 位置 / where in the request, as a JSON pointer */
  pointer: string;
  detail: string;
}

export interface FindingIn {
  id: string;
  kind: string;
  dwelling_code?: string | null;
  note?: string | null;
}

export interface FindingReceipt {
  id: string;
  kind: "group_rental" | "illegal_structure" | "residential_to_other" | "other_to_residential" | "over_2_per_room" | "under_5m2" | "non_residential_space" | "partitioned" | "let_by_bed" | "fire_risk" | "structure_risk" | "not_filed" | "register_mismatch";
  room_code: string | null;
  dwelling_code: string | null;
}

/** A password made here; it is in this answer and nowhere else. */
export interface FirstPassword {
  name: string;
  password: string;
}

/** A filled form: what was read, stored, or differs from what the system computes (F-1). */
export interface FormTaken {
  form: "F-1" | "F-2" | "F-3";
  read: number;
  stored: number;
  differences: string[];
}

/** A place that a search found; never a person. */
export interface Found {
  kind: "committee" | "micro-grid" | "key-site" | "building";
  code: string;
  label: string;
  point: [number, number] | null;
}

/** Micro-grids as GeoJSON (EPSG:4326), with their figures. */
export interface GridCollection {
  type: "FeatureCollection";
  features: GridFeature[];
}

export interface GridFeature {
  type: "Feature";
  id: string;
  geometry: Polygon | MultiPolygon;
  properties: GridFigures;
}

export interface GridFigures {
  residents: number;
  dwellings: number;
  key_sites: number;
  /** 本年尚待核查 / records still to be checked this year */
  checks_due: number;
  /** 地块 / plots */
  plots: number;
  buildings: number;
  area_m2: number;
  /** 与目标人数之差的比例 / share off the target */
  off_target: number;
  /** 其中居委会人数所致 / part that the committee's size makes unavoidable */
  unavoidable: number;
  /** 其中划法所致 / part that the drawing adds */
  added: number;
  /** 与本居委会均值之差的比例 / share off the mean of its own committee */
  deviation: number;
  /** 须配管理员，每1500人一名 / registrars required, one per 1,500 residents (GM-1) */
  staff_required: number;
  code: string;
  name: string;
  committee_code: string;
  locked: boolean;
}

export interface GridNumbersOf {
  residents: number;
  dwellings: number;
  key_sites: number;
  /** 本年尚待核查 / records still to be checked this year */
  checks_due: number;
  /** 地块 / plots */
  plots: number;
  buildings: number;
  area_m2: number;
  /** 与目标人数之差的比例 / share off the target */
  off_target: number;
  /** 其中居委会人数所致 / part that the committee's size makes unavoidable */
  unavoidable: number;
  /** 其中划法所致 / part that the drawing adds */
  added: number;
  /** 与本居委会均值之差的比例 / share off the mean of its own committee */
  deviation: number;
  /** 须配管理员，每1500人一名 / registrars required, one per 1,500 residents (GM-1) */
  staff_required: number;
  code: string;
}

/** What a planner should look at. */
export interface GridProblem {
  kind: "no_residents" | "off_balance" | "in_pieces";
  /** 微网格代码 / codes of micro-grids */
  ids: string[];
  note?: string;
  /** 与均值之差的比例 / share off the mean */
  value?: number;
  pieces?: number;
}

/** A line of the register: what was handed over, to whom, why, and by which account. */
export interface Handover {
  id: number;
  /** 接收单位 / the receiving organisation */
  recipient: string;
  purpose: "city_operation" | "joint_inspection" | "planning" | "statistics" | "monthly_review" | "audit";
  at: string;
  account: string | null;
  /** 整包校验 / SHA-256 of the file */
  sha256: string;
  file: string;
  bytes: number;
  /** 月份 / month, 2026-03 */
  month: string;
  release: number;
  revision: number;
  /** 各图层行数 / rows of each layer */
  layers: Record<string, number>;
  /** 公钥的校验值 / SHA-256 of the key that verifies it */
  public_key_sha256: string;
}

/** Month by month, the oldest first; a month without a boundary version or figures is left out. */
export interface History {
  area: string;
  points: MonthTotals[];
}

export interface HolidayTable {
  days: Record<string, boolean | null>;
}

/** A dwelling at a stop, with its rooms as designed; no counts of people. */
export interface Home {
  code: string;
  building_code: string;
  room_number: string | null;
  use: string;
  /** 出租 / is let */
  let: boolean;
  /** 已备案 / the letting is filed */
  filed: boolean;
  rooms: RoomAsDesigned[] | null;
}

export interface HomeIn {
  dwelling_code: string;
  outcome: "done" | "no_access";
}

/** GeoJSON of inspected cells, with the circles of the scan beside them. */
export interface HotspotCollection {
  type: "FeatureCollection";
  /** 月份 / month, 2026-03 */
  month: string;
  features: HotspotFeature[];
  clusters: ScanCircle[];
}

export interface HotspotFeature {
  type: "Feature";
  id: string;
  geometry: Polygon | MultiPolygon;
  properties: HotspotProperties;
}

/** An H3 cell tested by Gi*. */
export interface HotspotProperties {
  /** H3 编号 / H3 index */
  code: string;
  kind: "cell";
  findings: number;
  inspections: number;
  value: number | null;
  z: number | null;
  /** 单侧，置换检验 / one-sided, by permutation */
  p_value: number | null;
  verdict: "hot" | "cold" | "none" | "too_few" | "island" | "constant";
  significant: boolean;
}

/** Every measure of every area of one kind, and of the whole. */
export interface Indicators {
  /** 月份 / month, 2026-03 */
  month: string;
  by: "micro-grid" | "committee" | "zone" | "block" | "station" | "subdistrict" | "cell" | "building";
  version: VersionUsed;
  as_of: string;
  rows: AreaRow[];
  /** 不属任何区域的楼栋 / buildings of no area, so that the sums close */
  unassigned: Totals | null;
  total: Totals;
}

export interface IndicatorsDrawn {
  geometry: Record<string, unknown>;
  month: string;
}

export interface InputValue {
  committee_code: string;
  item: string;
  value: number;
}

export interface Inputs {
  values: Value[];
}

export interface InputsStored {
  stored: number;
}

/** An inspection with its stops, findings, measures and receipts. */
export interface Inspection {
  id: string;
  title: string;
  day: string;
  state: "draft" | "planned" | "under_way" | "recorded" | "closed" | "cancelled";
  revision: number;
  leader: string | null;
  created_by: string | null;
  stops: number;
  visited: number;
  parties: string[];
  teams: Team[];
  plan: RoutePlan;
  out_of_hours_reason: string | null;
  second_approver: string | null;
  hours_from: number | null;
  hours_to: number | null;
  hours: [number, number];
  needs_approval: boolean;
  stop_list: Stop[];
  findings: InspectionFinding[];
  measures: InspectionMeasure[];
  results: ResultTaken[];
  photos: PhotoRow[];
}

/** One line of the list. */
export interface InspectionBrief {
  id: string;
  title: string;
  day: string;
  state: "draft" | "planned" | "under_way" | "recorded" | "closed" | "cancelled";
  revision: number;
  leader: string | null;
  created_by: string | null;
  stops: number;
  visited: number;
  teams: number;
}

export interface InspectionChange {
  expected_revision: number;
  title?: string | null;
  day?: string | null;
  state?: "draft" | "planned" | "under_way" | "recorded" | "closed" | "cancelled" | null;
  leader?: string | null;
  parties?: string[] | null;
  teams?: TeamIn[] | null;
  hours_from?: number | null;
  hours_to?: number | null;
  out_of_hours_reason?: string | null;
  add_sites?: string[];
  what?: "sites" | "buildings";
  stops?: StopChange[];
}

/** A fact about a dwelling or one of its rooms. */
export interface InspectionFinding {
  id: string;
  stop_id: string;
  result_id: string | null;
  building_code: string;
  dwelling_code: string | null;
  room_code: string | null;
  kind: "group_rental" | "illegal_structure" | "residential_to_other" | "other_to_residential" | "over_2_per_room" | "under_5m2" | "non_residential_space" | "partitioned" | "let_by_bed" | "fire_risk" | "structure_risk" | "not_filed" | "register_mismatch";
  found_on: string;
  /** 房内人数，仅计数 / people in the room, a count */
  people: number | null;
  area_m2: number | null;
  note: string | null;
}

/** A measure until it is closed with evidence. */
export interface InspectionMeasure {
  id: string;
  inspection_id: string | null;
  finding_id: string | null;
  site_code: string | null;
  building_code: string | null;
  kind: string;
  department: string;
  due_on: string;
  state: "open" | "done" | "closed";
  revisit_on: string | null;
  closed_on: string | null;
  evidence: EvidenceKept | null;
  revision: number;
  /** 经过：时间、账号、改动 / what changed, when, by which account */
  history: Record<string, unknown>[];
  days_late?: number;
}

/** What a team carries along on its phone. */
export interface InspectionPack {
  id: string;
  title: string;
  day: string;
  state: "draft" | "planned" | "under_way" | "recorded" | "closed" | "cancelled";
  revision: number;
  leader: string | null;
  hours: [number, number];
  parties: string[];
  team: string | null;
  teams: string[];
  stops: PackedStop[];
  results: ResultTaken[];
  limits: LettingLimits;
  /** 检查项 → 发现 / checklist item → finding that a "not in order" is */
  finding_of: Record<string, string>;
}

export interface InspectionsExpected {
  expected_revision: number;
}

/** The limit of one key. */
export interface KeyLimit {
  /** 每分钟请求数，0 为不限 / requests a minute; 0 is no limit */
  per_minute: number;
  /** 一次可连发 / requests at once */
  burst: number;
  key_id: string;
}

/** The installation's limit, and the keys that have their own. */
export interface KeyLimits {
  usual: Limit;
  keys: KeyLimit[];
}

export interface KeyLimitsWanted {
  per_minute: number;
  burst: number;
}

/** A key without its secret. */
export interface KeyRow {
  id: string;
  name: string;
  scopes: string[];
  state: "valid" | "expired" | "revoked";
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

/** One key site with its buildings. */
export interface KeySiteFacts {
  code: string;
  name: string;
  kind: string;
  operator_code: string | null;
  committee_code: string | null;
  opened_on: string | null;
  closed_on: string | null;
  /** 挂牌起 / listed (挂牌) from */
  listed_from: string | null;
  listed_to: string | null;
  visit_interval_days: number | null;
  /** 当日办结部位 / same-day place (SG-2) */
  same_day: boolean;
  buildings: string[] | null;
  last_visit: string | null;
}

/** A step of the escalation ladder: which duty meets whom. */
export interface LadderStep {
  code: string;
  name: string;
  rule: string;
  level: number;
  count: number;
  months: string[];
  reason: string;
  reason_en: string;
}

export interface LateItem {
  what: string;
  what_en: string;
  area: string | null;
  due: string;
  days_late: number;
}

/** A whole layer as GeoJSON (EPSG:4326, 7 decimals). */
export interface LayerCollection {
  type: "FeatureCollection";
  features: LayerFeature[];
}

export interface LayerFeature {
  type: "Feature";
  id: string;
  geometry: Geometry | null;
  properties: LayerProperties;
}

/** What a feature carries; which of these it has depends on the layer. */
export interface LayerProperties {
  code?: string;
  name?: string | null;
  name_en?: string | null;
  kind?: string;
  zone?: string | null;
  station?: string | null;
  block?: string | null;
  committee_code?: string | null;
  /** 要素编号，与瓦片相同 / integer id, the same as in tiles */
  fid?: number;
  /** 已挂牌 / listed (挂牌) on the day */
  listed?: boolean;
}

/** Whether the ranking finds more than chance, together and per signal. */
export interface Learnt {
  all: Compared;
  signals: ComparedSignal[];
}

/** The letting limits of the town's rule set (EX-1). */
export interface LettingLimits {
  people_per_room_max: unknown;
  area_per_person_min_m2: unknown;
  kin_exempts_count: unknown;
  partition_allowed: unknown;
  bed_letting_allowed: unknown;
  living_purposes: unknown;
  legal_basis: unknown;
}

/** How often one may ask. */
export interface Limit {
  /** 每分钟请求数，0 为不限 / requests a minute; 0 is no limit */
  per_minute: number;
  /** 一次可连发 / requests at once */
  burst: number;
}

/** A load: what, when, by whom, how many rows. */
export interface Load {
  id: number;
  kind: string;
  file_name: string;
  loaded_at: string;
  loaded_by: string | null;
  mode: "snapshot" | "delta";
  /** 行数：read、added、changed、same、closed、rejected / rows by what became of them */
  counts: Record<string, number>;
  state: "loaded" | "undone" | "unfinished";
  can_undo: boolean;
}

/** A column of the file and the field that it was taken for. */
export interface LoadColumn {
  source: string;
  field: string;
}

/** A field of a kind of file, and the headers by which it is recognised. */
export interface LoadField {
  field: string;
  name: string;
  name_en: string;
  required: boolean;
  aliases: string[];
}

export interface LoadFields {
  kind: string;
  fields: LoadField[];
}

/** The report of a file, and the number of the load where it was kept. */
export interface LoadOutcome {
  load_id: number | null;
  report: LoadReport;
}

/** What was read, row by row what is wrong, and what a load does or would do. */
export interface LoadReport {
  kind: string;
  rows: number;
  ok: number;
  errors: number;
  warnings: number;
  loadable: boolean;
  preview: Record<string, number>;
  columns: LoadColumn[];
  /** 未列出而丢弃的列数 / how many columns are not listed and were dropped while reading */
  columns_dropped: number;
  problems: RowProblem[];
}

export interface LoadUndone {
  restored: number;
  removed: number;
}

/** What was done on a draft. */
export interface LoggedOperation {
  seq: number;
  kind: string;
  account: string | null;
  at: string;
  undone: boolean;
  /** 所改微网格，至多20个 / grids it changed, at most 20 */
  grids: string[];
}

export interface Login {
  name: string;
  password: string;
  /** 动态口令 / one-time code, where set */
  code?: string | null;
}

/** What luck alone would do to equal committees (M-4), in a sentence and in numbers. */
export interface LuckFound {
  zh: string;
  en: string;
  units: number;
  places: number;
  months: number;
  /** 按运气，被点名 k 次的单位数 / units that luck would name k times */
  expected: number[];
  /** 实际 / units that were */
  observed: number[];
}

/** A rate. `no_data`: nothing to divide by, so there is no value, neither 0 nor 1. */
export interface Measure {
  numerator: number | null;
  /** 分母；按面积的为平方米 / denominator; square metres where it is an area */
  denominator: number | null;
  value: number | null;
  /** 95% 区间下限；全数统计的等于值 / lower end of the 95 % interval; the value itself where all were counted */
  low: number | null;
  high: number | null;
  n: number | null;
  state: "ok" | "zero" | "no_data";
}

export interface MeasureChange {
  expected_revision: number;
  department?: string | null;
  due_on?: string | null;
  revisit_on?: string | null;
  state?: "open" | "done" | "closed" | null;
  evidence?: Evidence | null;
}

/** Correct of checked with its 95 % interval. */
export interface MeasuredAccuracy {
  value: number | null;
  numerator: number;
  denominator: number;
  low: number | null;
  high: number | null;
  state: "ok";
}

export interface Measures {
  /** 当月核查过的房屋 ÷ 月末房屋 / distinct dwellings checked in the month of dwellings at its end */
  checked_share: Measure;
  /** 当月核查过的登记 ÷ 月初登记 / distinct records checked in the month of records at its start (XJ-4) */
  record_share: Measure;
  /** 房屋编码有效的登记 ÷ 全部登记 / records whose dwelling stands, of all records (FS-1) */
  link_share: Measure;
  /** 正确 ÷ 核查(登记抽样) / correct of checked, sampled from the register */
  accuracy: Accuracy;
  /** 正确 ÷ 核查(上门) / correct of checked, from the ground */
  ground_accuracy: Measure;
  /** 发现群租 ÷ 查看的出租房屋 / group renting found of lettings inspected */
  group_renting_rate: Measure;
  /** 每百套房屋走访次数 / visits per 100 dwellings */
  check_density: Measure;
  /** 每平方公里走访次数 / visits per square kilometre */
  check_density_km2: Measure;
}

export interface Merging {
  drafts: number[];
}

/** One micro-grid of a version. */
export interface MicroGridFacts {
  code: string;
  name: string;
  committee_code: string;
  committee_name: string | null;
  area_m2: number | null;
  version_id: number;
  buildings: number;
  team: TeamPost[] | null;
  parents: ParentGrid[] | null;
}

export interface MissingInput {
  committee_code: string;
  item: string;
}

/** Typed-in values of a month, and what is still missing. */
export interface MonthInputs {
  /** 月份 / month, 2026-03 */
  month: string;
  state: "open" | "frozen" | "scored" | "published" | "corrected";
  values: InputValue[];
  missing: MissingInput[];
}

/** The figures of an area in one month, on the boundary version that was in force in it. */
export interface MonthTotals {
  measures: Measures;
  /** 人、户、次等计数；缺为空 / counts of records, dwellings, visits; null where a part is not known */
  counts: Record<string, number | null>;
  /** 月份 / month, 2026-03 */
  month: string;
  version: number;
}

/** A building that lies in another grid over there. */
export interface MovedBuilding {
  building_code: string;
  ours: string | null;
  theirs: string | null;
  weight: number;
  mate: string | null;
}

export interface NewAccount {
  name: string;
  display_name: string;
  role: string;
  areas?: string[] | null;
}

export interface NewDraft {
  name: string;
  /** committees | division | version:ID */
  from: string;
  target?: number;
  objective?: string;
  committee?: string | null;
  renew_plots?: boolean;
}

export interface NewHandover {
  month: string;
  recipient: string;
  purpose: "city_operation" | "joint_inspection" | "planning" | "statistics" | "monthly_review" | "audit";
}

/** `sites`: the picked ones; or `count`: so many of the ranking. Random control sites are added to either. */
export interface NewInspection {
  title: string;
  day: string;
  what?: "sites" | "buildings";
  sites?: string[] | null;
  count?: number | null;
  leader?: string | null;
  parties?: string[];
  teams?: TeamIn[];
  hours_from?: number | null;
  hours_to?: number | null;
  out_of_hours_reason?: string | null;
}

export interface NewKey {
  name: string;
  scopes: string[];
  days?: number;
}

/** A new key; its secret is in this answer and nowhere else. */
export interface NewKeyRow {
  id: string;
  name: string;
  scopes: string[];
  state: "valid" | "expired" | "revoked";
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  /** 放在请求头 / sent as `Authorization: Bearer …` */
  key: string;
}

export interface NewMeasure {
  id: string;
  finding_id?: string | null;
  stop_id?: string | null;
  kind: string;
  department: string;
  due_on: string;
}

/** So many complaints or changes about a building in a month; `id` is made by whoever sends it. */
export interface NewReport {
  id: string;
  building_code: string;
  month: string;
  kind: "complaint" | "change";
  topic: "group_renting" | "use_changed" | "partition" | "fire" | "structure" | "new_tenancy" | "vacated" | "other";
  source: "hotline" | "city_operation" | "committee" | "property_management" | "patrol";
  n?: number;
}

export interface NewReports {
  reports: NewReport[];
}

export interface NewRequest {
  what: What;
  purpose: "monthly_review" | "joint_inspection" | "data_quality" | "audit" | "statistics";
}

export interface NewTicket {
  id: string;
  dwelling_code: string;
}

export interface NewWebhook {
  url: string;
  layers?: ("areas" | "micro-grids" | "buildings" | "key-sites")[];
  since?: number | "now";
}

/** The same with the secret that signs deliveries, which is in this answer and nowhere else. */
export interface NewWebhookRow {
  id: number;
  url: string;
  layers: ("areas" | "micro-grids" | "buildings" | "key-sites")[];
  state: "dead" | "paused" | "failing" | "behind" | "up-to-date";
  /** 已送达的序号 / last number of the feed delivered */
  delivered_up_to: number;
  /** 尚未送的序号数 / numbers not yet passed */
  behind: number;
  failures: number;
  failing_since: string | null;
  /** HTTP 状态或未送出的原因 / status of HTTP, or why nothing could be sent */
  last_status: string | null;
  next_try_at: string | null;
  last_sent_at: string | null;
  dead_at: string | null;
  created_by: string | null;
  created_at: string;
  secret: string;
}

/** A committee that no division brings within the tolerance. */
export interface NotWithin {
  committee: string;
  reached: number;
  reason: string;
}

export interface OneTimeCode {
  password: string;
  secret: string;
  code: string;
}

/** One place where one is signed in. */
export interface OpenSession {
  id: string;
  signed_in_at: string;
  last_seen_at: string;
  expires_at: string;
  /** 浏览器自称 / what the browser calls itself */
  client: string | null;
  /** 即本会话 / it is this one */
  here: boolean;
}

export interface Operation {
  kind: string;
  params?: Record<string, unknown>;
  expected_revision: number;
}

/** Something an operation noticed on its way. */
export interface OperationNote {
  kind: string;
  ids: unknown[];
  note: string;
}

export interface OwnPassword {
  password: string;
}

export interface PackedStop {
  id: string;
  site_code: string | null;
  building_code: string | null;
  team: string | null;
  position: number | null;
  arrive_at: string | null;
  minutes: number;
  opens: number | null;
  closes: number | null;
  locked: boolean;
  outcome: "done" | "no_access" | "closed_site" | null;
  visited_at: string | null;
  removed: boolean;
  code: string;
  name: string;
  kind: string | null;
  address: string | null;
  committee_code: string | null;
  point: [number, number] | null;
  checklist: string[];
  dwellings: Home[];
}

/** One number or policy with its source; `unset` where the document does not say. */
export interface Parameter {
  key: string;
  value?: unknown;
  unset?: boolean;
  unit?: string;
  /** literal、inferred、ours 等 / how sure it is */
  source: string;
  /** 原文 / the document's own words */
  phrase?: string;
  document?: string;
  dated?: string;
  ambiguity?: number;
  choices?: string[];
  valid_from?: string;
  valid_to?: string;
  note_zh?: string;
  note_en?: string;
}

/** A grid of an earlier version that this one came from. */
export interface ParentGrid {
  code: string;
  version: number;
  residents_share: number | null;
  /** 比例，0 至 1 / share, 0 to 1 */
  area_share: number;
}

export interface PasswordChange {
  password: string;
  new_password: string;
}

export interface PhotoReceipt {
  id: string;
  width: number;
  height: number;
  bytes: number;
  state: "stored" | "duplicate";
}

/** A picture of a place; fetched at `…/photos/{id}`. */
export interface PhotoRow {
  id: string;
  stop_id: string;
  width: number;
  height: number;
  received_at: string;
}

/** Every plot of a version with its grid, as GeoJSON (EPSG:4326). */
export interface PlotCollection {
  type: "FeatureCollection";
  features: PlotFeature[];
}

export interface PlotFeature {
  type: "Feature";
  id: number;
  geometry: Polygon | MultiPolygon;
  properties: PlotProperties;
}

export interface PlotProperties {
  plot_id: number;
  building_code: string | null;
  committee_code: string;
  grid_code: string;
  residents: number;
}

export interface PreviewedLine {
  code: string;
  name: string;
  rank: number | null;
  rank_after: number | null;
  figure: number | null;
  figure_after: number | null;
}

/** A refusal (RFC 9457): what happened and what to do, in both languages. Some types add fields of their own. */
export interface ProblemDetail {
  /** 类型，稳定不变 / stable type, `/problems/not-found` */
  type: string;
  title: string;
  status: number;
  /** 说明 / 「中文。 / English.」 */
  detail: string;
  /** 所请求的地址 / the address that was asked for */
  instance: string;
  errors?: FieldError[];
}

/** The key that packages are verified with (Ed25519). */
export interface PublicKey {
  pem: string;
  /** 校验值，另行核对 / SHA-256, to be compared by another way */
  sha256: string;
}

export interface Publication {
  valid_from: string;
}

/** What publishing from a day would change, against the version that is in force on it. */
export interface PublishingPreview {
  before: number | null;
  created: string[];
  retired: string[];
  reshaped: string[];
  moved_buildings: number;
  moved_residents: number;
  /** 比例，0 至 1 / share, 0 to 1 */
  moved_share: number;
  /** 换格的楼栋，至多2000 / buildings that change grid, at most 2,000 */
  buildings?: string[];
  open_tasks: number;
  /** 有小组须重新安排的微网格 / grids whose teams must be arranged anew */
  teams: string[];
  problems: GridProblem[];
  sentence: Said;
}

export interface Quality {
  /** 最近一次导入登记或房屋 / day of the last load of registrations or dwellings */
  as_of: string | null;
  checks_since: string;
  measures: QualityMeasure[];
  by_committee: CommitteeQuality[];
  issues: QualityIssue[];
}

/** Something to look at, and how many of it there are. */
export interface QualityIssue {
  kind: "unlinked" | "retired_dwelling" | "stale" | "no_committee";
  n: number;
  detail: string;
}

export interface QualityMeasure {
  key: "link_rate" | "dwellings_with_record" | "duplicates" | "to_register" | "to_deregister" | "buildings_without_footprint";
  numerator: number;
  denominator: number;
  value: number | null;
  target: number | null;
}

/** A unit's line of the ranking; ranks within the interval of luck are shown as a span. */
export interface Ranked {
  code: string;
  name: string;
  name_en: string | null;
  rank: number | null;
  rank_low: number | null;
  rank_high: number | null;
  previous_rank: number | null;
  score: number | null;
  /** 如表所示 / as the form prints it */
  score_text: string;
  accuracy: MeasuredAccuracy | null;
  checked: number;
  target: number | null;
  group: number | null;
  /** 同组字母，同组不可区分 / letters of groups that cannot be told apart */
  groups: string;
  ladder_level: number | null;
  /** 规则 → 得分：shown、full、met、inputs、steps / rule → its score */
  items: Record<string, Record<string, unknown>>;
}

/** Why a place was proposed: a signal about the place, never about who lives there. */
export interface Reason {
  signal: "overdue" | "listed" | "over_capacity" | "churn" | "crowded_dwelling" | "source_mismatch" | "open_finding" | "no_access" | "complaint" | "hotspot";
  weight: number;
  points: number;
  value: number | null;
  age_days: number | null;
  zh: string;
  en: string;
}

/** A released month; a revision stands beside what it revises. */
export interface ReleaseRow {
  id: number;
  /** 月份 / month, 2026-03 */
  month: string;
  revision: number;
  reason: "late_checks" | "wrong_input" | "data_repair" | "wrong_boundary" | null;
  /** 划格版本 / boundary version */
  version: number;
  computed_at: string;
  /** 发布值的 SHA-256 / SHA-256 of the released values */
  checksum: string | null;
  /** 隐匿参数 / parameters of withholding: k, fewest, floors of a block */
  parameters: Record<string, unknown>;
}

export interface ReleaseUsed {
  number: string;
  published_at: string;
}

/** Figures of a drawn polygon from a month's release, in whole release blocks. */
export interface ReleasedArea {
  /** 月份 / month, 2026-03 */
  month: string;
  release: number;
  version: number;
  /** 范围内的发布块数 / release blocks inside */
  blocks: number;
  measures: ReleasedRates;
  counts: Record<string, number | null>;
  /** 各计数所含块数 / blocks that each count is over */
  blocks_counted: Record<string, number>;
}

/** A rate over whole release blocks; every part is null where it is withheld. */
export interface ReleasedRate {
  numerator: number | null;
  denominator: number | null;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number | null;
  state: "ok" | "zero" | "no_data" | "withheld";
}

export interface ReleasedRates {
  /** 当月核查房屋占比 / share of dwellings checked in the month */
  checked_share: ReleasedRate;
  /** 准确率(登记抽样) / correct of checked, sampled from the register */
  accuracy: ReleasedRate;
  /** 准确率(上门) / correct of checked, from the ground */
  ground_accuracy: ReleasedRate;
  /** 发现群租 ÷ 查看出租 / group renting found of lettings inspected */
  group_renting_rate: ReleasedRate;
  /** 每百套房屋走访次数 / visits per 100 dwellings */
  check_density: ReleasedRate;
}

export interface ReleasesDrawn {
  month: string;
  geometry: Record<string, unknown>;
}

export interface ReleasesWanted {
  month: string;
  reason?: "late_checks" | "wrong_input" | "data_repair" | "wrong_boundary" | null;
}

export interface Replay {
  since: number | "now";
}

export interface ReportsTaken {
  taken: number;
  /** 此前已收 / were here already */
  repeated: number;
}

export interface ResultIn {
  id: string;
  corrects?: string | null;
  outcome: "done" | "no_access" | "closed_site";
  visited_at: string;
  sent_at: string;
  dwellings?: HomeIn[];
  rooms?: RoomIn[];
  checks?: CheckIn[];
  findings?: FindingIn[];
}

/** What became of a result that a phone sent. */
export interface ResultReceipt {
  id: string;
  state: "stored" | "late" | "removed_stop" | "duplicate";
  received_at: string;
  /** 按服务器时钟校正 / corrected by the server's clock */
  visited_at: string;
  clock_off_s: number;
  findings: FindingReceipt[];
}

/** A result as it was taken in. */
export interface ResultTaken {
  id: string;
  stop_id: string;
  corrects: string | null;
  outcome: "done" | "no_access" | "closed_site";
  state: "stored" | "late" | "removed_stop";
  visited_at: string;
  /** 手机时钟偏差(秒) / the phone's clock was off by, in seconds */
  clock_off_s: number;
  account: string | null;
  received_at: string;
}

/** Everything of one month's meeting that the caller may see. */
export interface Review {
  /** 月份 / month, 2026-03 */
  month: string;
  state: "open" | "frozen" | "scored" | "published" | "corrected";
  revision: number;
  revisions: ReviewRevision[];
  version: number | null;
  rule_set: RulesUsed;
  may: Decisions;
  release: ReleaseUsed | null;
  published_at: string | null;
  ranking: Ranked[];
  ladder: LadderStep[];
  late: LateItem[];
  todo: TodoItem[];
  trends: TrendPoint[];
  calendar: Duty[];
  warnings: Said[];
  choices: Said[];
  town_accuracy: MeasuredAccuracy | null;
  luck: LuckFound | null;
}

export interface ReviewRevision {
  revision: number;
  state: "open" | "frozen" | "scored" | "published" | "corrected";
  reason: string | null;
  published_at: string | null;
}

export interface ReviewsDecision {
  reason?: string;
}

export interface RoomAsDesigned {
  code: string;
  purpose: "living" | "kitchen" | "bathroom" | "balcony" | "storage";
  area_m2: number | null;
  partitioned: boolean;
}

/** What an inspector sees in one room: counts and yes or no, nothing about who lives there. */
export interface RoomIn {
  id: string;
  dwelling_code?: string | null;
  room_code?: string | null;
  purpose?: "living" | "kitchen" | "bathroom" | "balcony" | "storage";
  area_m2: number;
  people: number;
  kin?: boolean;
  partitioned?: boolean;
  let_by_bed?: boolean;
  note?: string | null;
}

export interface Rotation {
  grace_days?: number;
  days?: number;
}

/** The routes; empty before they were made. */
export interface RoutePlan {
  routes?: Record<string, RouteVisit[]>;
  /** 未列入的检查点及原因 / stops left out, and why */
  left_out?: Record<string, Said>;
  walk_m?: number;
  minutes?: Record<string, number>;
  on_streets?: boolean;
  without?: string[];
}

/** A stop in a route. */
export interface RouteVisit {
  /** 检查点编号 / id of the stop */
  site: string;
  /** 当日分钟，540 为 9:00 / minute of the day, 540 is 9:00 */
  arrives: number;
  /** 当日分钟，540 为 9:00 / minute of the day, 540 is 9:00 */
  starts: number;
  /** 当日分钟，540 为 9:00 / minute of the day, 540 is 9:00 */
  leaves: number;
  /** 步行米数 / metres walked to it */
  walk_m: number;
}

export interface RouteWish {
  expected_revision: number;
  seconds?: number;
  keep_teams?: boolean;
  without_teams?: string[];
}

/** What is wrong with a row (0: the file as a whole); never a cell of the file. */
export interface RowProblem {
  row: number;
  column: string | null;
  severity: "error" | "warning";
  message: string;
  message_en: string;
}

/** A month's results under changed numbers beside those under the present ones. */
export interface RulePreview {
  /** 月份 / month, 2026-03 */
  month: string;
  changes: Record<string, unknown>;
  /** 名次变动的单位数 / units whose rank differs */
  moved: number;
  rows: PreviewedLine[];
}

/** A version of the rules, whole. */
export interface RuleSet {
  id: string;
  rule_set: RuleSetHead;
  parameter: Parameter[];
  valid_to: string | null;
  /** 歧义编号 → 参数 / number of an ambiguity → the parameters that decide it */
  ambiguities: Record<string, string[]>;
}

/** Whose rules, from which document, between which dates (both included). */
export interface RuleSetHead {
  town: string;
  version: string;
  name_zh: string;
  name_en: string;
  document: string;
  dated: string;
  valid_from: string;
  valid_to?: string;
  families: string[];
  title: string;
  reason: string;
}

export interface RulesUsed {
  id: string;
  name: string;
  name_en: string;
  document: string;
}

/** A sentence in both languages. */
export interface Said {
  zh: string;
  en: string;
}

/** A significant circle of buildings found by the scan. */
export interface ScanCircle {
  lon: number | null;
  lat: number | null;
  radius_m: number | null;
  buildings: number;
  cases: number;
  trials: number;
  expected: number | null;
  relative_rate: number | null;
  p: number | null;
}

/** What an account may do, and how many rows of each table it would see. */
export interface Seen {
  name: string;
  role: string;
  areas: string[] | null;
  permissions: string[];
  rows: Record<string, number>;
}

/** A ticket for a joint visit (SG-12): the place, and how far it is. */
export interface SentTicket {
  id: string;
  kind: string;
  state: "draft" | "sent" | "answered" | "withdrawn";
  revision: number;
  created_at: string;
  dwelling_code: string;
  address: string | null;
  room_number: string | null;
  building_code: string | null;
  committee_code: string | null;
  /** 楼栋内一点，EPSG:4326 / a point in the building, EPSG:4326 */
  lon: number | null;
  lat: number | null;
  steps: TicketStep[];
}

/** Who is signed in, and the token that requests which change something carry in `X-CSRF-Token`. */
export interface Session {
  account: SessionAccount;
  csrf: string;
}

/** The account of this session, or the machine key. */
export interface SessionAccount {
  name: string;
  display_name: string;
  role: string;
  /** 街道(镇)代码 / code of the subdistrict */
  subdistrict: string;
  /** 居委会代码；空为全部 / codes of its committees; null for the whole subdistrict */
  areas: string[] | null;
  permissions: string[];
}

export interface SessionsEnded {
  /** 结束的会话数 / how many sessions ended */
  sessions: number;
}

/** A dwelling for which a ticket may be decided on (SG-12). */
export interface ShutHome {
  dwelling_code: string;
  building_code: string;
  /** 未能入户的天数 / days on which nobody could enter */
  days: number;
  last_at: string;
}

/** An identity that signs in as an account; what the provider calls it is not kept. */
export interface SignOnBinding {
  account: string;
  bound_at: string;
  bound_by: string | null;
  /** 标识散列的前16位，拒绝登录时也给出 / first 16 digits of its hash, told where its sign-in is refused */
  mark: string;
}

/** Whose identities sign in here, and which accounts they are. */
export interface SignOnBindings {
  issuer: string | null;
  bound: SignOnBinding[];
}

/** Whether single sign-on is set up, and the address at which it begins. */
export interface SignOnOffer {
  offered: boolean;
  start: string | null;
}

/** Key sites inspected in a month of those open in it (GM-3). */
export interface SiteCoverage {
  /** 月份 / month, 2026-03 */
  month: string;
  open: number;
  inspected: number;
  share: number | null;
  kinds: SiteKindCoverage[];
  not_yet: string[];
}

export interface SiteKindCoverage {
  kind: string;
  open: number;
  inspected: number;
}

export interface SiteName {
  code: string;
  name: string;
  kind: string;
}

/** A place to inspect, as planners see it. */
export interface Stop {
  id: string;
  site_code: string | null;
  building_code: string | null;
  team: string | null;
  position: number | null;
  arrive_at: string | null;
  minutes: number;
  opens: number | null;
  closes: number | null;
  locked: boolean;
  outcome: "done" | "no_access" | "closed_site" | null;
  visited_at: string | null;
  removed: boolean;
  code: string;
  name: string;
  kind: string | null;
  address: string | null;
  committee_code: string | null;
  point: [number, number] | null;
  checklist: string[];
  /** 随机对照 / drawn at random */
  control: boolean;
  score: number | null;
  reasons: Reason[];
}

export interface StopChange {
  id: string;
  minutes?: number | null;
  opens?: number | null;
  closes?: number | null;
  team?: string | null;
  locked?: boolean | null;
  removed?: boolean | null;
}

export interface Subdistrict {
  code: string;
  name: string;
  name_en: string | null;
  district_name: string | null;
  /** 投影坐标系，面积与距离以它计算 / EPSG code of the metric CRS that areas and distances are computed in */
  srid: number;
  /** 所用规则集 / rule set in use */
  rules: string | null;
  bbox: [number, number, number, number] | null;
}

export interface Switch {
  active: boolean;
}

/** How far it is; `result` is there when it is done, and holds the problem when it failed. */
export interface Task {
  id: string;
  kind?: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  /** 比例，0 至 1 / share, 0 to 1 */
  progress: number;
  message: string | null;
  result: Alternatives | Adopted | LoadOutcome | TaskRefusal | null;
}

/** Why it failed: a problem with its type, and what the type adds. */
export interface TaskRefusal {
  problem: Record<string, unknown>;
}

export interface TaskStarted {
  /** 任务编号，见 /api/tasks/{task_id} / ask for it at /api/tasks/{task_id} */
  task: string;
}

/** A team of departments. */
export interface Team {
  code: string;
  departments: string[];
  /** 当日分钟，540 为 9:00 / minute of the day, 540 is 9:00 */
  begins: number;
  /** 当日分钟，540 为 9:00 / minute of the day, 540 is 9:00 */
  ends: number;
  lon: number | null;
  lat: number | null;
}

export interface TeamIn {
  code: string;
  departments?: string[];
  begins?: number;
  ends?: number;
  lon?: number | null;
  lat?: number | null;
}

/** A post of a grid's team: a role and a duty account. */
export interface TeamPost {
  role: "leader" | "officer" | "auxiliary" | "other";
  account: string;
  valid_from: string;
}

/** A ticket as those who plan inspections see it. */
export interface Ticket {
  id: string;
  dwelling_code: string;
  kind: string;
  state: "draft" | "sent" | "answered" | "withdrawn";
  revision: number;
  history: TicketEvent[];
  created_at: string;
}

export interface TicketAnswer {
  answer: "accepted" | "visited_access" | "visited_no_access" | "returned";
  reference?: string | null;
}

/** What happened to a ticket, when, by which account. */
export interface TicketEvent {
  at: string;
  account: string;
  state: "draft" | "sent" | "answered" | "withdrawn";
  /** 未能入户的走访 / the visits without access */
  visits?: string[];
  answer?: "accepted" | "visited_access" | "visited_no_access" | "returned";
  reference?: string | null;
}

export interface TicketMove {
  state: "sent" | "answered" | "withdrawn";
  answer?: string | null;
  reference?: string | null;
}

export interface TicketMoved {
  id: string;
  state: "draft" | "sent" | "answered" | "withdrawn";
  revision: number;
}

export interface TicketStep {
  at: string;
  state: "draft" | "sent" | "answered" | "withdrawn";
  answer?: "accepted" | "visited_access" | "visited_no_access" | "returned";
  /** 平台编号 / the platform's own reference */
  reference?: string | null;
}

export interface TodoItem {
  what: string;
  what_en: string;
  area: string;
  code: string | null;
}

/** Counts summed first, then the rates of the sums. */
export interface Totals {
  measures: Measures;
  /** 人、户、次等计数；缺为空 / counts of records, dwellings, visits; null where a part is not known */
  counts: Record<string, number | null>;
}

/** What there is: the subdistrict, months with data, boundary versions, committees, layers. */
export interface Town {
  subdistrict: Subdistrict;
  months: string[];
  /** 月份 / month, 2026-03 */
  current_month: string;
  versions: Version[];
  committees: Committee[];
  layers: string[];
}

/** The town in one month, on the boundary version that was in force. */
export interface TrendPoint {
  /** 月份 / month, 2026-03 */
  month: string;
  checked_share: number | null;
  check_density: number | null;
  group_renting_rate: number | null;
  accuracy: number | null;
  accuracy_low: number | null;
  accuracy_high: number | null;
  checked: number | null;
  residents: number | null;
  dwellings_checked: number | null;
}

export interface Value {
  committee_code?: string;
  item: string;
  value: number;
}

/** A boundary version: a drawing of micro-grids, in force from the first of a month. */
export interface Version {
  id: number;
  name: string;
  status: "draft" | "published" | "withdrawn";
  valid_from: string | null;
  /** 失效日，不含 / until, exclusive */
  valid_to: string | null;
}

/** A boundary version in a list: drafts, published ones, withdrawn ones. */
export interface VersionSummary {
  id: number;
  name: string;
  status: "draft" | "published" | "withdrawn";
  valid_from: string | null;
  /** 失效日，不含 / until, exclusive */
  valid_to: string | null;
  /** 修订号，每步加一 / goes up with each step */
  revision: number;
  plot_set: number;
  /** 由哪个版本而来 / version it started from */
  parent: number | null;
  /** 仅某居委会的草案 / draft of one committee alone (XJ-13) */
  committee: string | null;
  /** 编码方案 / scheme of codes */
  scheme: string;
  /** 每格目标人数 / residents aimed at per grid */
  target: number;
  created_by: string | null;
  created_at: string;
  published_by: string | null;
  published_at: string | null;
}

/** The boundary version that the figures are counted on. */
export interface VersionUsed {
  id: number;
  name: string;
  valid_from: string | null;
}

/** One visit to one dwelling; its id is made by the client, so that sending twice stores once. */
export interface Visit {
  visit_id: string;
  dwelling_code: string;
  visited_at: string;
  frame?: "register" | "ground";
  outcome: "done" | "no_access";
  campaign?: string | null;
  team?: string | null;
  checked?: number;
  correct?: number;
  to_register?: number;
  to_deregister?: number;
  wrong_particulars?: number;
  rental_inspected?: boolean;
  group_renting_found?: boolean;
  lon?: number | null;
  lat?: number | null;
}

/** What became of one visit. */
export interface VisitReceipt {
  visit_id: string;
  state: "stored" | "corrected" | "same" | "refused";
  reason: string | null;
  received_at: string | null;
}

export interface VisitReceipts {
  receipts: VisitReceipt[];
}

/** An address that is sent what changes, without its secret. */
export interface WebhookRow {
  id: number;
  url: string;
  layers: ("areas" | "micro-grids" | "buildings" | "key-sites")[];
  state: "dead" | "paused" | "failing" | "behind" | "up-to-date";
  /** 已送达的序号 / last number of the feed delivered */
  delivered_up_to: number;
  /** 尚未送的序号数 / numbers not yet passed */
  behind: number;
  failures: number;
  failing_since: string | null;
  /** HTTP 状态或未送出的原因 / status of HTTP, or why nothing could be sent */
  last_status: string | null;
  next_try_at: string | null;
  last_sent_at: string | null;
  dead_at: string | null;
  created_by: string | null;
  created_at: string;
}

export interface What {
  kind: "buildings" | "dwellings" | "checks";
  month: string;
}
