import { newId } from "../../phone/ids";
import { useState } from "preact/hooks";
import { dayText, number } from "../../format";
import { Dialog } from "../../shell/Dialog";
import { complain } from "../../shell/notices";
import { may } from "../../store";
import { named, t } from "../../words";
import { addMeasure, readLists, type Finding, type Inspection } from "./api";
import { useRead } from "./useRead";

function inTwoWeeks(): string {
  return new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);
}

function NewMeasure({ one, finding, onDone }: { one: Inspection; finding: Finding; onDone: (made: boolean) => void }) {
  const { found: lists } = useRead(readLists, []);
  const [id] = useState(() => newId());
  const [kind, setKind] = useState("recheck");
  const [department, setDepartment] = useState("committee");
  const [due, setDue] = useState(inTwoWeeks);
  async function create(): Promise<void> {
    try {
      await addMeasure(one.id, { id, finding_id: finding.id, kind, department, due_on: due });
      onDone(true);
    } catch (error) {
      complain(error);
    }
  }
  return (
    <Dialog
      title={`${t("inspections.measure.add")}: ${named("inspection.finding", finding.kind)}`}
      onClose={() => onDone(false)}
      actions={
        <button type="button" class="primary" disabled={!due} onClick={() => void create()}>
          {t("inspections.measure.add")}
        </button>
      }
    >
      <label class="field">
        <span>{t("inspections.measure.kind")}</span>
        <select value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
          {(lists?.measures ?? [kind]).map((k) => (
            <option key={k} value={k}>
              {named("inspection.measure", k)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("inspections.measure.department")}</span>
        <select value={department} onChange={(e) => setDepartment(e.currentTarget.value)}>
          {(lists?.departments ?? [department]).map((d) => (
            <option key={d} value={d}>
              {named("inspection.department", d)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("inspections.measure.due")}</span>
        <input type="date" value={due} onInput={(e) => setDue(e.currentTarget.value)} />
      </label>
    </Dialog>
  );
}

/** What was found, and the measure that answers each finding. */
export function Findings({ one, again }: { one: Inspection; again: () => void }) {
  const [answering, setAnswering] = useState<Finding | null>(null);
  const nameOf = new Map(one.stop_list.map((s) => [s.id, s.name]));
  const counts = {
    n: one.results.length,
    late: one.results.filter((r) => r.state === "late").length,
    corrected: one.results.filter((r) => r.corrects).length,
  };
  if (!one.results.length) return null;
  return (
    <section class="findings">
      <h2>
        {t("inspections.findings")} <small class="quiet-text">{t("inspections.receipts", counts)}</small>
      </h2>
      {!one.findings.length && <p class="quiet-text">{t("inspections.findings.none")}</p>}
      <ul class="list">
        {one.findings.map((f) => {
          const measure = one.measures.find((m) => m.finding_id === f.id);
          return (
            <li key={f.id}>
              <b>{named("inspection.finding", f.kind)}</b>
              <span class="quiet-text">
                {nameOf.get(f.stop_id)} {f.dwelling_code ?? ""} {f.area_m2 === null ? "" : `${number(f.area_m2, 1)} m²`}
                {f.note ?? ""}
              </span>
              <span class="push">
                {measure ? (
                  `${named("inspection.measure", measure.kind)} ${dayText(measure.due_on)}`
                ) : may("inspections.plan") ? (
                  <button type="button" onClick={() => setAnswering(f)}>
                    {t("inspections.measure.add")}
                  </button>
                ) : null}
              </span>
            </li>
          );
        })}
      </ul>
      {answering && (
        <NewMeasure
          one={one}
          finding={answering}
          onDone={(made) => {
            setAnswering(null);
            if (made) again();
          }}
        />
      )}
    </section>
  );
}
