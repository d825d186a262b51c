/** The coloured layer: areas filled by a measure, and what is chosen or pointed at on top of them. */

import type Feature from "ol/Feature";
import type { EventsKey } from "ol/events";
import { unByKey } from "ol/Observable";
import VectorLayer from "ol/layer/Vector";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import FillStyle from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { areaStyle, labelStyle, lineStyle, seeThrough } from "./paint";
import { makePatch, type Patch } from "./patch";
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
  /** A source that is edited: what changes is painted over the drawn image at once, the image follows at rest. */
  setEdited: (source: VectorSource) => Patch;
  /** No longer listen to a source that outlives this map. */
  close: () => void;
  setFill: (fill: (group: string) => Fill | null, label?: (feature: Feature) => string) => void;
  choose: (group: string | null, pointed?: string | null) => void;
  at: (coordinate: number[]) => Feature | null;
  groupOf: (feature: Feature) => string;
  of: (group: string) => Feature[];
}

const byCode = (feature: Feature) => String(feature.get("code"));
const IMAGE_RATIO = 1.5;
/** Areas beside one another need no order; OpenLayers takes null for that, its types do not. */
const UNORDERED = null as never;
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
    renderOrder: UNORDERED,
  });
  const borders = new VectorImageLayer({
    source: new VectorSource(),
    imageRatio: IMAGE_RATIO,
    renderOrder: UNORDERED,
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

  let source = new VectorSource();
  let patch: Patch | null = null;
  let heard: EventsKey | null = null;

  function of(group: string): Feature[] {
    if (groupOf === byCode) {
      const found = source.getFeatureById(group) as Feature | null;
      return found ? [found] : [];
    }
    if (!groups) {
      groups = new Map();
      for (const feature of source.getFeatures()) {
        const key = groupOf(feature);
        const list = groups.get(key);
        if (list) list.push(feature);
        else groups.set(key, [feature]);
      }
    }
    return groups.get(group) ?? [];
  }

  function close(): void {
    if (heard) unByKey(heard);
    patch?.close();
    heard = patch = null;
  }

  return {
    layer,
    borders,
    labels,
    marks,
    of,
    close,
    groupOf: (feature) => groupOf(feature),
    setSource: (next, grouped) => {
      close();
      source = next;
      groupOf = grouped ?? byCode;
      groups = null;
      layer.setSource(source);
      borders.setSource(source);
      labels.setSource(source);
      labels.setMaxResolution(widest(source) / LABELS_FROM_PX);
      heard = source.on("change", () => {
        groups = null;
      });
    },
    setEdited: (next) => {
      close();
      source = next;
      groupOf = byCode;
      patch = makePatch(next, [layer, borders], themeNow);
      labels.setSource(source);
      labels.setMaxResolution(widest(source) / LABELS_FROM_PX);
      return patch;
    },
    setFill: (fill, label) => {
      const before = fillOf;
      fillOf = fill;
      labelOf = label ?? null;
      if (patch) patch.recolour(before, fill);
      else layer.changed();
      labels.changed();
    },
    choose: (group, pointed = null) => {
      const shown = marks.getSource() as VectorSource;
      shown.clear(true);
      const copies = (code: string | null, mark: object) =>
        code
          ? of(code).map((f) => {
              const c = f.clone();
              c.setProperties(mark);
              return c;
            })
          : [];
      shown.addFeatures([...(pointed === group ? [] : copies(pointed, { pointed: true })), ...copies(group, {})]);
      shown.changed();
    },
    at: (coordinate) => (source.getFeaturesAtCoordinate(coordinate)[0] as Feature | undefined) ?? null,
  };
}
