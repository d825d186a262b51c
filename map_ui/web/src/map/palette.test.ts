import { expect, test } from "vitest";
import { classOf, entryOf, fillOf } from "./palette";
import type { Measure } from "../api/types";

const measure = (given: Partial<Measure>): Measure => ({
  value: null,
  numerator: null,
  denominator: null,
  low: null,
  high: null,
  state: "ok",
  ...given,
});

test("a value on a break belongs to the class above, as in palette.py", () => {
  expect([0, 0.0499, 0.05, 0.75, 1].map((v) => classOf("checked_share", v))).toEqual([0, 0, 1, 4, 4]);
});

test("no data, zero and withheld are three different entries", () => {
  const entries = [undefined, measure({ state: "zero", value: 0 }), measure({ state: "withheld" })].map((m) =>
    entryOf("checked_share", m),
  );
  expect(entries).toEqual(["no_data", "0", "withheld"]);
  expect(new Set(entries.map((e) => JSON.stringify(fillOf("checked_share", e, "light")))).size).toBe(3);
});

test("a missing value is no data although its state claims otherwise", () => {
  expect(entryOf("checked_share", measure({ state: "ok", value: null }))).toBe("no_data");
});

test("accuracy answers by its verdict, never by its value", () => {
  expect(entryOf("accuracy", measure({ value: 0.5, verdict: "cannot_tell" }))).toBe("cannot_tell");
  expect(fillOf("accuracy", "cannot_tell", "light").pattern?.kind).toBe("hatch");
});
