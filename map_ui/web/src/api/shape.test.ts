import { beforeEach, expect, test } from "vitest";
import { inLanguage, lang } from "../words";
import { asMeasure, asRow, pointsOf } from "./shape";

beforeEach(() => void (lang.value = "zh"));

test("a measure the server does not send is no data, never zero", () => {
  const row = asRow({ code: "1", measures: { accuracy: { value: 0.98, numerator: 98, denominator: 100 } } });
  expect(row.measures.accuracy).toMatchObject({ value: 0.98, state: "ok", low: null });
  expect(row.measures.checked_share).toMatchObject({ value: null, state: "no_data" });
  expect(row.name).toBe("1");
});

test("a verdict with no checks behind it cannot tell", () => {
  expect(asMeasure({ value: null, verdict: null as never }).verdict).toBe("cannot_tell");
  expect(asMeasure({ value: 0.99, verdict: "meets" }).verdict).toBe("meets");
});

test("a month without figures stays in the history as a hole", () => {
  expect(
    pointsOf(
      [
        { month: "2026-01", measures: {} },
        { month: "2026-02", measures: { accuracy: { value: 0 } } },
      ],
      "accuracy",
    ).map((p) => [p.month, p.value, p.state]),
  ).toEqual([
    ["2026-01", null, "no_data"],
    ["2026-02", 0, "zero"],
  ]);
});

test("a sentence in two languages is shown in the one that is wanted", () => {
  const said = "没有楼栋 / 房屋。 / No building / dwelling.";
  expect(inLanguage(said)).toBe("没有楼栋 / 房屋。");
  lang.value = "en";
  expect(inLanguage(said)).toBe("No building / dwelling.");
  expect(inLanguage("3 / 4 done")).toBe("3 / 4 done");
});
