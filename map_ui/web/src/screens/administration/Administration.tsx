import { Tabs } from "../../parts/parts";
import { may, tab } from "../../store";
import { t } from "../../words";
import { Accounts } from "./Accounts";
import { Audit } from "./Audit";
import { Keys } from "./Keys";
import { Releases } from "./Releases";
import { Roles } from "./Roles";
import { RuleSets } from "./RuleSets";

const TABS = {
  accounts: { may: "admin", content: Accounts },
  roles: { may: "admin", content: Roles },
  keys: { may: "admin", content: Keys },
  rules: { may: "review.read", content: RuleSets },
  releases: { may: "map.read", content: Releases },
  audit: { may: "audit.read", content: Audit },
} as const;
type TabName = keyof typeof TABS;

export default function Administration() {
  const names = (Object.keys(TABS) as TabName[]).filter((name) => may(TABS[name].may));
  const shown = names.find((name) => name === tab.value) ?? names[0];
  const Content = shown && TABS[shown].content;
  return (
    <div class="page data-page">
      <header class="page-head">
        <h1>{t("screen.administration")}</h1>
      </header>
      {shown && (
        <Tabs
          label={t("admin.tabs")}
          value={shown}
          onChange={(name) => void (tab.value = name)}
          choices={names.map((name) => ({ value: name, label: t(`admin.${name}`) }))}
        />
      )}
      {Content && <Content />}
    </div>
  );
}
