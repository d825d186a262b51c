/** A Vite plugin that answers /api from the made-up town, for looking at screens. Never in the build. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { Refusal } from "./drafts.ts";
import { indicators, measures, MONTHS, sums } from "./figures.ts";
import { review } from "./review.ts";
import { columns, quality } from "./register.ts";
import { committees, lonLat, node, plots, type Position } from "./town.ts";
import { area, facts, hotspots, layer } from "./layers.ts";
import { drafts, tasks, box, inCommittee, type Body } from "./shelf.ts";
import { boundaries } from "./versions.ts";

let signedIn = true;
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
