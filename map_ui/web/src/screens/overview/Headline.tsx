import { useEffect, useState } from "preact/hooks";
import { readHistory } from "../../api/endpoints";
import type { HistoryPoint, Measure, MeasureName, Row } from "../../api/types";
import { ABSENT, dayText, number, percent } from "../../format";
import { Sparkline } from "../../parts/marks";
import { MEASURES, measure, month, selection, shownVersion, town } from "../../store";
import { nameOf, t } from "../../words";
import { areaName } from "./naming";
import { drawn, indicators, rowBefore, scope } from "./data";

export function valueText(name: MeasureName, value: number | null | undefined): string {
  return name === "check_density" ? number(value, 1) : percent(value);
}

/** ▲ 2.1 against last month, in points; silent when either side is absent. */
export function Change({ name, now, before }: { name: MeasureName; now: Measure; before: Measure | null | undefined }) {
  if (now.value === null || !before || before.value === null) return null;
  const points = name === "check_density" ? now.value - before.value : 100 * (now.value - before.value);
  const text = number(Math.abs(points), 1);
  if (text === "0.0") return <span class="change">＝</span>;
  return (
    <span class="change" title={t("figure.change", { change: `${points > 0 ? "+" : "−"}${text}` })}>
      <span aria-hidden="true">{points > 0 ? "▲" : "▼"}</span> {text}
    </span>
  );
}

export function stateText(shown: Measure): string | null {
  if (shown.state === "no_data") return t("state.no_data");
  if (shown.state === "withheld") return t("state.withheld");
  return null;
}

function Interval({ name, shown }: { name: MeasureName; shown: Measure }) {
  if (shown.denominator === null || stateText(shown)) return <p class="quiet-text">{stateText(shown) ?? ABSENT}</p>;
  const parts = [t("figure.n", { n: number(shown.denominator) })];
  // A figure of everything there is has no interval to tell of; a density is no share.
  if (shown.low !== null && shown.high !== null && shown.low !== shown.high)
    parts.push(
      t(
        "figure.interval",
        name === "check_density"
          ? { low: number(shown.low, 1), high: number(shown.high, 1) }
          : { low: percent(shown.low).replace("%", ""), high: percent(shown.high) },
      ),
    );
  if (name === "accuracy" && shown.verdict) parts.push(t(`verdict.${shown.verdict}`));
  return (
    <p class="quiet-text">
      {parts.join(" · ")}
      {shown.verdict === "cannot_tell" && shown.further_checks ? (
        <>
          <br />
          {t("verdict.further_checks", { n: number(shown.further_checks) })}
        </>
      ) : null}
    </p>
  );
}

function useHistory(kind: string, code: string, name: MeasureName): HistoryPoint[] {
  const [points, setPoints] = useState<HistoryPoint[]>([]);
  useEffect(() => {
    let wanted = true;
    setPoints([]);
    if (kind !== "drawn")
      readHistory(`${kind}:${code}`, name).then(
        (found) => wanted && setPoints(found),
        () => undefined,
      );
    return () => void (wanted = false);
  }, [kind, code, name]);
  return points;
}

function title(row: Row, kind: string): string {
  if (kind === "subdistrict" && town.value) return nameOf(town.value.subdistrict);
  if (kind === "drawn") return t("area.drawn");
  return areaName(row);
}

/** The version under the town's name, the code under an area's, the size under a drawn one's. */
function under({ row, kind }: { row: Row; kind: string }): string {
  if (kind === "subdistrict") return shownVersion.value ? nameOf(shownVersion.value) : "";
  if (kind !== "drawn") return `${t(`area.${kind as "zone"}`)} ${row.code}`;
  const size = drawn.value?.figures.area_m2;
  return size ? `${number(size / 1e6, 3)} ${t("unit.area_km2")}` : "";
}

export function Headline() {
  const now = scope.value;
  const name = measure.value;
  const points = useHistory(now?.kind ?? "drawn", now?.row.code ?? "", name);
  if (!now)
    return (
      <div class="headline skeleton" aria-busy="true">
        {t("waiting.figures")}
      </div>
    );
  const shown = now.row.measures[name];
  const leave = () => {
    drawn.value = null;
    selection.value = null;
  };
  return (
    <section class="headline" aria-label={t("overview.headline")}>
      <header>
        <h1>{title(now.row, now.kind)}</h1>
        <span class="quiet-text">{under(now)}</span>
        {now.kind !== "subdistrict" && (
          <button type="button" class="quiet" onClick={leave}>
            {t("overview.whole_town")}
          </button>
        )}
      </header>
      <div class="figure">
        <div>
          <div class="figure-name" title={t(`measure.${name}.of`)}>
            {t(`measure.${name}`)}
          </div>
          <div>
            <b class="figure-value">{stateText(shown) ? ABSENT : valueText(name, shown.value)}</b>
            {name === "check_density" && <small> {t("unit.per_100_dwellings")}</small>}{" "}
            <Change name={name} now={shown} before={rowBefore.value?.measures[name]} />
          </div>
        </div>
        <Sparkline points={points} month={month.value} />
      </div>
      <Interval name={name} shown={shown} />
      <dl class="counts">
        {(["residents", "dwellings", "rented", "buildings", "key_sites", "checks_due"] as const).map((key) => (
          <div key={key}>
            <dt>{t(`count.${key}`)}</dt>
            <dd>{number(now.row.counts[key])}</dd>
          </div>
        ))}
      </dl>
      <div class="measures" role="radiogroup" aria-label={t("overview.measure")}>
        {MEASURES.map((m) => (
          <button key={m} type="button" role="radio" aria-checked={m === name} onClick={() => void (measure.value = m)}>
            <span>{t(`measure.${m}`)}</span>
            <b>{stateText(now.row.measures[m]) ? ABSENT : valueText(m, now.row.measures[m].value)}</b>
          </button>
        ))}
      </div>
      {indicators.value?.as_of && (
        <p class="as-of quiet-text">
          {t(`measure.${name}.of`)} · {t("figure.as_of", { day: dayText(indicators.value.as_of) })}
        </p>
      )}
    </section>
  );
}
