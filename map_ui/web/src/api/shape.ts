/** Answers brought into the one shape that screens use: absent stays absent, and every measure is there. */

import type { Counts, HistoryPoint, Measure, MeasureName, Measures, Row, Verdict } from "./types";

const VERDICTS: Verdict[] = ["meets", "misses", "cannot_tell"];

/** A measure as the server sends it, or as much of one. */
export type RawMeasure = Partial<Omit<Measure, "verdict">> & { verdict?: string };
export interface RawRow {
  code?: string;
  month?: string;
  name?: string | null;
  name_en?: string | null;
  committee_code?: string | null;
  measures?: { [N in MeasureName]?: RawMeasure };
  counts?: Counts;
}

const NAMES: MeasureName[] = ["checked_share", "record_share", "check_density", "accuracy", "group_renting_rate"];

export function asMeasure(raw: RawMeasure | undefined): Measure {
  const value = raw?.value ?? null;
  return {
    ...raw,
    value,
    numerator: raw?.numerator ?? null,
    denominator: raw?.denominator ?? null,
    low: raw?.low ?? null,
    high: raw?.high ?? null,
    verdict: VERDICTS.find((v) => v === raw?.verdict) ?? "cannot_tell",
    state: raw?.state ?? (value === null ? "no_data" : value === 0 ? "zero" : "ok"),
  };
}

export function asRow(raw: RawRow): Row {
  const measures = Object.fromEntries(
    NAMES.map((name) => [name, asMeasure(raw.measures?.[name])]),
  ) as unknown as Measures;
  const counts = raw.counts ?? {};
  return {
    code: raw.code ?? "",
    name: raw.name || raw.code || "",
    name_en: raw.name_en ?? null,
    committee_code: raw.committee_code ?? null,
    measures,
    counts,
  };
}

export function pointsOf(raw: RawRow[], name: MeasureName): HistoryPoint[] {
  return raw.map((point) => ({ month: point.month ?? "", ...asMeasure(point.measures?.[name]) }));
}
