/** A Vite plugin that answers /api from the made-up town, for looking at screens. Never in the build. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { Draft, Refusal } from "./drafts.ts";
import { counts, indicators, measures, MONTHS, sums } from "./figures.ts";
import { review } from "./review.ts";
import { columns, quality } from "./register.ts";
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

const drafts = new Map<number, Draft>([
  [1, new Draft(1, "2025 年版")],
  [2, new Draft(2, "2026 年草稿")],
]);
Object.assign(drafts.get(1)!, { status: "published", valid_from: "2025-04-01" });
// Every plot a grid of its own: more than 5,000 areas, to feel how the map pans.
const crowded = new Draft(3, "每块一格");
crowded.assignment = new Map(plots.map((p) => [p.plot_id, `${p.committee_code}${String(p.plot_id).padStart(4, "0")}`]));
Object.assign(crowded, { status: "withdrawn", valid_from: "2024-04-01" });
drafts.set(3, crowded);
let signedIn = true;
const tasks = new Map<string, { started: number; result: unknown }>();
const loads: object[] = [
  {
    id: 3,
    kind: "checks",
    file_name: "核查_2026-03.csv",
    loaded_at: "2026-03-31T18:20:00+08:00",
    loaded_by: "office",
    mode: "delta",
    counts: { rows: 8421, added: 8399, changed: 0, closed: 0, problems: 22 },
    can_undo: true,
    state: "committed",
  },
  {
    id: 2,
    kind: "registrations",
    file_name: "登记_2026-03.csv",
    loaded_at: "2026-03-30T09:02:00+08:00",
    loaded_by: "office",
    mode: "snapshot",
    counts: { rows: 100231, added: 812, changed: 1404, closed: 655, problems: 51 },
    can_undo: false,
    state: "committed",
  },
];

const collection = (features: Feature[]) => ({ type: "FeatureCollection", features });
const feature = (
  id: string | number,
  properties: Record<string, unknown>,
  type: string,
  coordinates: unknown,
): Feature => ({ type: "Feature", id, properties, geometry: { type, coordinates } });

function box(members: Plot[]): number[] {
  const points = members.flatMap((p) => [lonLat(...node(p.i, p.j)), lonLat(...node(p.i + 1, p.j + 1))]);
  return [
    Math.min(...points.map((p) => p[0])),
    Math.min(...points.map((p) => p[1])),
    Math.max(...points.map((p) => p[0])),
    Math.max(...points.map((p) => p[1])),
  ];
}

const inCommittee = (code: string) => plots.filter((p) => p.committee_code === code);

function layer(name: string, query: URLSearchParams): object {
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

function hotspots(month: string): object {
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

function area(month: string, geometry: { coordinates: Position[][] }): object {
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

function facts(kind: string, code: string): object {
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

type Body = Record<string, unknown>;

async function answer(method: string, path: string, query: URLSearchParams, body: Body): Promise<unknown> {
  const month = query.get("month") ?? "2026-03";
  const parts = path.split("/").filter(Boolean).slice(1);
  const [noun, first, second] = parts;
  if (noun === "login") {
    if (body["password"] === "wrong")
      throw new Refusal(401, "wrong-password", "账号或密码不对", "账号或密码不对，还可再试 4 次");
    signedIn = true;
  }
  if (noun === "logout") {
    signedIn = false;
    return {};
  }
  if (!signedIn) throw new Refusal(401, "not-signed-in", "请登录", "登录已过期");
  if (noun === "login" || noun === "session")
    return {
      account: {
        name: "office",
        display_name: "人口办",
        role: "office",
        subdistrict: "310199001",
        areas: [],
        permissions: [
          "map.read",
          "records.read",
          "boundaries.draw",
          "boundaries.publish",
          "checks.write",
          "data.load",
          "review.read",
          "review.decide",
          "admin",
        ],
      },
      csrf: "x",
    };
  if (noun === "town")
    return {
      subdistrict: { code: "310199001", name: "云栖街道", name_en: "Yunqi Subdistrict", bbox: box(plots), srid: 4549 },
      months: MONTHS,
      current_month: "2026-03",
      versions: [...drafts.values()].map((d) => ({
        id: d.id,
        name: d.name,
        status: d.status,
        valid_from: d.valid_from,
        valid_to: null,
      })),
      committees: committees.map((c) => ({
        code: c.code,
        name: c.name,
        name_en: c.name_en,
        zone: c.zone,
        station: c.station,
        bbox: box(inCommittee(c.code)),
      })),
      layers: ["committees", "micro-grids", "buildings", "key-sites", "barriers", "backdrop"],
    };
  if (noun === "layers") return layer(first as string, query);
  if (noun === "indicators" && first === "history") {
    const [kind, code] = (query.get("area") ?? "").split(":") as [string, string];
    const members =
      kind === "committee"
        ? inCommittee(code)
        : kind === "micro-grid"
          ? (drafts.get(1)!.groups().get(code) ?? [])
          : plots;
    return { points: MONTHS.map((m) => ({ month: m, measures: measures(sums(members, m), code) })) };
  }
  if (noun === "indicators" && first === "area")
    return area(body["month"] as string, body["geometry"] as { coordinates: Position[][] });
  if (noun === "indicators") {
    const draft = drafts.get(+(query.get("version") ?? 1)) ?? drafts.get(1)!;
    return indicators(month, query.get("by") ?? "micro-grid", draft.groups(), draft.names);
  }
  if (noun === "hotspots") return hotspots(month);
  if (noun === "search") {
    const q = (query.get("q") ?? "").toLowerCase();
    return [
      ...committees
        .filter((c) => c.name.includes(q) || c.code.includes(q))
        .map((c) => ({
          kind: "committee",
          code: c.code,
          label: c.name,
          point: lonLat(...node((c.box[0] + c.box[2]) / 2, (c.box[1] + c.box[3]) / 2)),
        })),
      ...plots
        .filter(
          (p) => p.building_code && (p.building_code.toLowerCase().includes(q) || `云栖路 ${p.plot_id} 号`.includes(q)),
        )
        .slice(0, 8)
        .map((p) => ({
          kind: "building",
          code: p.building_code,
          label: `云栖路 ${p.plot_id} 号`,
          point: lonLat(...node(p.i + 0.5, p.j + 0.5)),
        })),
    ].slice(0, 12);
  }
  if (noun === "buildings" || noun === "micro-grids" || noun === "key-sites")
    return facts(noun, decodeURIComponent(first as string));
  if (noun === "tasks") {
    const task = tasks.get(first as string);
    if (!task) throw new Refusal(404, "not-found", "没有这个任务", first as string);
    const progress = Math.min(1, (Date.now() - task.started) / 2500);
    return {
      id: first,
      state: progress < 1 ? "running" : "done",
      progress,
      message: progress < 0.4 ? "正在建立邻接关系" : "正在平衡各居委会",
      result: progress < 1 ? null : task.result,
    };
  }
  if (noun === "reviews") return review(first as string, second, method, body, drafts.get(1)!);
  if (noun === "quality") return quality();
  if (noun === "checks")
    return {
      receipts: (body["visits"] as { visit_id: string }[]).map((v) => ({ visit_id: v.visit_id, state: "stored" })),
    };
  if (noun === "loads" && first === "columns") return columns(query.get("kind") ?? "checks");
  if (noun === "loads" && method === "GET") return loads;
  if (noun === "loads" && second === "undo") {
    Object.assign(loads.find((l) => (l as { id: number }).id === +(first as string)) ?? {}, {
      state: "undone",
      can_undo: false,
    });
    return {};
  }
  if (noun === "loads") {
    const commit = body["commit"] === "true";
    const report = {
      kind: "checks",
      rows: 8421,
      ok: 8399,
      errors: 14,
      warnings: 8,
      problems: Array.from({ length: 22 }, (_, k) => ({
        row: 12 + k * 371,
        column: k % 3 ? "visited_at" : "dwelling_code",
        severity: k < 14 ? "error" : "warning",
        message: k % 3 ? "日期在将来" : "没有这个房屋编码",
      })),
      preview: { added: 8399, changed: 0, closed: 0 },
      columns: [
        { source: "房屋编码", field: "dwelling_code" },
        { source: "核查时间", field: "visited_at" },
        { source: "备注", field: null },
      ],
    };
    if (commit)
      loads.unshift({
        id: loads.length + 3,
        kind: "checks",
        file_name: "upload.csv",
        loaded_at: new Date().toISOString(),
        loaded_by: "office",
        mode: "delta",
        counts: { rows: 8421, added: 8399, changed: 0, closed: 0, problems: 22 },
        can_undo: true,
        state: "committed",
      });
    return { report, load_id: commit ? loads.length + 2 : null };
  }
  if (noun === "boundary-versions") return boundaries(method, first, second, body);
  throw new Refusal(404, "not-found", "没有这个地址", path);
}

function boundaries(method: string, first: string | undefined, second: string | undefined, body: Body): unknown {
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

function read(request: IncomingMessage): Promise<Body> {
  return new Promise((done) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    request.on("end", () => {
      if (request.headers["content-type"]?.includes("multipart"))
        return done({ commit: /name="commit"\s+true/.test(text) ? "true" : "false" });
      try {
        done(JSON.parse(Buffer.from(text, "latin1").toString("utf8")) as Body);
      } catch {
        done({});
      }
    });
  });
}

export function fakeServer(): Plugin {
  return {
    name: "made-up-town",
    configureServer: (server) => void listen(server.middlewares),
    configurePreviewServer: (server) => {
      // What the real server sends with every answer: a built page must live under it.
      server.middlewares.use((_: IncomingMessage, response: ServerResponse, next: () => void) => {
        response.setHeader(
          "Content-Security-Policy",
          "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        );
        next();
      });
      listen(server.middlewares);
    },
  };
}

function listen(middlewares: Connect.Server): void {
  middlewares.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const url = new URL(request.url ?? "/", "http://x");
    if (!url.pathname.startsWith("/api/")) return next();
    if (url.pathname.endsWith("/events")) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": hello\n\n");
      return;
    }
    void read(request)
      .then((body) => answer(request.method ?? "GET", url.pathname, url.searchParams, body))
      .then(
        (value) => {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify(value));
        },
        (error: unknown) => {
          const refusal =
            error instanceof Refusal ? error : new Refusal(500, "unexpected", "出错了", String((error as Error).stack));
          response.writeHead(refusal.status, { "content-type": "application/problem+json" });
          response.end(
            JSON.stringify({
              type: `/problems/${refusal.type}`,
              title: refusal.title,
              status: refusal.status,
              detail: refusal.message,
              ...refusal.extra,
            }),
          );
        },
      );
  });
}
