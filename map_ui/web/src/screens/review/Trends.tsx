import type { MeasureName, Review } from "../../api/types";
import { number, percent, shortMonth } from "../../format";
import { linePieces } from "../../parts/marks";
import { MEASURES, month } from "../../store";
import { t } from "../../words";

const W = 440,
  H = 128,
  LEFT = 44,
  RIGHT = 12,
  TOP = 14,
  BOTTOM = 22;

/** Round steps that hold all values: 0, 25, 50 … rather than 13.7, 27.4. */
export function ticks(least: number, most: number, n = 3): number[] {
  const span = most - least || Math.abs(most) || 1;
  const raw = span / n,
    power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((s) => s >= raw * (1 - 1e-9)) as number;
  const first = Math.floor(least / step + 1e-9) * step;
  const found = [];
  for (let value = first; value < most + step * (1 - 1e-9); value += step) found.push(Number(value.toPrecision(12)));
  return found;
}

/** How many digits tell neighbouring ticks apart. */
export function digitsFor(step: number): number {
  return (
    [0, 1, 2, 3].find((d) => Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6 && step * 10 ** d > 0.5) ?? 3
  );
}

function Trend({ name, now }: { name: MeasureName; now: Review }) {
  const values = now.trends.map((p: Partial<Record<MeasureName, number | null>>) => p[name] ?? null);
  const known = values.filter((v): v is number => v !== null);
  const say = (value: number | null, digits = 1) =>
    name === "check_density" ? number(value, digits) : percent(value, digits);
  if (!known.length)
    return (
      <figure class="trend">
        <figcaption>{t(`measure.${name}`)}</figcaption>
        <p class="empty">{t("state.no_data")}</p>
      </figure>
    );
  const marks = ticks(Math.min(...known), Math.max(...known));
  const low = marks[0] as number,
    high = marks[marks.length - 1] as number;
  const x = (k: number) => LEFT + ((W - LEFT - RIGHT) * k) / Math.max(1, values.length - 1);
  const y = (value: number) => H - BOTTOM - ((H - TOP - BOTTOM) * (value - low)) / (high - low || 1);
  const at = now.trends.findIndex((p) => p.month === month.value);
  const fine = digitsFor(((marks[1] ?? low + 1) - low) * (name === "check_density" ? 1 : 100));
  return (
    <figure class="trend">
      <figcaption>
        <b>{t(`measure.${name}`)}</b>
        {name === "check_density" && <small> {t("unit.per_100_dwellings")}</small>}
        <span class="push">{at >= 0 ? say(values[at] ?? null) : ""}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${W} ${H}`}
        role="img"
        aria-label={`${t(`measure.${name}`)} ${now.trends.map((p, k) => `${shortMonth(p.month)} ${say(values[k] ?? null)}`).join(t("list.and"))}`}
      >
        {marks.map((m) => (
          <g key={m}>
            <line class="axis" x1={LEFT} x2={W - RIGHT} y1={y(m)} y2={y(m)} />
            <text x={LEFT - 6} y={y(m) + 4} text-anchor="end">
              {say(m, fine)}
            </text>
          </g>
        ))}
        {now.trends.map(
          (p, k) =>
            ((k % 3 === 0 && now.trends.length - 1 - k > 2) || k === now.trends.length - 1) && (
              <text
                key={p.month}
                x={x(k)}
                y={H - 6}
                text-anchor={k === 0 ? "start" : k === now.trends.length - 1 ? "end" : "middle"}
              >
                {shortMonth(p.month)}
              </text>
            ),
        )}
        <path d={linePieces(values, x, y)} />
        {values.map(
          (v, k) =>
            v !== null && (
              <circle
                key={k}
                class={k === at ? "now" : ""}
                cx={x(k)}
                cy={y(v)}
                r={k === at ? 4 : 2}
                onClick={() => void (month.value = now.trends[k]!.month)}
              >
                <title>{`${shortMonth(now.trends[k]!.month)} ${say(v)}`}</title>
              </circle>
            ),
        )}
      </svg>
    </figure>
  );
}

export function Trends({ now }: { now: Review }) {
  return (
    <div class="trends">
      {MEASURES.map((name) => (
        <Trend key={name} name={name} now={now} />
      ))}
    </div>
  );
}
