import { expect, test } from "vitest";
import type { GridFigures } from "../../api/types";
import { problemsOf } from "./problems";

const grid = (code: string, residents: number, deviation: number): GridFigures => ({
  code,
  name: "",
  committee_code: "c",
  locked: false,
  residents,
  dwellings: 1,
  key_sites: 0,
  plots: 1,
  buildings: 1,
  area_m2: 1,
  checks_due: 1,
  staff_required: 1,
  off_target: 0,
  unavoidable: 0,
  added: 0,
  deviation,
});

test("a grid in pieces comes first, then empty grids, then the farthest from its committee's mean", () => {
  const found = problemsOf(
    [grid("a", 1500, 0.06), grid("b", 1500, -0.3), grid("c", 0, -1), grid("d", 1500, 0.049)],
    [{ kind: "in_pieces", ids: ["d"], pieces: 2 }],
  );
  expect(found.map((p) => [p.kind, p.grid_code, p.severity])).toEqual([
    ["in_pieces", "d", "error"],
    ["no_residents", "c", "warning"],
    ["off_balance", "b", "warning"],
    ["off_balance", "a", "warning"],
  ]);
});

test("what the figures already show is not said twice", () => {
  expect(problemsOf([grid("a", 1500, 0.06)], [{ kind: "off_balance", ids: ["a"], note: "x / y" }])).toHaveLength(1);
});
