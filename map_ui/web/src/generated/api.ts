/** Written by scripts/api_types.py from the service's OpenAPI; not by hand. */

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

export interface AccountChange {
  display_name?: string | null;
  role?: string | null;
  areas?: string[] | null;
  active?: boolean | null;
}

export interface Amendment {
  changes: Record<string, unknown>;
  valid_from: string;
  version: string;
  reason: string;
}

export interface Bound {
  login: string;
}

export interface BoundariesDecision {
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

export interface CheckIn {
  item: string;
  answer: "ok" | "not_ok" | "not_applicable";
  dwelling_code?: string | null;
  note?: string | null;
}

export interface Choice {
  town: string;
}

export interface Day {
  visits: Visit[];
}

export interface Done {
  duty: string;
  done?: boolean;
}

export interface Evidence {
  kind: string;
  photo_id?: string | null;
  note?: string | null;
}

export interface ExportsDecision {
  approve: boolean;
}

export interface FindingIn {
  id: string;
  kind: string;
  dwelling_code?: string | null;
  note?: string | null;
}

export interface HolidayTable {
  days: Record<string, boolean | null>;
}

export interface HomeIn {
  dwelling_code: string;
  outcome: "done" | "no_access";
}

export interface IndicatorsDrawn {
  geometry: Record<string, unknown>;
  month: string;
}

export interface Inputs {
  values: Value[];
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

export interface InspectionsExpected {
  expected_revision: number;
}

export interface KeyLimitsWanted {
  per_minute: number;
  burst: number;
}

export interface Login {
  name: string;
  password: string;
  code?: string | null;
}

export interface MeasureChange {
  expected_revision: number;
  department?: string | null;
  due_on?: string | null;
  revisit_on?: string | null;
  state?: "open" | "done" | "closed" | null;
  evidence?: Evidence | null;
}

export interface Merging {
  drafts: number[];
}

export interface NewAccount {
  name: string;
  display_name: string;
  role: string;
  areas?: string[] | null;
}

export interface NewDraft {
  name: string;
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

export interface NewMeasure {
  id: string;
  finding_id?: string | null;
  stop_id?: string | null;
  kind: string;
  department: string;
  due_on: string;
}

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

export interface OneTimeCode {
  password: string;
  secret: string;
  code: string;
}

export interface Operation {
  kind: string;
  params?: Record<string, unknown>;
  expected_revision: number;
}

export interface OwnPassword {
  password: string;
}

export interface PasswordChange {
  password: string;
  new_password: string;
}

export interface Publication {
  valid_from: string;
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

export interface ReviewsDecision {
  reason?: string;
}

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

export interface RouteWish {
  expected_revision: number;
  seconds?: number;
  keep_teams?: boolean;
  without_teams?: string[];
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

export interface Switch {
  active: boolean;
}

export interface TeamIn {
  code: string;
  departments?: string[];
  begins?: number;
  ends?: number;
  lon?: number | null;
  lat?: number | null;
}

export interface TicketAnswer {
  answer: "accepted" | "visited_access" | "visited_no_access" | "returned";
  reference?: string | null;
}

export interface TicketMove {
  state: "sent" | "answered" | "withdrawn";
  answer?: string | null;
  reference?: string | null;
}

export interface Value {
  committee_code?: string;
  item: string;
  value: number;
}

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

export interface What {
  kind: "buildings" | "dwellings" | "checks";
  month: string;
}
