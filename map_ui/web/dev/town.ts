/** A made-up town for looking at screens without a server: a warped lattice of plots. Never in the build. */

export type Position = [number, number];
export interface Feature {
  type: "Feature";
  id?: string | number;
  properties: Record<string, unknown>;
  geometry: { type: string; coordinates: unknown };
}
export interface Plot {
  plot_id: number;
  i: number;
  j: number;
  committee_code: string;
  grid_code: string;
  building_code: string | null;
  residents: number;
  dwellings: number;
}

export const COLUMNS = 96;
export const ROWS = 60;
const STEP = 38;
const ORIGIN: Position = [121.4805, 31.158];
const SUBDISTRICT = "310199001";

let state = 20260301;
export function random(): number {
  state = (state * 1664525 + 1013904223) >>> 0;
  return state / 4294967296;
}

const METRES_LAT = 111320;
const METRES_LON = 111320 * Math.cos((31.17 * Math.PI) / 180);

export function lonLat(x: number, y: number): Position {
  return [+(ORIGIN[0] + x / METRES_LON).toFixed(6), +(ORIGIN[1] + y / METRES_LAT).toFixed(6)];
}

/** A lattice node in metres: streets lean and bend a little, as in a town that grew. */
export function node(i: number, j: number): Position {
  const x = i * STEP,
    y = j * STEP;
  return [
    x + 70 * Math.sin(y / 700) + 0.1 * y + 22 * Math.sin(x / 430 + y / 900),
    y + 60 * Math.sin(x / 900) - 0.05 * x + 18 * Math.sin(y / 380 - x / 1200),
  ];
}

const NAMES = [
  "桂苑一",
  "桂苑二",
  "香樟",
  "听涛",
  "云锦",
  "临江",
  "梧桐里",
  "花溪",
  "银杏苑",
  "康宁",
  "晨光",
  "柳荫",
  "芳草",
  "映山",
  "沁园",
  "和睦",
  "金桥湾",
  "翠湖",
  "松涛",
  "望月",
  "春晖",
  "秋实",
  "滨河",
];

export interface Committee {
  code: string;
  name: string;
  name_en: string;
  zone: string;
  station: string;
  box: [number, number, number, number];
}
export const committees: Committee[] = [];
const COLUMN_EDGES = [0, 14, 24, 36, 48, 60, 72, 84, 96];
const ROW_EDGES = [
  [0, 20, 40, 60],
  [0, 18, 42, 60],
  [0, 22, 40, 60],
];

for (let c = 0; c < 8; c++) {
  const rows = ROW_EDGES[c % 3] as number[];
  for (let r = 0; r < 3; r++) {
    const k = committees.length;
    if (k >= 23) {
      (committees[22] as Committee).box[3] = ROWS;
      continue;
    }
    committees.push({
      code: `${SUBDISTRICT}${String(k + 1).padStart(3, "0")}`,
      name: `${NAMES[k]}居委会`,
      name_en: `Committee ${k + 1}`,
      zone: `Z${Math.floor(c / 3) + 1}`,
      station: ["东路派出所", "云栖派出所", "滨江派出所"][r] as string,
      box: [COLUMN_EDGES[c] as number, rows[r] as number, COLUMN_EDGES[c + 1] as number, rows[r + 1] as number],
    });
  }
}

export const plots: Plot[] = [];
export const byNode = new Map<string, Plot>();

