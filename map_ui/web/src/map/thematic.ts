/** The coloured layer: areas filled by a measure, and what is chosen or pointed at on top of them. */

import type Feature from "ol/Feature";
import VectorLayer from "ol/layer/Vector";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import FillStyle from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { areaStyle, labelStyle, lineStyle, seeThrough } from "./paint";
import { role, widths, type Fill } from "./palette";
import type { Theme } from "../store";

export interface Thematic {
  layer: VectorImageLayer<VectorSource>;
  /** Borders above roads and buildings: in drawing they matter most. */
  borders: VectorImageLayer<VectorSource>;
  /** Codes of the areas; decluttered with the other names of the map. */
  labels: VectorLayer<VectorSource>;
  marks: VectorLayer<VectorSource>;
  /** Which group a feature belongs to; the code by itself unless grids are grouped into zones. */
  setSource: (source: VectorSource, groupOf?: (feature: Feature) => string) => void;
  setFill: (fill: (group: string) => Fill | null, label?: (feature: Feature) => string) => void;
  choose: (group: string | null, pointed?: string | null) => void;
  at: (coordinate: number[]) => Feature | null;
  groupOf: (feature: Feature) => string;
  of: (group: string) => Feature[];
}

const byCode = (feature: Feature) => String(feature.get("code"));
const IMAGE_RATIO = 1.5;
const LABELS_FROM_PX = 46; // narrower areas carry no label

function widest(source: VectorSource): number {
  return Math.max(
    1,
    ...source.getFeatures().map((f) => {
      const extent = f.getGeometry()?.getExtent();
      return extent ? extent[2]! - extent[0]! : 0;
    }),
  );
}

export function makeThematic(themeNow: () => Theme): Thematic {
  let groupOf = byCode;
  let fillOf: (group: string) => Fill | null = () => null;
  let labelOf: ((feature: Feature) => string) | null = null;
  let groups: Map<string, Feature[]> | null = null;

  const border = new Map<Theme, Style>();
  function style(feature: unknown): Style | undefined {
    const fill = fillOf(groupOf(feature as Feature));
    return fill ? areaStyle(fill, 0) : undefined; // the layer of borders covers the seams
  }

  function label(feature: unknown, resolution: number): Style | undefined {
    const area = feature as Feature;
    const extent = area.getGeometry()?.getExtent();
    if (!labelOf || !extent || (extent[2]! - extent[0]!) / resolution < LABELS_FROM_PX) return undefined;
    const theme = themeNow();
    return labelStyle(labelOf(area), role("ink", theme), seeThrough(role("halo", theme), 0.7), 11);
  }

  // Drawn once into an image larger than the view and moved with it: panning 5,000 areas stays light without a GPU.
  const layer = new VectorImageLayer({
    source: new VectorSource(),
    style: style as never,
    opacity: 0.9,
    imageRatio: IMAGE_RATIO,
  });
  const borders = new VectorImageLayer({
    source: new VectorSource(),
    imageRatio: IMAGE_RATIO,
    style: () => {
      const theme = themeNow();
      if (!border.has(theme)) border.set(theme, lineStyle(role("border_grid", theme), widths.grid));
      return border.get(theme);
    },
  });
  const labels = new VectorLayer({ source: new VectorSource(), style: label as never, declutter: true });
  const marks = new VectorLayer({ source: new VectorSource(), updateWhileInteracting: true });
  marks.setStyle(((feature: Feature) => {
    const theme = themeNow();
    if (feature.get("pointed")) return lineStyle(role("ink", theme), 1.5);
    return [
      new Style({ stroke: new Stroke({ color: role("halo", theme), width: 6 }) }),
      new Style({
        stroke: new Stroke({ color: role("accent", theme), width: 3 }),
        fill: new FillStyle({ color: "#00000000" }),
      }),
    ];
  }) as never);

  function of(group: string): Feature[] {
    if (!groups) {
      groups = new Map();
      for (const feature of layer.getSource()?.getFeatures() ?? []) {
        const key = groupOf(feature);
        const list = groups.get(key);
        if (list) list.push(feature);
        else groups.set(key, [feature]);
      }
    }
    return groups.get(group) ?? [];
  }

  return {
    layer,
    borders,
    labels,
    marks,
    of,
    groupOf: (feature) => groupOf(feature),
    setSource: (source, grouped) => {
      groupOf = grouped ?? byCode;
      groups = null;
      layer.setSource(source);
      borders.setSource(source);
      labels.setSource(source);
      labels.setMaxResolution(widest(source) / LABELS_FROM_PX);
      source.on("change", () => {
        groups = null;
      });
    },
    setFill: (fill, label) => {
      fillOf = fill;
      labelOf = label ?? null;
      layer.changed();
      labels.changed();
    },
    choose: (group, pointed = null) => {
      const source = marks.getSource() as VectorSource;
      source.clear(true);
      const copies = (code: string | null, mark: object) =>
        code
          ? of(code).map((f) => {
              const c = f.clone();
              c.setProperties(mark);
              return c;
            })
          : [];
      source.addFeatures([...(pointed === group ? [] : copies(pointed, { pointed: true })), ...copies(group, {})]);
      source.changed();
    },
    at: (coordinate) => (layer.getSource()?.getFeaturesAtCoordinate(coordinate)[0] as Feature | undefined) ?? null,
  };
}
