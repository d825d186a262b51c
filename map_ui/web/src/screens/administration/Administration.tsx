import type { ComponentChild } from "preact";
import { Tabs } from "../../parts/parts";
import { may, session, tab } from "../../store";
import { t } from "../../words";
import { Accounts } from "./Accounts";
import { Audit } from "./Audit";
import { Handovers } from "./Handovers";
import { Keys } from "./Keys";
import { Releases } from "./Releases";
import { Roles } from "./Roles";
import { RuleSets } from "./RuleSets";
import { SignOnTab } from "./SignOnTab";
import { Webhooks } from "./Webhooks";

interface Tab {
  may: string;
  /** It tells of the whole town, so only who sees all of it is offered it. */
  wholeTown?: true;
  content: () => ComponentChild;
}
const TABS = {
  accounts: { may: "admin", content: Accounts },
  roles: { may: "admin", content: Roles },
  "sign-on": { may: "admin", content: SignOnTab },
  keys: { may: "admin", wholeTown: true, content: Keys },
  webhooks: { may: "admin", wholeTown: true, content: Webhooks },
  handovers: { may: "review.decide", wholeTown: true, content: Handovers },
  rules: { may: "review.read", content: RuleSets },
  releases: { may: "map.read", content: Releases },
  audit: { may: "audit.read", content: Audit },
} as const satisfies Record<string, Tab>;
type TabName = keyof typeof TABS;

export default function Administration() {
  const all = !session.value?.account.areas;
  const names = (Object.keys(TABS) as TabName[]).filter((name) => {
    const needs: Tab = TABS[name];
    return may(needs.may) && (all || !needs.wholeTown);
  });
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
