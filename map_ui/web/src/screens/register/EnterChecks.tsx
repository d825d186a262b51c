import { useEffect, useState } from "preact/hooks";
import { connection } from "../../api/client";
import type { Visit } from "../../api/types";
import { number, timeText } from "../../format";
import { complain, tell } from "../../shell/notices";
import { keptHere } from "../../shell/saving";
import { t } from "../../words";
import { flush, readShelf, receipts, refused, shelve } from "./queue";
import { blankRow, faultOf, rememberSheet, sheetRows, toVisit, type SheetRow } from "./sheet";

const NUMBERS = ["checked", "correct", "to_register", "to_deregister", "wrong_particulars"] as const;

async function pushOut(): Promise<void> {
  try {
    await flush(localStorage);
  } catch (error) {
    complain(error);
  }
}

function Row({
  row,
  n,
  onChange,
  onRemove,
}: {
  row: SheetRow;
  n: number;
  onChange: (row: SheetRow) => void;
  onRemove: () => void;
}) {
  const fault = faultOf(row);
  const put = (change: Partial<SheetRow>) => onChange({ ...row, ...change });
  return (
    <tr class={fault ? "faulty" : ""}>
      <td class="right quiet-text">{n}</td>
      <td>
        <input
          aria-label={t("sheet.dwelling")}
          value={row.dwelling_code}
          spellcheck={false}
          onInput={(e) => put({ dwelling_code: e.currentTarget.value.trim() })}
        />
      </td>
      <td>
        <input
          type="time"
          aria-label={t("sheet.time")}
          value={row.time}
          onInput={(e) => put({ time: e.currentTarget.value })}
        />
      </td>
      <td>
        <select
          aria-label={t("sheet.outcome")}
          value={row.outcome}
          onChange={(e) => put({ outcome: e.currentTarget.value as Visit["outcome"] })}
        >
          <option value="done">{t("sheet.done")}</option>
          <option value="no_access">{t("count.no_access")}</option>
        </select>
      </td>
      {NUMBERS.map((key) => (
        <td key={key}>
          <input
            class="right"
            inputMode="numeric"
            size={3}
            aria-label={t(`count.${key}`)}
            disabled={row.outcome === "no_access"}
            value={row.outcome === "no_access" ? "" : row[key]}
            onInput={(e) => put({ [key]: e.currentTarget.value.replace(/\D/g, "").slice(0, 3) })}
          />
        </td>
      ))}
      <td>
        {fault && <span class="wrong">{t(`sheet.fault.${fault}`)}</span>}
        <button type="button" class="quiet icon" aria-label={t("sheet.remove")} onClick={onRemove}>
          ×
        </button>
      </td>
    </tr>
  );
}

/** A day's checks, building by building. Every keystroke is kept here; a visit leaves only against a receipt. */
export function EnterChecks() {
  const [sheet, setSheet] = useState(() => sheetRows(localStorage));
  useEffect(() => rememberSheet(localStorage, sheet), [sheet]);
  useEffect(() => {
    keptHere.value = readShelf(localStorage).length;
    void pushOut();
    const retry = setInterval(() => {
      if (readShelf(localStorage).length) void pushOut();
    }, 15000);
    window.addEventListener("online", pushOut);
    return () => {
      clearInterval(retry);
      window.removeEventListener("online", pushOut);
    };
  }, []);
  const filled = sheet.rows.filter((r) => r.dwelling_code);
  const faults = filled.filter(faultOf).length;
  const setRow = (k: number, row: SheetRow) => {
    const rows = sheet.rows.map((r, i) => (i === k ? row : r));
    if (k === rows.length - 1 && row.dwelling_code) rows.push(blankRow(row));
    setSheet({ ...sheet, rows });
  };
  function hand_in(): void {
    shelve(
      localStorage,
      filled.map((r) => toVisit(r, sheet)),
    );
    setSheet({ ...sheet, rows: [blankRow(filled[filled.length - 1])] });
    tell(t("sheet.kept", { n: filled.length }));
    void pushOut();
  }
  return (
    <section class="sheet">
      <div class="row">
        <label class="field">
          <span>{t("sheet.day")}</span>
          <input type="date" value={sheet.day} onInput={(e) => setSheet({ ...sheet, day: e.currentTarget.value })} />
        </label>
        <label class="field">
          <span>{t("sheet.building")}</span>
          <input
            value={sheet.building}
            size={30}
            placeholder={t("sheet.building.example")}
            onInput={(e) => setSheet({ ...sheet, building: e.currentTarget.value.trim() })}
          />
        </label>
        <label class="field">
          <span>{t("sheet.frame")}</span>
          <select
            value={sheet.frame}
            onChange={(e) => setSheet({ ...sheet, frame: e.currentTarget.value as Visit["frame"] })}
          >
            <option value="register">{t("sheet.frame.register")}</option>
            <option value="ground">{t("sheet.frame.ground")}</option>
          </select>
        </label>
        <p class="quiet-text push" role="status">
          {keptHere.value > 0
            ? t("sheet.waiting", { n: keptHere.value })
            : receipts.value[0]
              ? t("sheet.receipt", { n: receipts.value[0].n, time: timeText(receipts.value[0].at) })
              : t("sheet.safe")}
          {connection.value === "lost" ? ` ${t("saved.offline")}` : ""}
        </p>
      </div>
      <table class="plain sheet-table">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">{t("data.row")}</span>
            </th>
            <th scope="col">{t("sheet.dwelling")}</th>
            <th scope="col">{t("sheet.time")}</th>
            <th scope="col">{t("sheet.outcome")}</th>
            {NUMBERS.map((key) => (
              <th key={key} scope="col" class="right">
                {t(`count.${key}`)}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">{t("sheet.remove")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sheet.rows.map((row, k) => (
            <Row
              key={row.visit_id}
              n={k + 1}
              row={row}
              onChange={(r) => setRow(k, r)}
              onRemove={() =>
                setSheet({
                  ...sheet,
                  rows: sheet.rows.length > 1 ? sheet.rows.filter((_, i) => i !== k) : [blankRow()],
                })
              }
            />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            <td>{t("sheet.sum", { n: filled.length })}</td>
            <td />
            <td />
            {NUMBERS.map((key) => (
              <td key={key} class="right">
                {number(filled.reduce((n, r) => n + (r.outcome === "done" ? Number(r[key] || 0) : 0), 0))}
              </td>
            ))}
            <td />
          </tr>
        </tfoot>
      </table>
      <div class="row">
        <button type="button" class="primary" disabled={!filled.length || faults > 0 || !sheet.day} onClick={hand_in}>
          {t("sheet.hand_in", { n: filled.length })}
        </button>
        {faults > 0 && <span class="wrong">{t("sheet.faults", { n: faults })}</span>}
      </div>
      {refused.value.length > 0 && (
        <ul class="list">
          {refused.value.map((r) => (
            <li key={r.visit.visit_id}>
              <span class="chip chip-wrong">{t("sheet.refused")}</span>
              {r.visit.dwelling_code} {r.why}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
