import { ABSENT, number, percent } from "../../format";
import { LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { month } from "../../store";
import { named, t } from "../../words";
import { readCoverage, readLearning, type Compared } from "./api";
import { useRead } from "./useRead";

function Row({ name, row }: { name: string; row: Compared }) {
  const interval = row.low === null || row.high === null ? ABSENT : `${number(row.low, 2)}–${number(row.high, 2)}`;
  return (
    <tr>
      <td>{name}</td>
      <td class="right">
        {row.ranked_found}/{row.ranked_visited} {percent(row.ranked)}
      </td>
      <td class="right">
        {row.control_found}/{row.control_visited} {percent(row.control)}
      </td>
      <td class="right">{row.ratio === null ? ABSENT : number(row.ratio, 2)}</td>
      <td class="right">{interval}</td>
      <td>{named("inspections.learning.verdict", row.verdict)}</td>
    </tr>
  );
}

/** Does the ranking find more than chance? And how many key sites were inspected this month (GM-3)? */
export function Learned() {
  const learning = useRead(readLearning, []);
  const coverage = useRead(() => readCoverage(month.value), [month.value]);
  if (learning.wrong) return <Trouble error={learning.wrong} again={learning.again} />;
  return (
    <div class="page">
      <p class="quiet-text">{t("inspections.learning.what")}</p>
      {learning.found && (
        <LineTable
          heads={[
            "inspections.learning.signal",
            { figures: "inspections.learning.ranked" },
            { figures: "inspections.learning.control" },
            { figures: "inspections.learning.ratio" },
            { figures: "inspections.learning.interval" },
          ]}
          acts="inspections.state"
        >
          <Row name={t("inspections.learning.all")} row={learning.found.all} />
          {learning.found.signals.map((row) => (
            <Row key={row.signal} name={named("inspection.signal", row.signal)} row={row} />
          ))}
        </LineTable>
      )}
      {coverage.found && (
        <>
          <h2>{t("inspections.coverage")}</h2>
          <p>
            {t("inspections.coverage.of", { n: coverage.found.open, seen: coverage.found.inspected })}{" "}
            {percent(coverage.found.share)}
          </p>
        </>
      )}
    </div>
  );
}
