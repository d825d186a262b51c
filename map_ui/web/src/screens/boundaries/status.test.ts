import { expect, test } from "vitest";
import { statusOf, todayInTown } from "./status";

const published = (valid_from: string, valid_to: string | null) => ({
  status: "published" as const,
  valid_from,
  valid_to,
});

test("a published version is to come, in force or past, and its last day is not its own", () => {
  expect(statusOf(published("2026-04-01", null), "2026-03-31")).toBe("scheduled");
  expect(statusOf(published("2026-04-01", null), "2026-04-01")).toBe("in_force");
  expect(statusOf(published("2025-04-01", "2026-04-01"), "2026-04-01")).toBe("past");
});

test("the day changes at midnight in Shanghai", () => {
  expect(todayInTown(new Date("2026-03-31T15:59:00Z"))).toBe("2026-03-31");
  expect(todayInTown(new Date("2026-03-31T16:01:00Z"))).toBe("2026-04-01");
});
