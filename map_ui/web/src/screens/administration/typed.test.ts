import { expect, test } from "vitest";
import { typedValue } from "./AmendRules";

test("a typed value keeps the kind of the value before", () => {
  expect(typedValue("0.98", 0.95)).toBe(0.98);
  expect(typedValue("true", false)).toBe(true);
  expect(typedValue("5", "mild")).toBe("5");
  expect(typedValue("[1, 2]", [1])).toEqual([1, 2]);
  expect(typedValue("half", 0.5)).toBe("half");
});
