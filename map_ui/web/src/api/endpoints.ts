/** Every question the console asks, by name. */

import type { Feature, FeatureCollection, Geometry, Polygon } from "geojson";
import { download, get, quietly, send, untilAnswered, withQuery } from "./client";
import type { Answers, Bodies, LoadOutcome, NewDraft, Operation, What } from "../generated/api";
import { asRow, pointsOf } from "./shape";
import type {
  AreaFigures,
  By,
  Facts,
  HistoryPoint,
  Indicators,
  MeasureName,
  OperationAnswer,
  OperationKind,
  Task,
  Visit,
} from "./types";

const part = encodeURIComponent;

export const currentSession = () => quietly<Answers["GET /api/session"]>("/api/session");
export const login = (name: string, password: string) =>
  send<Answers["POST /api/login"]>("POST", "/api/login", { name, password } satisfies Bodies["POST /api/login"], {
    sessionMatters: false,
  });
/** Whether single sign-on is set up here, asked before anybody is signed in. */
export const signOnOffered = () => quietly<Answers["GET /api/sign-on"]>("/api/sign-on");
export const logout = () => send<void>("POST", "/api/logout");

export const readTown = () => untilAnswered(() => get<Answers["GET /api/town"]>("/api/town"));
export const readLayer = (id: string, version?: number | null, month?: string | null) =>
  untilAnswered(() => get<FeatureCollection>(withQuery(`/api/layers/${part(id)}`, { version, month })));
/** How many places of a collection there are, and one of them: the grid API, which serves large towns too. */
export const countPlaces = (id: string) =>
  get<{ numberMatched?: number }>(withQuery(`/ogc/collections/${part(id)}/items`, { limit: 1, f: "json" })).then(
    ({ numberMatched }) => numberMatched ?? 0,
  );
export const readPlace = (id: string, code: string) =>
  get<Feature<Geometry | null>>(withQuery(`/ogc/collections/${part(id)}/items/${part(code)}`, { f: "json" }));
export const readIndicators = (month: string, by: By, version?: number | null, stop?: AbortSignal) =>
  untilAnswered(
    () => get<Answers["GET /api/indicators"]>(withQuery("/api/indicators", { month, by, version }), stop),
    stop,
  ).then((found): Indicators => ({ ...found, rows: found.rows.map((row) => asRow(row)), total: asRow(found.total) }));
export const readHistory = (area: string, measure: MeasureName) =>
  get<Answers["GET /api/indicators/history"]>(
    withQuery("/api/indicators/history", { area: area.startsWith("subdistrict:") ? "town" : area }),
  ).then((found): HistoryPoint[] => pointsOf(found.points, measure));
export const readArea = (geometry: Polygon, month: string) =>
  send<Answers["POST /api/indicators/area"]>("POST", "/api/indicators/area", { geometry, month }).then(
    (found): AreaFigures => ({
      ...asRow({ code: "drawn", ...found }),
      ...("area_m2" in found ? { area_m2: found.area_m2 } : {}),
    }),
  );
export const readHotspots = (month: string) =>
  untilAnswered(() => get<Answers["GET /api/hotspots"]>(withQuery("/api/hotspots", { month })));
export const search = (q: string, stop?: AbortSignal) =>
  get<Answers["GET /api/search"]>(withQuery("/api/search", { q }), stop);
export const readFacts = (kind: "buildings" | "micro-grids" | "key-sites", code: string, version?: number | null) =>
  get<Facts>(withQuery(`/api/${kind}/${part(code)}`, { version }));

const versions = "/api/boundary-versions";
export const readVersions = () => get<Answers["GET /api/boundary-versions"]>(versions);
export const createDraft = (body: NewDraft) => send<Answers["POST /api/boundary-versions"]>("POST", versions, body);
export const readDraft = (id: number) =>
  untilAnswered(() => get<Answers["GET /api/boundary-versions/{version_id}"]>(`${versions}/${id}`));
