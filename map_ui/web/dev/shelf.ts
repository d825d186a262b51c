/** What the made-up server keeps between two questions, and the shapes its answers share. */

import { Draft } from "./drafts.ts";
import { lonLat, node, plots, type Feature, type Plot } from "./town.ts";

export const drafts = new Map<number, Draft>([
  [1, new Draft(1, "2025 年版")],
  [2, new Draft(2, "2026 年草稿")],
]);
Object.assign(drafts.get(1)!, { status: "published", valid_from: "2025-04-01" });
// Every plot a grid of its own: more than 5,000 areas, to feel how the map pans.
const crowded = new Draft(3, "每块一格");
crowded.assignment = new Map(plots.map((p) => [p.plot_id, `${p.committee_code}${String(p.plot_id).padStart(4, "0")}`]));
Object.assign(crowded, { status: "withdrawn", valid_from: "2024-04-01" });
drafts.set(3, crowded);
export const tasks = new Map<string, { started: number; result: unknown }>();

export const collection = (features: Feature[]) => ({ type: "FeatureCollection", features });
export const feature = (
  id: string | number,
  properties: Record<string, unknown>,
  type: string,
  coordinates: unknown,
): Feature => ({ type: "Feature", id, properties, geometry: { type, coordinates } });

export function box(members: Plot[]): number[] {
  const points = members.flatMap((p) => [lonLat(...node(p.i, p.j)), lonLat(...node(p.i + 1, p.j + 1))]);
  return [
    Math.min(...points.map((p) => p[0])),
    Math.min(...points.map((p) => p[1])),
    Math.max(...points.map((p) => p[0])),
    Math.max(...points.map((p) => p[1])),
  ];
}

export const inCommittee = (code: string) => plots.filter((p) => p.committee_code === code);

export type Body = Record<string, unknown>;
