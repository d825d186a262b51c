import { Tabs } from "../../parts/parts";
import { item, may, tab } from "../../store";
import { t } from "../../words";
import { Candidates } from "./Candidates";
import { InspectionList } from "./InspectionList";
import { Learned } from "./Learned";
import { Measures } from "./Measures";
import { OneInspection } from "./OneInspection";
import { Tickets } from "./Tickets";
import "./inspections.css";

type TabName = "candidates" | "list" | "measures" | "tickets" | "learning";

/** Choose, plan, follow up, learn; or one inspection opened. */
export default function Inspections() {
  if (item.value) return <OneInspection key={item.value} id={item.value} />;
  const plans = may("inspections.plan");
  const names: TabName[] = plans ? ["candidates", "list", "measures", "tickets", "learning"] : ["list", "measures"];
  const shown = names.find((name) => name === tab.value) ?? names[0]!;
  return (
    <div class="inspections">
      <Tabs
        label={t("inspections.tabs")}
        value={shown}
        onChange={(name) => void (tab.value = name)}
        choices={names.map((value) => ({ value, label: t(`inspections.tab.${value}`) }))}
      />
      {shown === "candidates" && <Candidates />}
      {shown === "list" && <InspectionList />}
      {shown === "measures" && <Measures />}
      {shown === "tickets" && <Tickets />}
      {shown === "learning" && <Learned />}
    </div>
  );
}
