import { expect, test } from "vitest";
import { linePieces } from "../../parts/marks";
import { digitsFor, ticks } from "./Trends";

test("ticks are round and hold every value", () => {
  expect(ticks(0.71, 0.86)).toEqual([0.7, 0.75, 0.8, 0.85, 0.9]);
  for (const [low, high] of [
    [0, 0],
    [5, 5],
    [0.001, 123],
    [-3, 8],
  ] as [number, number][]) {
    const found = ticks(low, high);
    expect(found[0]).toBeLessThanOrEqual(low);
    expect(found[found.length - 1]).toBeGreaterThanOrEqual(high);
    expect(found.length).toBeLessThan(8);
  }
});

test("a month without data leaves a hole in the line", () => {
  expect(
    linePieces(
      [1, null, 2, 3],
      (k) => k,
      (v) => v,
    ),
  ).toBe("M0.0 1.0M2.0 2.0L3.0 3.0");
});

test("tick labels differ from each other", () => {
  expect([25, 2.5, 0.05, 1].map(digitsFor)).toEqual([0, 1, 2, 0]);
});
