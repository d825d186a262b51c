import { expect, test } from "vitest";
import { sorted } from "./DataTable";

const rows = [
  { name: "a", n: 2 },
  { name: "b", n: null },
  { name: "c", n: 10 },
  { name: "d", n: 1 },
];

test("what is absent comes last, upwards and downwards", () => {
  expect(sorted(rows, (r) => r.n, false).map((r) => r.name)).toEqual(["d", "a", "c", "b"]);
  expect(sorted(rows, (r) => r.n, true).map((r) => r.name)).toEqual(["c", "a", "d", "b"]);
});

test("codes sort by their numbers and the given rows stay as they were", () => {
  const codes = [{ code: "格10" }, { code: "格9" }];
  expect(sorted(codes, (r) => r.code, false)[0]?.code).toBe("格9");
  expect(codes[0]?.code).toBe("格10");
});
