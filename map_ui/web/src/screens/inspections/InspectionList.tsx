import { dayText } from "../../format";
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
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{t("inspections.title")}</th>
            <th scope="col">{t("sheets.day")}</th>
            <th scope="col">{t("inspections.state")}</th>
            <th scope="col" class="right">
              {t("inspections.visited")}
            </th>
            <th scope="col" class="right">
              {t("inspections.stops")}
            </th>
            <th scope="col" class="right">
              {t("inspections.teams")}
            </th>
            <th scope="col">
              <span class="unseen">{t("inspections.open")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </div>
  );
}
