import { dayText } from "../../format";
import { LineTable } from "../../parts/LineTable";
import { Empty, Trouble } from "../../parts/parts";
import { go } from "../../store";
import { named, t } from "../../words";
import { readInspections } from "./api";
import { useRead } from "./useRead";

const CHIP: Record<string, string> = { draft: "chip-caution", planned: "chip-now", under_way: "chip-now" };

/** Every inspection, the newest first. */
export function InspectionList() {
  const { found, wrong, again } = useRead(readInspections, []);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found)
    return (
      <div class="skeleton" aria-busy="true">
        {t("inspections.reading")}
      </div>
    );
  if (!found.length) return <Empty>{t("inspections.list.empty")}</Empty>;
  return (
    <div class="page">
      <LineTable
        heads={[
          "inspections.title",
          "sheets.day",
          "inspections.state",
          { figures: "inspections.visited" },
          { figures: "inspections.stops" },
          { figures: "inspections.teams" },
        ]}
        acts="inspections.open"
      >
        {found.map((i) => (
          <tr key={i.id}>
            <td>
              <a
                href={`#/inspections/${i.id}`}
                onClick={(e) => {
                  e.preventDefault();
                  go("inspections", i.id);
                }}
              >
                {i.title}
              </a>
            </td>
            <td>{dayText(i.day)}</td>
            <td>
              <span class={`chip ${CHIP[i.state] ?? ""}`}>{named("inspections.state", i.state)}</span>
            </td>
            <td class="right">{i.visited}</td>
            <td class="right">{i.stops}</td>
            <td class="right">{i.teams}</td>
            <td class="right">
              <button type="button" onClick={() => go("inspections", i.id)}>
                {t("inspections.open")}
              </button>
            </td>
          </tr>
        ))}
      </LineTable>
    </div>
  );
}
