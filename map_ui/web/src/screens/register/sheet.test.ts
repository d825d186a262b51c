import { expect, test } from "vitest";
import { blankRow, faultOf, rememberSheet, sheetRows, toVisit, type SheetRow } from "./sheet";

const row = (change: Partial<SheetRow>): SheetRow => ({
  ...blankRow(),
  dwelling_code: "310199001001-0101",
  time: "19:30",
  checked: "4",
  correct: "3",
  ...change,
});
const sheet = { day: "2026-03-02", building: "B000123", frame: "register" as const, rows: [] };

test("more correct than checked is a fault, people found beside the list are not", () => {
  expect(faultOf(row({ correct: "5" }))).toBe("sum");
  expect(faultOf(row({ correct: "3", to_deregister: "1", wrong_particulars: "1" }))).toBe("sum");
  expect(faultOf(row({ correct: "4", to_register: "9" }))).toBeNull();
});

test("a visit without access counts nobody, whatever was typed before", () => {
  expect(faultOf(row({ outcome: "no_access", checked: "" }))).toBeNull();
  expect(toVisit(row({ outcome: "no_access" }), sheet)).toMatchObject({ checked: 0, correct: 0, outcome: "no_access" });
});

test("the time is the town's own and a room number is put behind its building", () => {
  expect(toVisit(row({ dwelling_code: "302" }), sheet)).toMatchObject({
    visited_at: "2026-03-02T19:30:00+08:00",
    dwelling_code: "B000123-302",
  });
  expect(toVisit(row({}), sheet).dwelling_code).toBe("310199001001-0101");
});

test("what was typed is there again after the browser was closed, under the same ids", () => {
  const kept = new Map<string, string>();
  const shelf = { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) };
  const typed = { ...sheet, rows: [row({})] };
  rememberSheet(shelf, typed);
  expect(sheetRows(shelf)).toEqual(typed);
});
