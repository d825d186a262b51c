/** The ground of every map: water and green, roads, buildings, committee borders and names. */

import type BaseLayer from "ol/layer/Base";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import type Feature from "ol/Feature";
import Style from "ol/style/Style";
import FillStyle from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import { role, widths } from "./palette";
import { labelStyle, lineStyle, seeThrough } from "./paint";
import { layerSource } from "./sources";
import { makeBuildings } from "./buildings";
import { presenting, type Theme } from "../store";
import { nameOf } from "../words";

export type LayerName = "backdrop" | "barriers" | "buildings" | "committees" | "key-sites" | "labels";
export const BASE_LAYERS: LayerName[] = ["backdrop", "barriers", "buildings", "committees", "key-sites", "labels"];

const ROAD_METRES: Record<string, number> = { expressway: 26, arterial: 16, local_road: 9, lane: 4 };
const NEAR = 15; // from this zoom on one building is worth looking at

const empty = () => new VectorSource();

function backdropStyle(theme: Theme) {
  const styles = new Map(
    ["water", "green"].map((kind) => [
      kind,
      new Style({ fill: new FillStyle({ color: role(kind as "water" | "green", theme) }) }),
    ]),
  );
  return (feature: Feature | unknown) => styles.get(String((feature as Feature).get("kind"))) ?? styles.get("green");
}

function barrierStyle(theme: Theme) {
  const river = (width: number) =>
    new Style({ stroke: new Stroke({ color: role("water", theme), width, lineCap: "round" }) });
  return (feature: unknown, resolution: number) => {
    const kind = String((feature as Feature).get("kind"));
    const given = Number((feature as Feature).get("width_m") ?? 0);
    if (kind === "river") return river(Math.max(2, (given || 18) / resolution));
    if (kind === "railway") return lineStyle(role("edge", theme), 1.5, [6, 4]);
    if (kind === "wall") return lineStyle(role("road_edge", theme), 1);
    const width = Math.max(
      kind === "lane" ? 0.8 : kind === "local_road" ? 1.4 : 2.6,
      (given || ROAD_METRES[kind] || 8) / resolution,
    );
    return [
      lineStyle(seeThrough(role("road_edge", theme), 0.3), width + 1),
      lineStyle(seeThrough(role("road", theme), 0.5), width),
    ];
  };
}

/** Committee names, and grid codes when near; a label that does not fit is left out. */
function committeeLabel(theme: Theme) {
  const sizePx = presenting.value ? (innerWidth < 1600 ? 17 : 22) : 13;
  const [ink, halo] = [role("ink", theme), seeThrough(role("halo", theme), 0.85)];
  return (feature: unknown) =>
    labelStyle(shortName((feature as Feature).getProperties() as { name: string }), ink, halo, sizePx, 600);
}

function siteStyle(theme: Theme) {
  return (feature: unknown) =>
    new Style({
      stroke: new Stroke({ color: role("caution", theme), width: 2 }),
      fill: new FillStyle({
        color: seeThrough(role("caution", theme), (feature as Feature).get("listed") ? 0.4 : 0.12),
      }),
      image: siteMark(theme, Boolean((feature as Feature).get("listed"))),
    });
}

function siteMark(theme: Theme, listed: boolean) {
  return new RegularShape({
    points: 4,
    radius: 6,
    angle: 0,
    stroke: new Stroke({ color: role("caution", theme), width: 1.5 }),
    fill: new FillStyle({ color: listed ? role("caution", theme) : role("raised", theme) }),
  });
}

export interface Base {
  under: VectorLayer<VectorSource>[];
  over: BaseLayer[];
  committees: VectorLayer<VectorSource>;
  sites: VectorLayer<VectorSource>;
  names: VectorLayer<VectorSource>;
  show: (hidden: ReadonlySet<string>) => void;
  paint: (theme: Theme) => void;
}

/** On a map the English name says which committee, not that it is one. */
const shortName = (place: { name: string; name_en?: string | null }) =>
  nameOf(place).replace(/ Residents['’] Committee$/, "");

/** Layers below and above the coloured one. */
export function makeBase(theme: Theme): Base {
  const layer = (name: LayerName, options: object = {}) => {
    const made = new VectorLayer({ source: empty(), updateWhileInteracting: true, ...options });
    made.set("name", name);
    return made;
  };
  const backdrop = layer("backdrop"),
    barriers = layer("barriers");
  const buildings = makeBuildings(NEAR - 1);
  const committees = layer("committees"),
    sites = layer("key-sites", { minZoom: NEAR - 0.5 });
  const labels = layer("labels", { declutter: true, minZoom: 12.5 });
  const all: [LayerName, VectorLayer<VectorSource>][] = [
    ["backdrop", backdrop],
    ["barriers", barriers],
    ["committees", committees],
    ["key-sites", sites],
    ["labels", labels],
  ];
  const loaded = new Set<LayerName>();

  function load(name: LayerName, into: VectorLayer<VectorSource>): void {
    if (loaded.has(name)) return;
    loaded.add(name);
    layerSource(name === "labels" ? "committees" : name).then(
      (source) => into.setSource(source),
      () => loaded.delete(name),
    );
  }

  function paint(next: Theme): void {
    backdrop.setStyle(backdropStyle(next) as never);
    barriers.setStyle(barrierStyle(next) as never);
    buildings.setStyle(
      new Style({ fill: new FillStyle({ color: seeThrough(role("ink", next), next === "light" ? 0.13 : 0.2) }) }),
    );
    committees.setStyle(lineStyle(role("border_committee", next), widths.committee));
    sites.setStyle(siteStyle(next) as never);
    labels.setStyle(committeeLabel(next) as never);
  }

  paint(theme);
  return {
    under: [backdrop],
    over: [buildings.group, barriers],
    committees,
    sites,
    names: labels,
    paint,
    show: (hidden) => {
      buildings.setVisible(!hidden.has("buildings"));
      for (const [name, into] of all) {
        into.setVisible(!hidden.has(name));
        if (!hidden.has(name)) load(name, into);
      }
    },
  };
}
