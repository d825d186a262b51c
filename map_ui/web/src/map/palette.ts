/** Fills of places, from map_ui/palette.py: the twin of its fill_for. */

import source from "../generated/palette.json";
import type { Measure, MeasureName } from "../api/types";
import type { Theme } from "../store";

export interface Pattern {
  kind: "hatch" | "dots" | "fine_dots";
  colour: string;
  spacing_px: number;
  mark_px: number;
}
export interface Fill {
  colour: string;
  outline: string;
  pattern: Pattern | null;
}
interface Classes {
  breaks: number[];
  light: string[];
  dark: string[];
}
type SequenceName = keyof typeof source.sequences;

const sequences = source.sequences as Record<SequenceName, Classes>;
const states = source.states as Record<Theme, Record<"no_data" | "withheld", Fill>>;
const accuracy = source.accuracy as Record<Theme, Record<"misses" | "meets" | "cannot_tell", Fill>>;
const hotspot = source.hotspot as Record<Theme, Fill>;
export const widths = source.line_widths_px;

export type Role = keyof typeof source.roles.light;
export const role = (name: Role, theme: Theme): string => source.roles[theme][name];

export const breaksOf = (name: SequenceName): number[] => sequences[name].breaks;
export function classOf(name: SequenceName, value: number): number {
  return sequences[name].breaks.filter((b) => value >= b).length;
}
export function classFill(name: SequenceName, k: number, theme: Theme): Fill {
  return { colour: sequences[name][theme][k] as string, outline: role("border_grid", theme), pattern: null };
}
export const stateFill = (name: "no_data" | "withheld", theme: Theme): Fill => states[theme][name];
export const verdictFill = (name: "misses" | "meets" | "cannot_tell", theme: Theme): Fill => accuracy[theme][name];
export const hotspotFill = (theme: Theme): Fill => hotspot[theme];
export const greyFill = (theme: Theme): Fill => ({
  colour: hotspot[theme].colour,
  outline: role("border_grid", theme),
  pattern: null,
});

/** Which entry of the legend a place belongs to: "0"…"4", a verdict, or one of the answers that are no values. */
export function entryOf(name: MeasureName, measure: Measure | undefined): string {
  if (!measure || measure.state === "no_data") return "no_data";
  if (measure.state === "withheld") return "withheld";
  if (name === "accuracy") return measure.verdict ?? "cannot_tell";
  if (name === "group_renting_rate") return "grey";
  if (measure.state === "zero") return "0";
  return measure.value === null ? "no_data" : String(classOf(name, measure.value));
}

export function fillOf(name: MeasureName, entry: string, theme: Theme): Fill {
  if (entry === "no_data" || entry === "withheld") return states[theme][entry];
  if (entry === "grey") return greyFill(theme);
  if (entry === "hotspot") return hotspot[theme];
  if (name === "accuracy") return accuracy[theme][entry as "misses" | "meets" | "cannot_tell"];
  return classFill(name as SequenceName, Number(entry), theme);
}
