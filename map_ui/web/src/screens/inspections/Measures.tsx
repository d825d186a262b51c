import { useRef, useState } from "preact/hooks";
import type { MeasureChange } from "../../generated/api";
import { dayText } from "../../format";
import { LineTable } from "../../parts/LineTable";
import { Empty, Trouble } from "../../parts/parts";
import { complain } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { named, t } from "../../words";
import { changeMeasure, readLists, readMeasures, type Measure } from "./api";
import { useRead } from "./useRead";

function Row({ measure, evidence, again }: { measure: Measure; evidence: string[]; again: () => void }) {
  const [kind, setKind] = useState("revisit");
  // One change waits for the other, and is asked with the revision that it left.
  const revision = useRef(Promise.resolve(measure.revision));
  function change(to: Omit<MeasureChange, "expected_revision">): void {
    const made = revision.current.then((expected_revision) =>
      whileSaving(changeMeasure(measure.id, { expected_revision, ...to })),
    );
    revision.current = made.then((now) => now.revision);
    revision.current.catch(complain).finally(again);
  }
  return (
    <tr>
      <td>{named("inspection.measure", measure.kind)}</td>
      <td>{measure.site_code ?? measure.building_code}</td>
      <td>{named("inspection.department", measure.department)}</td>
      <td>
        {dayText(measure.due_on)}
        {(measure.days_late ?? 0) > 0 && (
          <span class="chip chip-wrong">{t("inspections.measure.late", { n: measure.days_late ?? 0 })}</span>
        )}
      </td>
      <td class="nowrap">
        {named("inspections.measure.state", measure.state)}{" "}
        {measure.state === "open" && (
          <button type="button" class="quiet" onClick={() => change({ state: "done" })}>
            {t("inspections.measure.report")}
          </button>
        )}
      </td>
      <td>
        {measure.state === "closed" ? (
          dayText(measure.revisit_on)
        ) : (
          <input
            type="date"
            aria-label={t("inspections.measure.revisit")}
            value={measure.revisit_on ?? ""}
            onChange={(e) => {
              if (e.currentTarget.value) change({ revisit_on: e.currentTarget.value });
            }}
          />
        )}
      </td>
      <td>
        {measure.state === "closed" ? (
          named("inspection.evidence", measure.evidence?.kind ?? "")
        ) : (
          <span class="row">
            <select
              aria-label={t("inspections.measure.evidence")}
              value={kind}
              onChange={(e) => setKind(e.currentTarget.value)}
            >
              {evidence.map((e) => (
                <option key={e} value={e}>
                  {named("inspection.evidence", e)}
                </option>
              ))}
            </select>
            <button type="button" onClick={() => change({ state: "closed", evidence: { kind } })}>
              {t("inspections.measure.close")}
            </button>
          </span>
        )}
      </td>
    </tr>
  );
}

/** Measures of all inspections until they are closed with evidence. */
export function Measures() {
  const [overdue, setOverdue] = useState(false);
  const { found: lists } = useRead(readLists, []);
  const { found, wrong, again } = useRead(() => readMeasures(overdue), [overdue]);
  if (wrong) return <Trouble error={wrong} again={again} />;
  return (
    <div class="page">
      <label>
        <input type="checkbox" checked={overdue} onChange={(e) => setOverdue(e.currentTarget.checked)} />
        {t("inspections.measure.overdue_only")}
      </label>
      {found && !found.length && <Empty>{t("inspections.measure.none")}</Empty>}
      {found && found.length > 0 && (
        <LineTable
          heads={[
            "inspections.measure.kind",
            "inspections.place",
            "inspections.measure.department",
            "inspections.measure.due",
            "inspections.state",
            "inspections.measure.revisit",
            "inspections.measure.evidence",
          ]}
          acts={null}
        >
          {found.map((m) => (
            <Row key={`${m.id}${m.revision}`} measure={m} evidence={lists?.evidence ?? []} again={again} />
          ))}
        </LineTable>
      )}
    </div>
  );
}
