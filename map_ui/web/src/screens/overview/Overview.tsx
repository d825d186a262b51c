import { useEffect } from "preact/hooks";
import { PrintFoot, PrintTitle } from "../../parts/PrintFrame";
import { Split } from "../../parts/parts";
import { measure } from "../../store";
import { t } from "../../words";
import { AreaTable } from "./AreaTable";
import { followChoices } from "./data";
import { FactsPanel } from "./FactsPanel";
import { Headline } from "./Headline";
import { OverviewMap } from "./OverviewMap";

export default function Overview() {
  useEffect(() => followChoices(), []);
  return (
    <>
      <PrintTitle title={t(`measure.${measure.value}`)} />
      <Split
        name="overview"
        panel={
          <>
            <Headline />
            <FactsPanel />
            <AreaTable />
          </>
        }
      >
        <OverviewMap />
      </Split>
      <PrintFoot />
    </>
  );
}
