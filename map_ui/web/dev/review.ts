/** The made-up month's meeting. */

import type { Draft } from "./drafts.ts";
import { indicators, MONTHS } from "./figures.ts";

const states: Record<string, string> = { "2026-03": "open" };
const next: Record<string, string> = { freeze: "frozen", score: "scored", publish: "published", correct: "corrected" };

export function review(
  month: string,
  action: string | undefined,
  method: string,
  body: Record<string, unknown>,
  draft: Draft,
): object {
  if (method === "POST" && action) states[month] = next[action] ?? "open";
  void body;
  const table = indicators(month, "committee", draft.groups(), draft.names);
  const before = MONTHS[MONTHS.indexOf(month) - 1];
  const earlier = before ? indicators(before, "committee", draft.groups(), draft.names) : null;
  const order = (rows: typeof table.rows) =>
    [...rows]
      .filter((r) => r.measures.accuracy.value !== null)
      .sort((a, b) => (b.measures.accuracy.value ?? 0) - (a.measures.accuracy.value ?? 0));
  const ranks = earlier ? new Map(order(earlier.rows).map((r, k) => [r.code, k + 1])) : new Map<string, number>();
  const ranking = order(table.rows).map((r, k) => ({
    code: r.code,
    name: r.name,
    rank: k + 1,
    rank_low: Math.max(1, k - 4),
    rank_high: Math.min(23, k + 6),
    previous_rank: ranks.get(r.code) ?? null,
    score: +(74 + 24 * ((r.measures.accuracy.value ?? 0.9) - 0.94) * 16).toFixed(2),
    accuracy: r.measures.accuracy,
    checked: r.measures.accuracy.denominator,
    target: r.counts.checks_due,
    group: Math.floor(k / 6),
    ladder_level: k > 20 ? k - 20 : 0,
  }));
  return {
    month,
    state: states[month] ?? "published",
    rule_set: { id: "shanggang-2020", name: "上钢新村 2020" },
    version: 1,
    may: { freeze: true, score: true, publish: true, correct: true },
    release: states[month]
      ? null
      : { number: `R-${month.replace("-", "")}-1`, published_at: `${month}-10T15:00:00+08:00` },
    ranking,
    ladder: ranking
      .filter((r) => r.ladder_level)
      .map((r) => ({
        code: r.code,
        name: r.name,
        level: r.ladder_level,
        months: ["2026-01", month],
        reason: `年度内累计 ${r.ladder_level} 次月度排名末位`,
      })),
    late: [
      { what: "评分表", area: ranking[3]?.name, due: "2026-04-05", days_late: 2 },
      { what: "采集", area: ranking[8]?.name, due: "2026-04-02", days_late: 5 },
    ],
    calendar: [
      {
        key: `SG-7/quarter/${month}-28`,
        rule: "SG-7",
        cadence: "quarter",
        due: `${month}-28T23:59:59`,
        what: "季度最后一周总结分析",
        what_en: "analysis in the quarter's last week",
        state: "unrecorded",
        done_at: null,
      },
    ],
    todo: ranking
      .filter((r) => r.checked < r.target)
      .slice(0, 5)
      .map((r) => ({ area: r.name, code: r.code, what: `核查差 ${r.target - r.checked} 次` })),
    trends: MONTHS.map((m) => {
      const total = indicators(m, "committee", draft.groups(), draft.names).total;
      return { month: m, ...Object.fromEntries(Object.entries(total.measures).map(([k, v]) => [k, v.value])) };
    }),
  };
}
