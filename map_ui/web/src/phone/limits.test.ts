import { expect, test } from "vitest";
import { flagsOf, type Limits } from "./limits";

const LIMITS: Limits = {
  people_per_room_max: 2,
  area_per_person_min_m2: 5,
  kin_exempts_count: true,
  partition_allowed: false,
  bed_letting_allowed: false,
  living_purposes: ["living"],
  legal_basis: "",
};
const room = (area_m2: number, people: number, more: object = {}) => ({
  area_m2,
  people,
  purpose: "living",
  kin: false,
  partitioned: false,
  let_by_bed: false,
  ...more,
});

// The vectors of EX-1 in RULES.md.
test.each([
  [room(12, 2), []],
  [room(18, 3), ["over_2_per_room"]],
  [room(18, 3, { kin: true }), []],
  [room(12, 3, { kin: true }), ["under_5m2"]],
  [room(10, 2), []],
  [room(9.9, 2), ["under_5m2"]],
  [room(8, 1, { purpose: "kitchen" }), ["non_residential_space"]],
  [room(14, 3), ["over_2_per_room", "under_5m2"]],
  [room(12, 0), []],
])("the phone judges a room as the rules do: %o", (seen, flags) => {
  expect(flagsOf(LIMITS, seen)).toEqual(flags);
});
