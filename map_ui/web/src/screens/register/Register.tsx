import { Tabs } from "../../parts/parts";
import { may, tab } from "../../store";
import { t } from "../../words";
import { EnterChecks } from "./EnterChecks";
import { Exports } from "./Exports";
import { Import } from "./Import";
import { Loads } from "./Loads";
import { QualityView } from "./QualityView";

type TabName = "import" | "loads" | "enter" | "quality" | "exports";

export default function Register() {
  const write = may("data.load"),
    enter = may("checks.write");
  const shown = (tab.value || (write ? "import" : enter ? "enter" : "quality")) as TabName;
  const choices: { value: TabName; label: string }[] = [
    ...(write ? [{ value: "import" as const, label: t("data.import") }] : []),
    ...(enter ? [{ value: "enter" as const, label: t("data.enter") }] : []),
    { value: "loads", label: t("data.loads") },
    { value: "quality", label: t("data.quality") },
    ...(may("exports.request") ? [{ value: "exports" as const, label: t("data.exports") }] : []),
  ];
  return (
    <div class="page data-page">
      <header class="page-head">
        <h1>{t("screen.register")}</h1>
      </header>
      <Tabs label={t("data.tabs")} value={shown} onChange={(name) => void (tab.value = name)} choices={choices} />
      {shown === "import" && <Import />}
      {shown === "enter" && <EnterChecks />}
      {shown === "loads" && <Loads />}
      {shown === "quality" && <QualityView />}
      {shown === "exports" && <Exports />}
    </div>
  );
}
