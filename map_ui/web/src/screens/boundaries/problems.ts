/** What a planner should look at, worst first; the twin of the server's list, kept up with every operation. */

import type { DraftProblem, GridFigures, RawProblem } from "../../api/types";
import { signedPercent } from "../../format";
import { inLanguage, t } from "../../words";
import { areaName } from "../overview/naming";

export const TOLERANCE = 0.05;
const FORBIDS_PUBLISHING = new Set(["in_pieces", "crosses_committee", "gap", "overlap"]);
const COUNTED_HERE = new Set(["off_balance", "no_residents"]);

/** A grid by the name that people use, with its committee's; its code while it has none. */
export const gridName = (f: Pick<GridFigures, "code" | "name" | "committee_code">) =>
  areaName({ ...f, name: f.name || f.code });

export function problemOf(raw: RawProblem): DraftProblem {
  return {
    kind: raw.kind,
    grid_code: raw.ids[0] ?? null,
    severity: FORBIDS_PUBLISHING.has(raw.kind) ? "error" : "warning",
    detail: raw.note ? inLanguage(raw.note) : raw.ids.join(t("list.and")),
  };
}

/** From the figures on the screen, plus what only the server can see (grids in pieces). */
export function problemsOf(figures: GridFigures[], seen: RawProblem[]): DraftProblem[] {
  const here = figures
    .filter((f) => f.residents === 0 || Math.abs(f.deviation) > TOLERANCE)
    .sort((a, b) => Math.abs(b.residents ? b.deviation : 9) - Math.abs(a.residents ? a.deviation : 9))
    .map((f): DraftProblem => ({
      kind: f.residents === 0 ? "no_residents" : "off_balance",
      grid_code: f.code,
      severity: "warning",
      // Worked out when it is read: after every edit thousands are counted and a dozen are seen.
      get detail() {
        return f.residents === 0
          ? gridName(f)
          : t("problem.off_balance.detail", { name: gridName(f), share: signedPercent(f.deviation) });
      },
    }));
  const told = seen.filter((p) => !COUNTED_HERE.has(p.kind)).map(problemOf);
  return [...told.filter((p) => p.severity === "error"), ...told.filter((p) => p.severity === "warning"), ...here];
}
