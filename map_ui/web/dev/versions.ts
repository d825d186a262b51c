/** Boundary versions of the made-up town: drafts, operations, alternatives, publication. */

import { Draft, Refusal } from "./drafts.ts";
import { outline, plots } from "./town.ts";
import { drafts, tasks, collection, type Body } from "./shelf.ts";

export function boundaries(method: string, first: string | undefined, second: string | undefined, body: Body): unknown {
  if (!first) {
    if (method === "GET")
      return [...drafts.values()].map((d) => ({
        id: d.id,
        name: d.name,
        status: d.status,
        valid_from: d.valid_from,
        valid_to: null,
        revision: d.revision,
        created_at: "2026-03-20T10:00:00+08:00",
        created_by: "office",
      }));
    const draft = new Draft(drafts.size + 1, (body["name"] as string) || "草稿");
    drafts.set(draft.id, draft);
    return draft.describe();
  }
  const draft = drafts.get(+first);
  if (!draft) throw new Refusal(404, "not-found", "没有这个版本", first);
  if (!second) return draft.describe();
  if (second === "plots")
    return collection(
      plots.map((p) => ({
        type: "Feature",
        id: p.plot_id,
        properties: {
          plot_id: p.plot_id,
          building_code: p.building_code,
          committee_code: p.committee_code,
          grid_code: draft.assignment.get(p.plot_id),
          residents: p.residents,
        },
        geometry: outline([p]),
      })),
    );
  if (second === "operations")
    return draft.operate(body["kind"] as string, body["params"] as Body, body["expected_revision"] as number);
  if (second === "undo" || second === "redo") return draft.turn(second);
  if (second === "alternatives") {
    const id = `t${tasks.size + 1}`;
    const one = (objective: string, off: number, streets: number) => ({
      objective,
      figures: {
        grids: 61,
        mean_deviation: off,
        max_deviation: off * 2.4,
        streets_share: streets,
        polsby_popper: 0.6 - off,
        within_share: 0.9,
      },
      not_within: objective === "streets" ? [{ committee: "310199001003", reached: 0.07, reason: "" }] : [],
      grids: collection([...draft.groups()].map(([code, m]) => draft.feature(code, m))),
    });
    tasks.set(id, {
      started: Date.now(),
      result: {
        alternatives: {
          best: one("balanced", 0.023, 0.56),
          balance: one("balance", 0.014, 0.47),
          streets: one("streets", 0.041, 0.71),
        },
      },
    });
    return { task: id };
  }
  if (second === "preview")
    return {
      before: 1,
      created: ["31019900100309"],
      retired: [],
      reshaped: ["31019900100301", "31019900100302"],
      moved_buildings: 12,
      moved_residents: 431,
      moved_share: 0.0031,
      open_tasks: 3,
      teams: ["31019900100301"],
      problems: [],
      sentence: "",
    };
  if (second === "publish") {
    draft.status = "published";
    draft.valid_from = body["valid_from"] as string;
    return draft.describe();
  }
  if (second === "agreement")
    return {
      grade: "differs",
      figures: { same_share: 0.991, moved_buildings: 12, within_2m: 0.973, within_5m: 0.994, slivers: 18 },
      signed_off: false,
      differences: [
        {
          difference: "31019900100301|CY-0301|0,0",
          kind: "real",
          ours: "31019900100301",
          theirs: "CY-0301",
          area_m2: 5200,
          buildings: 12,
          weight: 612,
          decision: null,
        },
      ],
    };
  return {};
}
