/** Small drawings beside numbers: an interval on a scale, a line through the months. */

import { percent } from "../format";
import type { HistoryPoint, Measure } from "../api/types";
import { t } from "../words";

const clamp = (value: number) => Math.max(0, Math.min(1, value));

/** A share with its interval on a common scale; the target is a thin line through all rows. */
export function IntervalMark({
  measure,
  from = 0,
  to = 1,
  target,
}: {
  measure: Measure;
  from?: number;
  to?: number;
  target?: number | undefined;
}) {
  const x = (value: number) => 2 + 60 * clamp((value - from) / (to - from));
  const { value, low, high } = measure;
  return (
    <svg class="interval" width="64" height="16" viewBox="0 0 64 16" aria-hidden="true">
      <line class="axis" x1="2" x2="62" y1="8" y2="8" />
      {target !== undefined && <line class="target" x1={x(target)} x2={x(target)} y1="0" y2="16" />}
      {low !== null && high !== null && (
        <line class="range" x1={x(low)} x2={Math.max(x(high), x(low) + 1)} y1="8" y2="8" />
      )}
      {value !== null && <circle class="value" cx={x(value)} cy="8" r="2.5" />}
    </svg>
  );
}

/** The months of a measure; a month without data leaves a hole, never a line across it. */
export function linePieces(values: (number | null)[], x: (k: number) => number, y: (value: number) => number): string {
  let path = "",
    pen = false;
  values.forEach((value, k) => {
    if (value === null) {
      pen = false;
      return;
    }
    path += `${pen ? "L" : "M"}${x(k).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  });
  return path;
}

export function Sparkline({
  points,
  month,
  width = 132,
  height = 34,
}: {
  points: HistoryPoint[];
  month: string;
  width?: number;
  height?: number;
}) {
  const values = points.map((p) => p.value);
  const known = values.filter((v): v is number => v !== null);
  if (known.length < 2) return null;
  const least = Math.min(...known),
    most = Math.max(...known),
    span = most - least || 1;
  const x = (k: number) => 3 + ((width - 6) * k) / Math.max(1, points.length - 1);
  const y = (value: number) => height - 5 - ((height - 10) * (value - least)) / span;
  const at = points.findIndex((p) => p.month === month);
  const now = at >= 0 ? values[at] : null;
  return (
    <svg
      class="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t("figure.history", {
        from: percent(known[0]),
        to: percent(known[known.length - 1]),
        n: known.length,
      })}
    >
      <path d={linePieces(values, x, y)} />
      {known.length < values.length &&
        values.map((v, k) =>
          v !== null && values[k - 1] == null && values[k + 1] == null ? (
            <circle key={k} cx={x(k)} cy={y(v)} r="1.5" />
          ) : null,
        )}
      {now !== null && now !== undefined && <circle class="now" cx={x(at)} cy={y(now)} r="3" />}
    </svg>
  );
}
