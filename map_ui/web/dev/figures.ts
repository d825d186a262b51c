/** Made-up figures of the made-up town: sums over plots, then rates, as the real server does. */

import { committees, plots, type Plot } from "./town.ts";

export const MONTHS = Array.from({ length: 12 }, (_, k) => {
  const n = 2025 * 12 + 3 + k;
  return `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, "0")}`;
});

interface Sum {
  residents: number;
  dwellings: number;
  rented: number;
  visits: number;
  key_sites: number;
  buildings: number;
  checked: number;
  correct: number;
  dwellings_checked: number;
  inspected: number;
  found: number;
}

function hash(text: string): number {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return (h >>> 0) / 4294967296;
}

export function sums(members: Plot[], month: string): Sum {
  const sum: Sum = {
    residents: 0,
    dwellings: 0,
    rented: 0,
    visits: 0,
    key_sites: 0,
    buildings: 0,
    checked: 0,
    correct: 0,
    dwellings_checked: 0,
    inspected: 0,
    found: 0,
  };
  const at = MONTHS.indexOf(month);
  for (const plot of members) {
    if (!plot.building_code) continue;
    const effort = 0.35 + 0.62 * hash(plot.committee_code + "e") + 0.02 * at - 0.35 * hash(plot.grid_code + month);
    const done = hash(`${plot.plot_id}${month}`) < effort ? 1 : 0.15;
    const quality = 0.955 + 0.043 * hash(plot.committee_code + "q");
    const checked = Math.round(plot.residents * done * 0.5);
    const rented = Math.round(plot.dwellings * (0.15 + 0.35 * hash(plot.grid_code)));
    const hot = Math.hypot(plot.i - 30, plot.j - 22) < 7 ? 0.32 : 0.03;
    sum.residents += plot.residents;
    sum.dwellings += plot.dwellings;
    sum.rented += rented;
    sum.buildings += 1;
    sum.key_sites += plot.plot_id % 97 === 0 ? 1 : 0;
    sum.checked += checked;
    sum.visits += Math.round(plot.dwellings * done * 1.2);
    sum.dwellings_checked += Math.round(plot.dwellings * Math.min(1, done));
    sum.correct += Math.min(checked, Math.round(checked * quality + (hash(`${plot.plot_id}c`) - 0.5)));
    const inspected = Math.round(rented * 0.5);
    sum.inspected += inspected;
    sum.found += inspected && hash(`${plot.plot_id}g${month}`) < hot * inspected ? 1 : 0;
  }
  return sum;
}

function wilson(k: number, n: number): [number, number] | [null, null] {
  if (!n) return [null, null];
  const z = 1.959963984540054,
    p = k / n,
    d = 1 + (z * z) / n;
  const middle = p + (z * z) / (2 * n),
    half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [k === 0 ? 0 : (middle - half) / d, k === n ? 1 : (middle + half) / d];
}

function rate(numerator: number, denominator: number, floor = 1) {
  const [low, high] = wilson(Math.min(numerator, denominator), denominator);
  const state = denominator === 0 ? "no_data" : denominator < floor ? "withheld" : numerator === 0 ? "zero" : "ok";
  return { value: denominator ? numerator / denominator : null, numerator, denominator, low, high, state };
}

export function measures(sum: Sum, code: string) {
  const quiet = hash(code + "none") < 0.03;
  const accuracy = rate(quiet ? 0 : sum.correct, quiet ? 0 : sum.checked);
  const verdict =
    accuracy.low === null || accuracy.high === null
      ? "cannot_tell"
      : accuracy.low >= 0.98
        ? "meets"
        : accuracy.high < 0.98
          ? "misses"
          : "cannot_tell";
  return {
    checked_share: quiet ? rate(0, 0) : rate(sum.dwellings_checked, sum.dwellings),
    record_share: quiet ? rate(0, 0) : rate(sum.checked, sum.residents),
    check_density: {
      ...rate(sum.visits, sum.dwellings),
      value: sum.dwellings ? (100 * sum.visits) / sum.dwellings / 6 : null,
      low: null,
      high: null,
    },
    accuracy: { ...accuracy, verdict, further_checks: verdict === "cannot_tell" ? Math.max(20, 760 - sum.checked) : 0 },
    group_renting_rate: rate(sum.found, sum.inspected, 20),
  };
}

export function counts(sum: Sum) {
  return {
    residents: sum.residents,
    dwellings: sum.dwellings,
    rented: sum.rented,
    visits: sum.visits,
    key_sites: sum.key_sites,
    buildings: sum.buildings,
    checks_due: Math.max(80, Math.ceil(sum.residents / 12)),
    staff_required: Math.ceil(sum.residents / 1500),
    inspections: sum.inspected,
    findings: sum.found,
  };
}

export function indicators(month: string, by: string, grids: Map<string, Plot[]>, names: Map<string, string>) {
  const groups = new Map<string, { name: string; committee_code: string | null; members: Plot[] }>();
  const put = (code: string, name: string, committee: string | null, members: Plot[]) => {
    const group = groups.get(code);
    if (group) group.members.push(...members);
    else groups.set(code, { name, committee_code: committee, members: [...members] });
  };
  if (by === "micro-grid")
    for (const [code, members] of grids)
      put(code, names.get(code) ?? `微网格 ${code.slice(-5)}`, members[0]?.committee_code ?? null, members);
  else if (by === "cell")
    for (const plot of plots) {
      const code = `8a3${Math.floor(plot.i / 3).toString(16)}x${Math.floor(plot.j / 3).toString(16)}`;
      put(code, code, plot.committee_code, [plot]);
    }
  else
    for (const committee of committees) {
      const members = plots.filter((plot) => plot.committee_code === committee.code);
      if (by === "zone") put(committee.zone, `第${committee.zone.slice(1)}片区`, null, members);
      else if (by === "station") put(committee.station, committee.station, null, members);
      else put(committee.code, committee.name, committee.code, members);
    }
  const row = (code: string, name: string, committee_code: string | null, members: Plot[]) => {
    const sum = sums(members, month);
    return { code, name, committee_code, measures: measures(sum, code), counts: counts(sum) };
  };
  return {
    month,
    version: { id: 1, name: "2025 年版" },
    as_of: `${month}-28`,
    rows: [...groups].map(([code, g]) => row(code, g.name, g.committee_code, g.members)),
    total: row("310199001", "云栖街道", null, plots),
  };
}
