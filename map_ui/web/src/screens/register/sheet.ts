/** The rows being typed in: kept in this browser with every keystroke, each with its id from the start. */

import type { Visit } from "../../api/types";
import type { Shelf } from "./queue";

export interface SheetRow {
  visit_id: string;
  dwelling_code: string;
  time: string;
  outcome: Visit["outcome"];
  checked: string;
  correct: string;
  to_register: string;
  to_deregister: string;
  wrong_particulars: string;
}
export interface Sheet {
  day: string;
  building: string;
  frame: Visit["frame"];
  rows: SheetRow[];
}
export type Fault = "time" | "empty" | "sum" | "future";

const KEY = "wangge.sheet";

function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // Over plain http an old browser has no randomUUID: version 4 by hand.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function blankRow(after?: SheetRow): SheetRow {
  return {
    visit_id: newId(),
    dwelling_code: "",
    time: after?.time ?? "",
    outcome: "done",
    checked: "",
    correct: "",
    to_register: "",
    to_deregister: "",
    wrong_particulars: "",
  };
}

const emptySheet = (): Sheet => ({ day: "", building: "", frame: "register", rows: [blankRow()] });

export function sheetRows(shelf: Shelf): Sheet {
  try {
    const found = JSON.parse(shelf.getItem(KEY) ?? "null") as Sheet | null;
    return found && Array.isArray(found.rows) && found.rows.length ? found : emptySheet();
  } catch {
    return emptySheet();
  }
}

export function rememberSheet(shelf: Shelf, sheet: Sheet): void {
  shelf.setItem(KEY, JSON.stringify(sheet));
}

const n = (text: string) => Number(text || 0);

/** Those found but not registered were not on the list that was checked; correct and to-deregister and wrong ones were. */
export function faultOf(row: SheetRow): Fault | null {
  if (!row.dwelling_code) return null;
  if (!/^\d\d:\d\d$/.test(row.time)) return "time";
  if (row.outcome === "no_access") return null;
  if (row.checked === "") return "empty";
  return n(row.correct) + n(row.to_deregister) + n(row.wrong_particulars) > n(row.checked) ? "sum" : null;
}

/** Times are typed as the clock on the wall of the town, whatever zone the office PC has. */
export function toVisit(row: SheetRow, sheet: Sheet): Visit {
  const done = row.outcome === "done";
  const code =
    /^[A-Za-z0-9]{0,4}$/.test(row.dwelling_code) && sheet.building
      ? `${sheet.building}-${row.dwelling_code}`
      : row.dwelling_code;
  return {
    visit_id: row.visit_id,
    dwelling_code: code,
    visited_at: `${sheet.day}T${row.time}:00+08:00`,
    frame: sheet.frame,
    outcome: row.outcome,
    checked: done ? n(row.checked) : 0,
    correct: done ? n(row.correct) : 0,
    to_register: done ? n(row.to_register) : 0,
    to_deregister: done ? n(row.to_deregister) : 0,
    wrong_particulars: done ? n(row.wrong_particulars) : 0,
  };
}
