/** What the inspections screen asks the server, and what it answers. */

import type {
  Answers,
  ClosedLists,
  InspectionBrief,
  InspectionChange,
  InspectionMeasure,
  Learnt,
  MeasureChange,
  NewInspection,
  NewMeasure,
  PhotoRow,
  RouteWish,
  SiteCoverage,
  TeamIn,
} from "../../generated/api";
import { newId } from "../../phone/ids";
import { get, send, withQuery } from "../../api/client";

export type {
  Candidate,
  Candidates,
  Compared,
  Inspection,
  InspectionFinding as Finding,
  Reason,
  Stop,
  Ticket,
} from "../../generated/api";
export type Measure = InspectionMeasure;
export type Brief = InspectionBrief;
export type Photo = PhotoRow;
export type Lists = ClosedLists;
export type Learning = Learnt;
export type Coverage = SiteCoverage;
export type State = InspectionBrief["state"];
/** A team as it is asked for: its hours are the usual ones. */
export type Team = Required<Pick<TeamIn, "code" | "departments">>;
export type What = "sites" | "buildings";

export const photoUrl = (inspection: string, photo: string) => `/api/inspections/${inspection}/photos/${photo}`;

const url = "/api/inspections";
export const readCandidates = (month: string, what: What) =>
  get<Answers["GET /api/inspections/candidates"]>(withQuery(`${url}/candidates`, { month, what, limit: 2000 }));
export const readLists = () => get<Answers["GET /api/inspections/lists"]>(`${url}/lists`);
export const readInspections = () => get<Answers["GET /api/inspections"]>(url);
export const readInspection = (id: string) => get<Answers["GET /api/inspections/{inspection_id}"]>(`${url}/${id}`);
export const startInspection = (body: NewInspection) => send<Answers["POST /api/inspections"]>("POST", url, body);
export const changeInspection = (id: string, body: InspectionChange) =>
  send<Answers["PATCH /api/inspections/{inspection_id}"]>("PATCH", `${url}/${id}`, body);
export const makeRoute = (id: string, body: RouteWish) =>
  send<Answers["POST /api/inspections/{inspection_id}/route"]>("POST", `${url}/${id}/route`, body);
export const approveHours = (id: string, expected_revision: number) =>
  send<Answers["POST /api/inspections/{inspection_id}/approve"]>("POST", `${url}/${id}/approve`, { expected_revision });
export const sheetsUrl = (id: string, kind: "pdf" | "xlsx" | "html") => `${url}/${id}/sheets.${kind}`;
export const addMeasure = (id: string, body: NewMeasure) =>
  send<Answers["POST /api/inspections/{inspection_id}/measures"]>("POST", `${url}/${id}/measures`, body);
export const readMeasures = (overdue: boolean) =>
  get<Answers["GET /api/inspections/measures"]>(withQuery(`${url}/measures`, { overdue: overdue ? "true" : "" }));
export const changeMeasure = (id: string, body: MeasureChange) =>
  send<Answers["PATCH /api/inspections/measures/{measure_id}"]>("PATCH", `${url}/measures/${id}`, body);
export const readLearning = () => get<Answers["GET /api/inspections/learning"]>(`${url}/learning`);
export const readCoverage = (month: string) =>
  get<Answers["GET /api/inspections/coverage"]>(withQuery(`${url}/coverage`, { month }));
export const readNoAccess = () => get<Answers["GET /api/inspections/no-access"]>(`${url}/no-access`);
export const readTickets = () => get<Answers["GET /api/inspections/tickets"]>(`${url}/tickets`);
export const openTicket = (dwelling_code: string) =>
  send<Answers["POST /api/inspections/tickets"]>("POST", `${url}/tickets`, { id: newId(), dwelling_code });
export const moveTicket = (id: string, state: string) =>
  send<Answers["POST /api/inspections/tickets/{ticket_id}/state"]>("POST", `${url}/tickets/${id}/state`, { state });
