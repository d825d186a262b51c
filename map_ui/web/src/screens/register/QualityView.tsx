import { useEffect, useState } from "preact/hooks";
import { readQuality } from "../../api/endpoints";
import type { Quality } from "../../api/types";
import { dayText, number, percent } from "../../format";
import { Trouble } from "../../parts/parts";
import { go, select } from "../../store";
import { inLanguage, nameOf, named, t } from "../../words";

const SHARES = new Set(["link_rate", "dwellings_with_record"]);

/** Links, duplicates, omissions: how far the register holds together, and where it does not. */
export function QualityView() {
  const [quality, setQuality] = useState<Quality | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const read = () => {
    setWrong(null);
    readQuality().then(setQuality, setWrong);
  };
  useEffect(read, []);
  if (wrong) return <Trouble error={wrong} again={read} />;
  if (!quality)
    return (
      <div class="skeleton" aria-busy="true">
        {t("quality.reading")}
      </div>
    );
  const keys = (Object.keys(quality.by_committee[0] ?? {}) as (keyof Quality["by_committee"][number])[]).filter(
    (key) => key !== "code" && key !== "name" && key !== "name_en",
  );
  const say = (key: string, value: unknown) =>
    typeof value !== "number" ? "—" : SHARES.has(key) ? percent(value) : number(value);
  return (
    <section class="quality">
      <p class="quiet-text">{t("figure.as_of", { day: dayText(quality.as_of) })}</p>
      <dl class="tiles">
        {quality.measures.map((m) => (
          <div key={m.key}>
            <dt>{named("quality", m.key)}</dt>
            <dd>
              <b>{percent(m.value, m.value !== null && m.value < 0.02 ? 2 : 1)}</b>
              <small>
                {number(m.numerator)} ÷ {number(m.denominator)}
              </small>
            </dd>
          </div>
        ))}
      </dl>
      {quality.issues.length > 0 && (
        <ul class="list">
          {quality.issues.map((i) => (
            <li key={i.kind}>
              <b>{number(i.n)}</b> {named("quality.issue", i.kind)}
              <span class="quiet-text">{inLanguage(i.detail)}</span>
            </li>
          ))}
        </ul>
      )}
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{t("area.committee")}</th>
            {keys.map((key) => (
              <th key={key} scope="col" class="right">
                {named("quality", key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {quality.by_committee.map((row) => (
            <tr key={row.code}>
              <td>
                <a
                  href="#/overview"
                  onClick={(e) => {
                    e.preventDefault();
                    go("overview");
                    select("committee", row.code);
                  }}
                >
                  {nameOf(row)}
                </a>
              </td>
              {keys.map((key) => (
                <td key={key} class="right">
                  {say(key, row[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
