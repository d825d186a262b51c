import { useMemo } from "preact/hooks";
import type { LoadField, LoadReport, RowProblem } from "../../api/types";
import { number } from "../../format";
import { DataTable, type Column } from "../../parts/DataTable";
import { LineTable } from "../../parts/LineTable";
import { lang, named, t } from "../../words";
import { ColumnName, fieldName } from "./fields";
import { withDropped } from "./headings";

interface Props {
  report: LoadReport;
  /** Every heading of the file; null where only the service can open it. */
  headings: string[] | null;
  fields: LoadField[];
  mapping: Record<string, string>;
  onMap: (mapping: Record<string, string>) => void;
  onAgain: () => void;
  onCommit: () => void;
  busy: boolean;
}

interface MappingProps {
  columns: { source: string; field: string | null }[];
  /** How many more the service dropped without saying which. */
  dropped: number;
  fields: LoadField[];
  mapping: Record<string, string>;
  onMap: (mapping: Record<string, string>) => void;
  onAgain: () => void;
}

/** Which column of the file is which field; what is listed nowhere is dropped while reading, and can be taken up here. */
export function Mapping({ columns, dropped, fields, mapping, onMap, onAgain }: MappingProps) {
  const known = columns.filter((c) => c.field).length;
  const all = columns.length + dropped;
  const missing = fields.some((f) => f.required && !columns.some((c) => c.field === f.field));
  return (
    <details class="mapping" open={missing || known < all}>
      <summary>{t("data.mapping", { n: known, all })}</summary>
      <LineTable heads={["data.mapping.source", "data.mapping.field"]} acts={null}>
        {columns.map((c) => (
          <tr key={c.source}>
            <td>{c.source}</td>
            <td>
              <select
                aria-label={c.source}
                value={mapping[c.source] ?? c.field ?? ""}
                onChange={(e) => onMap({ ...mapping, [c.source]: e.currentTarget.value })}
              >
                <option value="">{t("data.mapping.drop")}</option>
                {fields.map((f) => (
                  <option key={f.field} value={f.field}>
                    {`${fieldName(f)} · ${f.field}`}
                  </option>
                ))}
              </select>
            </td>
          </tr>
        ))}
      </LineTable>
      {dropped > 0 && <p class="quiet-text">{t("data.mapping.dropped", { n: dropped })}</p>}
      {Object.keys(mapping).length > 0 && (
        <button type="button" onClick={onAgain}>
          {t("data.mapping.again")}
        </button>
      )}
    </details>
  );
}

function columns(fields: LoadField[]): Column<RowProblem & { key: string }>[] {
  return [
    { key: "row", head: t("data.row"), align: "right", width: "80px", cell: (p) => number(p.row), sort: (p) => p.row },
    {
      key: "severity",
      head: t("data.severity"),
      width: "72px",
      cell: (p) => (
        <span class={`chip ${p.severity === "error" ? "chip-wrong" : "chip-caution"}`}>
          {t(`data.severity.${p.severity}`)}
        </span>
      ),
      sort: (p) => p.severity,
    },
    {
      key: "column",
      head: t("data.column"),
      width: "260px",
      cell: (p) => <ColumnName column={p.column} fields={fields} />,
      sort: (p) => p.column,
    },
    {
      key: "message",
      head: t("data.message"),
      cell: (p) => (lang.value === "en" && p.message_en ? p.message_en : p.message),
      sort: (p) => p.message,
    },
  ];
}

export function Report(props: Props) {
  const { report, headings, fields, onCommit, busy } = props;
  const shown = useMemo(() => columns(fields), [lang.value, fields]);
  const rows = useMemo(() => report.problems.map((p, k) => ({ ...p, key: `${p.row}-${k}` })), [report]);
  const preview = Object.entries(report.preview ?? {});
  return (
    <section class="report" aria-label={t("data.report")}>
      <dl class="counts">
        {(
          [
            ["rows", report.rows],
            ["ok", report.ok],
            ["errors", report.errors],
            ["warnings", report.warnings],
          ] as const
        ).map(([key, n]) => (
          <div key={key}>
            <dt>{t(`data.count.${key}`)}</dt>
            <dd class={key === "errors" && n ? "wrong" : ""}>{number(n)}</dd>
          </div>
        ))}
        {preview.map(([key, n]) => (
          <div key={key}>
            <dt>{named("data.count", key)}</dt>
            <dd>{number(n)}</dd>
          </div>
        ))}
      </dl>
      <Mapping
        {...props}
        columns={withDropped(report.columns, headings)}
        dropped={headings ? 0 : report.columns_dropped}
      />
      {rows.length > 0 && (
        <div class="report-rows">
          <DataTable
            label={t("data.problems")}
            columns={shown}
            rows={rows}
            codeOf={(p) => p.key}
            initialSort={{ key: "row", down: false }}
          />
        </div>
      )}
      <div class="row">
        <p>
          {report.ok
            ? t("data.consequence", { ok: number(report.ok), left: number(report.rows - report.ok) })
            : t("data.nothing")}
        </p>
        <button type="button" class="primary push" disabled={busy || !report.ok} onClick={onCommit}>
          {t("data.commit")}
        </button>
      </div>
    </section>
  );
}