function fill(): void {
  for (const committee of committees) {
    const [left, bottom, right, top] = committee.box;
    const parts = 2 + Math.floor(((right - left) * (top - bottom)) / 95);
    const columns = right - left > 11 ? 2 : 1;
    for (let i = left; i < right; i++)
      for (let j = bottom; j < top; j++) {
        const column = columns === 2 ? Math.floor(((i - left) / (right - left)) * 2) : 0;
        const per = Math.max(1, Math.round(parts / columns / 0.9));
        const row = Math.min(per - 1, Math.floor(((top - 1 - j) / (top - bottom)) * per));
        const empty = random() < 0.16 || riverAt(i, j);
        const tall = Math.sin(i / 9) * Math.cos(j / 7) > 0.4;
        const residents = empty ? 0 : Math.round((tall ? 60 : 22) * (0.3 + random() * 1.3));
        const plot: Plot = {
          plot_id: plots.length + 1,
          i,
          j,
          committee_code: committee.code,
          grid_code: `${committee.code}${String(column * per + row + 1).padStart(2, "0")}`,
          building_code: empty ? null : `B${String(plots.length + 1).padStart(6, "0")}`,
          residents,
          dwellings: Math.round(residents / 2.3),
        };
        plots.push(plot);
        byNode.set(`${i},${j}`, plot);
      }
  }
}

export function riverAt(i: number, j: number): boolean {
  return Math.abs(i - (60 + 5 * Math.sin(j / 11))) < 1.2;
}

fill();

/** Outline of a set of plots: edges that two plots share cancel, the rest is stitched into rings. */
export function outline(members: Iterable<Plot>): { type: "MultiPolygon"; coordinates: Position[][][] } {
  const edges = new Map<string, [string, string]>();
  for (const { i, j } of members) {
    const corners = [
      [i, j],
      [i + 1, j],
      [i + 1, j + 1],
      [i, j + 1],
    ].map((c) => c.join(","));
    for (let k = 0; k < 4; k++) {
      const from = corners[k] as string,
        to = corners[(k + 1) % 4] as string;
      if (!edges.delete(`${to}>${from}`)) edges.set(`${from}>${to}`, [from, to]);
    }
  }
  const next = new Map<string, string[]>();
  for (const [from, to] of edges.values()) next.set(from, [...(next.get(from) ?? []), to]);
  const rings: Position[][] = [];
  for (const start of next.keys()) {
    while (next.get(start)?.length) {
      const ring = [start];
      for (let at = next.get(start)!.pop()!; ;) {
        ring.push(at);
        if (at === start) break;
        at = next.get(at)!.pop()!;
      }
      rings.push(
        ring.map((key) => {
          const [i, j] = key.split(",").map(Number) as [number, number];
          return lonLat(...node(i, j));
        }),
      );
    }
  }
  return { type: "MultiPolygon", coordinates: rings.map((ring) => [ring]) };
}

/** A building inside its plot: slabs facing south, smaller houses elsewhere. */
export function footprint(plot: Plot): Position[] {
  const [x, y] = node(plot.i + 0.5, plot.j + 0.5);
  const slab = plot.residents > 30;
  const w = slab ? 26 : 12 + (plot.plot_id % 7),
    h = slab ? 10 : 11 + (plot.plot_id % 5);
  const angle = 0.06;
  return (
    [
      [-w, -h],
      [w, -h],
      [w, h],
      [-w, h],
      [-w, -h],
    ] as Position[]
  ).map(([dx, dy]) =>
    lonLat(
      x + (dx / 2) * Math.cos(angle) - (dy / 2) * Math.sin(angle),
      y + (dx / 2) * Math.sin(angle) + (dy / 2) * Math.cos(angle),
    ),
  );
}

export function line(along: "i" | "j", at: number): Position[] {
  const last = along === "i" ? ROWS : COLUMNS;
  return Array.from({ length: last + 1 }, (_, k) => lonLat(...(along === "i" ? node(at, k) : node(k, at))));
}

export function river(): Position[][] {
  const left: Position[] = [],
    right: Position[] = [];
  for (let j = 0; j <= ROWS; j++) {
    const c = 60.5 + 5 * Math.sin(j / 11);
    left.push(lonLat(...node(c - 1.2, j)));
    right.unshift(lonLat(...node(c + 1.2, j)));
  }
  return [[...left, ...right, left[0] as Position]];
}
