/** Places of the made-up town: layers, hotspots, a drawn area, the facts of one place. */

import { Refusal } from "./drafts.ts";
import { counts, measures, sums } from "./figures.ts";
import {
  COLUMNS,
  committees,
  footprint,
  line,
  lonLat,
  node,
  outline,
  plots,
  river,
  riverAt,
  ROWS,
  type Feature,
  type Plot,
  type Position,
} from "./town.ts";
import { drafts, collection, feature, inCommittee } from "./shelf.ts";

export function layer(name: string, query: URLSearchParams): object {
  const draft = drafts.get(+(query.get("version") ?? 1)) ?? drafts.get(1)!;
  if (name === "committees")
    return collection(
      committees.map((c) => ({
        type: "Feature",
        id: c.code,
        properties: { code: c.code, name: c.name, name_en: c.name_en, zone: c.zone, station: c.station },
        geometry: outline(inCommittee(c.code)),
      })),
    );
  if (name === "micro-grids")
    return collection([...draft.groups()].map(([code, members]) => draft.feature(code, members)));
  if (name === "buildings")
    return collection(
      plots
        .filter((p) => p.building_code && !riverAt(p.i, p.j))
        .map((p) =>
          feature(
            p.building_code!,
            { code: p.building_code, committee_code: p.committee_code, grid_code: draft.assignment.get(p.plot_id) },
            "Polygon",
            [footprint(p)],
          ),
        ),
    );
  if (name === "key-sites")
    return collection(
      plots
        .filter((p) => p.building_code && p.plot_id % 97 === 0)
        .map((p) =>
          feature(
            `K${p.plot_id}`,
            {
              code: `K${p.plot_id}`,
              name: `长租公寓 ${p.plot_id}`,
              kind: p.plot_id % 2 ? "long_term_rental" : "staff_dormitory",
              listed: p.plot_id % 5 === 0,
            },
            "Point",
            lonLat(...node(p.i + 0.5, p.j + 0.5)),
          ),
        ),
    );
  if (name === "barriers") {
    const roads: Feature[] = [];
    for (let i = 0; i <= COLUMNS; i += 4)
      roads.push(feature(`i${i}`, { kind: i % 12 === 0 ? "arterial" : "local_road" }, "LineString", line("i", i)));
    for (let j = 0; j <= ROWS; j += 5)
      roads.push(feature(`j${j}`, { kind: j % 20 === 0 ? "arterial" : "local_road" }, "LineString", line("j", j)));
    return collection(roads);
  }
  if (name === "backdrop") {
    const parks = (
      [
        [16, 30, 22, 36],
        [50, 8, 55, 13],
        [80, 44, 86, 50],
        [38, 48, 42, 52],
      ] as const
    ).map((b, k) => {
      const members = plots.filter((p) => p.i >= b[0] && p.i < b[2] && p.j >= b[1] && p.j < b[3]);
      return { type: "Feature" as const, id: k, properties: { kind: "green" }, geometry: outline(members) };
    });
    return collection([...parks, feature("river", { kind: "water" }, "Polygon", river())]);
  }
  throw new Refusal(404, "no-such-layer", "没有这个图层", name);
}

export function hotspots(month: string): object {
  const features: Feature[] = [];
  for (let i = 0; i < COLUMNS; i += 3)
    for (let j = 0; j < ROWS; j += 3) {
      const members = plots.filter((p) => p.i >= i && p.i < i + 3 && p.j >= j && p.j < j + 3);
      const sum = sums(members, month),
        c = counts(sum),
        code = `8a3${(i / 3).toString(16)}x${(j / 3).toString(16)}`;
      features.push({
        type: "Feature",
        id: code,
        properties: {
          code,
          kind: "cell",
          significant: Math.hypot(i - 29, j - 21) < 6,
          z: 0,
          p_value: 0.001,
          inspections: c.inspections,
          findings: c.findings,
          measures: measures(sum, code),
        },
        geometry: outline(members),
      });
    }
  return { ...collection(features), month, permutations: 9999 };
}

export function area(month: string, geometry: { coordinates: Position[][] }): object {
  const ring = geometry.coordinates[0] as Position[];
  const inside = ([x, y]: Position) =>
    ring.reduce((odd, a, k) => {
      const b = ring[(k + 1) % ring.length] as Position;
      return a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0] ? !odd : odd;
    }, false);
  const members = plots.filter((p) => inside(lonLat(...node(p.i + 0.5, p.j + 0.5))));
  if (!members.length)
    throw new Refusal(422, "area-covers-nothing", "圈画范围内没有楼栋", "所画的范围内没有楼栋，请画大一些");
  const sum = sums(members, month);
  return {
    month,
    code: "drawn",
    name: "圈画范围",
    committee_code: null,
    measures: measures(sum, "drawn"),
    counts: counts(sum),
    area_m2: members.length * 1444,
  };
}

export function facts(kind: string, code: string): object {
  if (kind === "buildings") {
    const p = plots.find((x) => x.building_code === code) as Plot;
    if (!p) throw new Refusal(404, "not-found", "没有这栋楼", code);
    return {
      code,
      kind: "building",
      address: `云栖路 ${p.plot_id} 号`,
      compound_name: "桂苑小区",
      compound_kind: "slab",
      committee_code: p.committee_code,
      grid_code: p.grid_code,
      floors: 6,
      height_m: 18.2,
      built_on: "1996-05-01",
      use: "residential",
      counts: counts(sums([p], "2026-03")),
      point: lonLat(...node(p.i + 0.5, p.j + 0.5)),
    };
  }
  if (kind === "key-sites") {
    const p = plots[+code.slice(1) - 1] as Plot;
    return {
      code,
      name: `长租公寓 ${p.plot_id}`,
      kind: "long_term_rental",
      operator: "云栖公寓管理公司",
      opened_on: "2021-06-01",
      listed_from: null,
      visit_interval_days: 30,
      last_visit: "2026-02-11",
      building_codes: [p.building_code],
      point: lonLat(...node(p.i + 0.5, p.j + 0.5)),
    };
  }
  const groups = drafts.get(1)!.groups();
  const members = groups.get(code) ?? [];
  return {
    ...drafts.get(1)!.figures(code, members),
    team: [
      { role: "leader", account: "网格长 03" },
      { role: "officer", account: "社区民警 11" },
      { role: "auxiliary", account: "协管 27" },
    ],
    area_m2: members.length * 1444,
  };
}
