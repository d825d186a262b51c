import { useState } from "preact/hooks";
import { dayText, number } from "../../format";
import { Segments, Trouble } from "../../parts/parts";
import { may } from "../../store";
import { lang, named, t } from "../../words";
import { AmendRules } from "./AmendRules";
import { readRuleSets, type Parameter, type RuleSet } from "./data";
import { Reading, useList } from "./parts";

export const explanation = (p: Parameter) => (lang.value === "en" ? p.note_en : p.note_zh) ?? "";

/** A value as it is written in the rules; lists and tables as compact JSON. */
export function valueText(p: Parameter): string {
  if (p.unset || p.value === undefined) return t("admin.rules.unset");
  if (typeof p.value === "boolean") return t(p.value ? "yes" : "no");
  if (typeof p.value === "number") return number(p.value, Number.isInteger(p.value) ? 0 : 2);
  const fraction = /^(\d+)\/([1-9]\d*)$/.exec(String(p.value)); // exact numbers come as fractions
  if (fraction) return number(Number(fraction[1]) / Number(fraction[2]), 4);
  return typeof p.value === "string" ? p.value : JSON.stringify(p.value);
}

/** Units as offices write them; what has no word of ours stays as the rules say it. */
export const unitText = (p: Parameter) => (p.unit ? named("rule_unit", p.unit) : "");

function RuleTable({ rules, onAmend }: { rules: RuleSet; onAmend: ((p: Parameter) => void) | null }) {
  const [only, setOnly] = useState<"all" | "open">("all");
  const shown = rules.parameter.filter((p) => only === "all" || p.ambiguity !== undefined || p.unset);
  return (
    <>
      <div class="row segments-row">
        <Segments
          label={t("admin.rules.which")}
          value={only}
          onChange={setOnly}
          choices={[
            { value: "all", label: t("admin.rules.all", { n: rules.parameter.length }) },
            {
              value: "open",
              label: t("admin.rules.open", {
                n: rules.parameter.filter((p) => p.ambiguity !== undefined || p.unset).length,
              }),
            },
          ]}
        />
      </div>
      <table class="plain rules">
        <thead>
          <tr>
            <th scope="col">{t("admin.rules.key")}</th>
            <th scope="col">{t("admin.rules.explanation")}</th>
            <th scope="col" class="right">
              {t("admin.rules.value")}
            </th>
            <th scope="col">{t("admin.rules.source")}</th>
            <th scope="col">
              <span class="unseen">{t("admin.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((p) => (
            <tr key={p.key}>
              <td>
                <code>{p.key}</code>{" "}
                {p.ambiguity !== undefined && (
                  <span class="chip chip-caution">{t("admin.rules.ambiguous", { n: p.ambiguity })}</span>
                )}
              </td>
              <td>
                {explanation(p)}
                {p.phrase && (
                  <q class="quiet-text" lang="zh-CN">
                    {p.phrase}
                  </q>
                )}
              </td>
              <td class="right">
                {valueText(p)} {unitText(p)}
              </td>
              <td class="quiet-text">{p.source === "ours" ? t("admin.rules.ours") : p.document}</td>
              <td class="right">
                {onAmend && (
                  <button type="button" class="quiet" onClick={() => onAmend(p)}>
                    {t("admin.change")}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The numbers behind every score: what they mean, which document says so, and where it leaves a choice to the town. */
export function RuleSets() {
  const { found, wrong, again } = useList(readRuleSets);
  const [chosen, setChosen] = useState<string | null>(null);
  const [amending, setAmending] = useState<Parameter | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const latest = found[found.length - 1];
  const rules = found.find((r) => r.id === chosen) ?? latest;
  if (!rules) return <p class="empty">{t("admin.rules.none")}</p>;
  const head = rules.rule_set;
  return (
    <>
      <div class="row">
        {found.length > 1 && (
          <select aria-label={t("admin.rules")} value={rules.id} onChange={(e) => setChosen(e.currentTarget.value)}>
            {found.map((r) => (
              <option key={r.id} value={r.id}>
                {r.id} · {dayText(r.rule_set.valid_from)}
              </option>
            ))}
          </select>
        )}
        <p>
          <b>{lang.value === "en" ? head.name_en : head.name_zh}</b> <code>{rules.id}</code>
          <span class="quiet-text">
            {" "}
            {t("admin.rules.head", { document: head.document, day: dayText(head.valid_from) })}
            {head.reason ? ` · ${head.reason}` : ""}
          </span>
        </p>
      </div>
      <p class="quiet-text">{t("admin.rules.what")}</p>
      <RuleTable rules={rules} onAmend={may("admin") && rules === latest ? setAmending : null} />
      {amending && (
        <AmendRules
          parameter={amending}
          onClose={() => setAmending(null)}
          onDone={() => {
            setAmending(null);
            setChosen(null);
            again();
          }}
        />
      )}
    </>
  );
}
