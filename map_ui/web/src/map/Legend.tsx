import { useEffect, useRef } from "preact/hooks";
import { number, percent } from "../format";
import type { MeasureName } from "../api/types";
import { theme, type Theme } from "../store";
import { t } from "../words";
import { patternTile } from "./paint";
import { breaksOf, fillOf, stateFill, type Fill } from "./palette";

/** A swatch drawn with the same canvas pattern as the map. */
export function Swatch({ fill }: { fill: Fill }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const ratio = devicePixelRatio || 1;
    element.width = 22 * ratio;
    element.height = 14 * ratio;
    const pen = element.getContext("2d") as CanvasRenderingContext2D;
    pen.fillStyle = fill.colour;
    pen.fillRect(0, 0, element.width, element.height);
    if (fill.pattern) {
      pen.fillStyle = pen.createPattern(patternTile(fill.pattern, null, ratio), "repeat") as CanvasPattern;
      pen.fillRect(0, 0, element.width, element.height);
    }
    pen.strokeStyle = fill.outline;
    pen.lineWidth = ratio;
    pen.strokeRect(ratio / 2, ratio / 2, element.width - ratio, element.height - ratio);
  }, [fill.colour, fill.outline, fill.pattern]);
  return <canvas ref={canvas} class="swatch" aria-hidden="true" />;
}

interface Entry {
  entry: string;
  label: string;
}

function classLabels(name: "checked_share" | "record_share" | "check_density"): Entry[] {
  const breaks = breaksOf(name);
  const say = (value: number) => (name === "check_density" ? number(value) : percent(value, 0));
  return [...breaks, Infinity]
    .map((to, k) => {
      const from = breaks[k - 1];
      const label =
        from === undefined
          ? t("legend.below", { value: say(to) })
          : to === Infinity
            ? t("legend.from", { value: say(from) })
            : t("legend.between", { low: say(from).replace("%", ""), high: say(to) });
      return { entry: String(k), label };
    })
    .reverse();
}

export function entriesFor(name: MeasureName): Entry[] {
  if (name === "accuracy")
    return (["meets", "misses", "cannot_tell"] as const).map((entry) => ({ entry, label: t(`verdict.${entry}`) }));
  if (name === "group_renting_rate")
    return [
      { entry: "hotspot", label: t("hotspot.significant") },
      { entry: "grey", label: t("hotspot.not") },
    ];
  return classLabels(name);
}

interface Props {
  measure: MeasureName;
  counts: Map<string, number>;
  target?: string | undefined;
  compact?: boolean;
}

/** Classes with their breaks and the number of areas in each; the three answers that are no values always below. */
export function Legend({ measure, counts, target, compact }: Props) {
  const shade: Theme = theme.value;
  const line = (entry: string, label: string, fill: Fill) => (
    <tr key={entry}>
      <td>
        <Swatch fill={fill} />
      </td>
      <td>{label}</td>
      <td class="right">{counts.get(entry) ?? 0}</td>
    </tr>
  );
  return (
    <div class="legend">
      <table>
        <caption>
          {t(`measure.${measure}`)}
          {measure === "check_density" && <small> {t("unit.per_100_dwellings")}</small>}
          {target && <small> {t("figure.target", { target })}</small>}
        </caption>
        <tbody>
          {entriesFor(measure).map(({ entry, label }) => line(entry, label, fillOf(measure, entry, shade)))}
          {!compact && measure !== "accuracy" && measure !== "group_renting_rate" && <ZeroNote />}
          {line("no_data", t("state.no_data"), stateFill("no_data", shade))}
          {line("withheld", t("state.withheld"), stateFill("withheld", shade))}
        </tbody>
      </table>
    </div>
  );
}

function ZeroNote() {
  return (
    <tr>
      <td>
        <Swatch fill={fillOf("checked_share", "0", theme.value)} />
      </td>
      <td>{t("state.zero")}</td>
      <td class="right quiet-text">{t("legend.zero_in")}</td>
    </tr>
  );
}