export const readPlots = (id: number) =>
  untilAnswered(() => get<Answers["GET /api/boundary-versions/{version_id}/plots"]>(`${versions}/${id}/plots`));
export const startAlternatives = (id: number | string, target: number) =>
  send<Answers["POST /api/boundary-versions/{version_id}/alternatives"]>("POST", `${versions}/${id}/alternatives`, {
    target,
  } satisfies Bodies["POST /api/boundary-versions/{version_id}/alternatives"]).then(({ task }): Task => ({
    id: task,
    state: "queued",
    progress: 0,
    message: "",
    result: null,
  }));
export const operate = (id: number, body: Operation & { kind: OperationKind }, onceKey: string) =>
  untilAnswered(() => send<OperationAnswer>("POST", `${versions}/${id}/operations`, body, { onceKey }));
export const turn = (id: number, which: "undo" | "redo", expected_revision: number, onceKey: string) =>
  untilAnswered(() =>
    send<OperationAnswer>(
      "POST",
      `${versions}/${id}/${which}`,
      { expected_revision } satisfies Bodies["POST /api/boundary-versions/{version_id}/undo"],
      { onceKey },
    ),
  );
export const previewPublishing = (id: number, valid_from: string) =>
  get<Answers["GET /api/boundary-versions/{version_id}/preview"]>(
    withQuery(`${versions}/${id}/preview`, { valid_from }),
  );
export const publish = (id: number, valid_from: string) =>
  send<Answers["POST /api/boundary-versions/{version_id}/publish"]>("POST", `${versions}/${id}/publish`, {
    valid_from,
  } satisfies Bodies["POST /api/boundary-versions/{version_id}/publish"]);

export const readTask = <T>(id: string) => untilAnswered(() => get<Task<T>>(`/api/tasks/${part(id)}`));
export const cancelTask = (id: string) => send<void>("DELETE", `/api/tasks/${part(id)}`);

export const readReview = (month: string) =>
  untilAnswered(() => get<Answers["GET /api/reviews/{month}"]>(`/api/reviews/${month}`));
export const moveReview = (month: string, action: "freeze" | "score" | "publish" | "correct", body: object = {}) =>
  send<Answers["POST /api/reviews/{month}/{action}"]>("POST", `/api/reviews/${month}/${action}`, body);

/** A duty of the month's calendar is done, or after all is not. */
export const sendDuty = (month: string, duty: string, done: boolean) =>
  send<Answers["POST /api/reviews/{month}/duties"]>("POST", `/api/reviews/${month}/duties`, {
    duty,
    done,
  } satisfies Bodies["POST /api/reviews/{month}/duties"]);

export const readExports = () => get<Answers["GET /api/exports"]>("/api/exports");
export const askForExport = (what: What, purpose: Bodies["POST /api/exports"]["purpose"]) =>
  send<Answers["POST /api/exports"]>("POST", "/api/exports", { what, purpose } satisfies Bodies["POST /api/exports"]);
export const decideExport = (id: string, approve: boolean) =>
  send<Answers["POST /api/exports/{request_id}/decision"]>("POST", `/api/exports/${part(id)}/decision`, {
    approve,
  } satisfies Bodies["POST /api/exports/{request_id}/decision"]);
export const fetchExport = (id: string) => download(`/api/exports/${part(id)}/file`);

export const readLoads = () => get<Answers["GET /api/loads"]>("/api/loads");
export const readColumns = (kind: string) =>
  get<Answers["GET /api/loads/columns"]>(withQuery("/api/loads/columns", { kind }));
export const undoLoad = (id: number) =>
  send<Answers["POST /api/loads/{batch_id}/undo"]>("POST", `/api/loads/${id}/undo`);
export const upload = (form: FormData) => send<LoadOutcome | Task<LoadOutcome>>("POST", "/api/loads", form);
export const readQuality = () => get<Answers["GET /api/quality"]>("/api/quality");
export const sendVisits = (visits: Visit[]) =>
  send<Answers["POST /api/checks"]>("POST", "/api/checks", {
    visits,
  } satisfies Bodies["POST /api/checks"]);
