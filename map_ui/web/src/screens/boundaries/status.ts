import type { Version, VersionStatus } from "../../api/types";

/** Today in the town, as YYYY-MM-DD. */
export function todayInTown(now = new Date()): string {
  return new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** What a published version is today: to come, in force, or past. */
export function statusOf(
  version: Pick<Version, "status" | "valid_from" | "valid_to">,
  today = todayInTown(),
): VersionStatus {
  if (version.status !== "published") return version.status;
  if ((version.valid_from ?? "") > today) return "scheduled";
  return version.valid_to && version.valid_to <= today ? "past" : "in_force";
}
