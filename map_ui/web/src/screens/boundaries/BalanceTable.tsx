import { useMemo } from "preact/hooks";
import type { GridFigures } from "../../api/types";
import { number, signedPercent } from "../../format";
import { Swatch } from "../../map/Legend";
import { classFill, classOf } from "../../map/palette";
import { DataTable, type Column } from "../../parts/DataTable";
import { theme } from "../../store";
import { lang, t } from "../../words";
import type { OpenDraft } from "./draft";
import { gridName } from "./problems";
import { zoomTo } from "./zoom";

/** Off target to either side of the middle; a line at ±5 %. */
function Deviation({ off }: { off: number }) {
  const x = (share: number) => 32 + 30 * Math.max(-1, Math.min(1, share / 0.5));
  return (
    <svg class="interval" width="64" height="16" viewBox="0 0 64 16" aria-hidden="true">
      <line class="axis" x1="2" x2="62" y1="8" y2="8" />
      <line class="target" x1={x(-0.05)} x2={x(-0.05)} y1="3" y2="13" />
      <line class="target" x1={x(0.05)} x2={x(0.05)} y1="3" y2="13" />
      <line class="range" x1={x(Math.min(0, off))} x2={x(Math.max(0, off))} y1="8" y2="8" />
      <circle class="value" cx={x(off)} cy="8" r="2.5" />
    </svg>
  );
}

function columns(wrong: ReadonlySet<string>): Column<GridFigures>[] {
  return [
    {
      key: "key",
      head: <span class="unseen">{t("legend.class")}</span>,
      width: "26px",
      cell: (f) => <Swatch fill={classFill("balance", classOf("balance", f.off_target), theme.value)} />,
    },
    {
      key: "name",
      head: t("area.micro-grid"),
      cell: (f) => (
        <span title={f.code}>
          {f.locked ? <span title={t("draft.locked")}>⊘ </span> : ""}
          {gridName(f)}
        </span>
      ),
      sort: (f) => f.code,
    },
    {
      key: "residents",
      head: t("count.residents"),
      align: "right",
      width: "62px",
      cell: (f) => number(f.residents),
      sort: (f) => f.residents,
    },
    // Trouble first: broken grids, then the farthest from the target; "ascending" puts them on top.
    {
      key: "off",
      head: t("draft.off"),
      unit: t("unit.percent"),
      align: "right",
      width: "54px",
      cell: (f) => signedPercent(f.off_target).replace("%", ""),
      sort: (f) => -Math.abs(f.off_target) - (wrong.has(f.code) ? 100 : 0),
    },
    {
      key: "mark",
      head: <span class="unseen">{t("draft.off.mark")}</span>,
      width: "64px",
      cell: (f) => <Deviation off={f.off_target} />,
    },
    {
      key: "dwellings",
      head: t("count.dwellings"),
      align: "right",
      width: "64px",
      cell: (f) => number(f.dwellings),
      sort: (f) => f.dwellings,
    },
    {
      key: "due",
      head: t("count.unchecked_this_year"),
      align: "right",
      width: "68px",
      cell: (f) => number(f.checks_due),
      sort: (f) => f.checks_due,
    },
    {
      key: "staff",
      head: t("draft.staff"),
      title: t("count.staff_required"),
      align: "right",
      width: "44px",
      cell: (f) => number(f.staff_required),
      sort: (f) => f.staff_required,
    },
  ];
}

export function BalanceTable({ open }: { open: OpenDraft }) {
  const figures = open.figures.value;
  const wrong = new Set(open.problems.value.filter((p) => p.severity === "error").map((p) => p.grid_code ?? ""));
  const shown = useMemo(() => columns(wrong), [theme.value, lang.value, [...wrong].join()]);
  const sum = (key: "residents" | "dwellings" | "checks_due" | "staff_required") =>
    number(figures.reduce((n, f) => n + f[key], 0));
  return (
    <DataTable
      label={t("draft.balance")}
      columns={shown}
      rows={figures}
      codeOf={(f) => f.code}
      marked={wrong}
      selected={open.chosen.value[0] ?? null}
      initialSort={{ key: "off", down: false }}
      empty={t("draft.empty")}
      onSelect={(f, event) => {
        const more = event instanceof MouseEvent && (event.shiftKey || event.ctrlKey || event.metaKey);
        open.chosen.value = more ? [...new Set([...open.chosen.value, f.code])] : [f.code];
        zoomTo.value = { code: f.code };
      }}
      foot={
        <tr>
          <td />
          <td>{t("draft.sum", { n: figures.length })}</td>
          <td class="right">{sum("residents")}</td>
          <td />
          <td />
          <td class="right">{sum("dwellings")}</td>
          <td class="right">{sum("checks_due")}</td>
          <td class="right">{sum("staff_required")}</td>
        </tr>
      }
    />
  );
}
