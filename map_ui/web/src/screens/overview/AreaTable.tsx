import { useMemo } from "preact/hooks";
import type { Measure, MeasureName, Row } from "../../api/types";
import { ABSENT, number, percent } from "../../format";
import { Swatch } from "../../map/Legend";
import { entryOf, fillOf } from "../../map/palette";
import { DataTable, type Column } from "../../parts/DataTable";
import { IntervalMark } from "../../parts/marks";
import { BYS, by, measure, select, selection, theme } from "../../store";
import { t } from "../../words";
import { drawn, figuresTrouble, indicators } from "./data";
import { stateText, valueText } from "./Headline";
import { areaName } from "./naming";
import { pointed } from "./pointed";
import { Segments, Trouble } from "../../parts/parts";

/** Worst first: what misses for sure, then what is lowest; for findings the highest rate first. */
export function trouble(name: MeasureName, shown: Measure): number | null {
  if (shown.state === "no_data" || shown.state === "withheld" || shown.value === null) return null;
  if (name === "accuracy")
    return (shown.verdict === "misses" ? -2 : shown.verdict === "cannot_tell" ? -1 : 0) + (shown.high ?? shown.value);
  if (name === "group_renting_rate") return -(shown.low ?? shown.value);
  return shown.value;
}

/** One scale for the column's interval marks, so that rows compare. */
export function scaleOf(rows: Row[], name: MeasureName): [number, number] {
  const lows = rows.map((r) => r.measures[name].low ?? r.measures[name].value).filter((v): v is number => v !== null);
  const highs = rows.map((r) => r.measures[name].high ?? r.measures[name].value).filter((v): v is number => v !== null);
  if (!lows.length) return [0, 1];
  return [Math.max(0, Math.min(...lows)), Math.max(...highs)];
}

function columnsFor(name: MeasureName, rows: Row[]): Column<Row>[] {
  const [from, to] = scaleOf(rows, name);
  return [
    {
      key: "key",
      head: <span class="unseen">{t("legend.class")}</span>,
      width: "26px",
      cell: (r) => <Swatch fill={fillOf(name, entryOf(name, r.measures[name]), theme.value)} />,
    },
    {
      key: "name",
      head: t(`area.${by.value}`),
      title: t("overview.sort.name"),
      cell: (r) => <span title={r.code}>{areaName(r)}</span>,
      sort: (r) => r.code,
    },
    {
      key: "value",
      head: t("overview.value"),
      unit: name === "check_density" ? t("unit.per_100_dwellings") : t("unit.percent"),
      align: "right",
      width: "92px",
      cell: (r) => {
        const state = stateText(r.measures[name]);
        return state ? (
          <span class="quiet-text" title={state}>
            {r.measures[name].state === "withheld" ? t("state.withheld.short") : t("state.no_data")}
          </span>
        ) : (
          valueText(name, r.measures[name].value).replace("%", "")
        );
      },
      sort: (r) => trouble(name, r.measures[name]),
    },
    {
      key: "range",
      head: t("overview.range"),
      width: "76px",
      title: t("overview.range.title", { from: percent(from), to: percent(to) }),
      cell: (r) =>
        r.measures[name].low === null ? (
          <span class="quiet-text">{ABSENT}</span>
        ) : (
          <IntervalMark
            measure={r.measures[name]}
            from={from}
            to={to}
            target={name === "accuracy" ? 0.98 : undefined}
          />
        ),
    },
    {
      key: "n",
      head: "n",
      align: "right",
      width: "64px",
      title: t(`measure.${name}.of`),
      cell: (r) => number(r.measures[name].denominator),
      sort: (r) => r.measures[name].denominator,
    },
  ];
}

export function AreaTable() {
  const rows = indicators.value?.rows ?? [];
  const name = measure.value;
  const columns = useMemo(() => columnsFor(name, rows), [name, rows, by.value, theme.value, t("area.cell")]);
  const chosen = selection.value?.kind === by.value ? selection.value.code : null;
  return (
    <section class="area-table" aria-label={t("overview.table")}>
      <div class="table-bar">
        <Segments
          label={t("overview.by")}
          value={by.value}
          choices={BYS.map((b) => ({ value: b, label: t(`area.${b}`) }))}
          onChange={(b) => {
            by.value = b;
            selection.value = null;
          }}
        />
      </div>
      {figuresTrouble.value ? (
        <Trouble error={figuresTrouble.value} />
      ) : (
        <DataTable
          label={t("overview.table")}
          columns={columns}
          rows={rows}
          codeOf={(r) => r.code}
          selected={chosen}
          initialSort={{ key: "value", down: false }}
          empty={indicators.value ? t("overview.table.empty") : t("waiting.figures")}
          onSelect={(r) => {
            drawn.value = null;
            select(by.value, r.code);
          }}
          onHover={(r) => void (pointed.value = r ? { kind: by.value, code: r.code } : null)}
        />
      )}
    </section>
  );
}
