/**
 * An edit changes a few areas of thousands. Drawing all of them anew takes a plain office computer a quarter of a second;
 * so the few are painted over the drawn image at once, and the image is drawn anew when the hand rests.
 */

import type Feature from "ol/Feature";
import { unByKey } from "ol/Observable";
import type MultiPolygon from "ol/geom/MultiPolygon";
import type Polygon from "ol/geom/Polygon";
import VectorLayer from "ol/layer/Vector";
import type VectorImageLayer from "ol/layer/VectorImage";
import VectorSource, { type VectorSourceEvent } from "ol/source/Vector";
import type Style from "ol/style/Style";
import type { Theme } from "../store";
import { areaStyle, lineStyle } from "./paint";
import { role, widths, type Fill } from "./palette";

type FillOf = (code: string) => Fill | null;

const REST_MS = 700;
/** However long somebody goes on editing, the image is never older. */
const LATEST_MS = 4000;
/** Above so many the whole is drawn at once: a patch of everything is no patch. */
const MANY = 600;

const codeOf = (feature: Feature) => String(feature.get("code"));

export interface Patch {
  /** New colours, directly above the image's. */
  fills: VectorLayer<VectorSource>;
  /** Above the image's borders: those that are gone, painted over, and the new ones. */
  erasers: VectorLayer<VectorSource>;
  lines: VectorLayer<VectorSource>;
  recolour: (before: FillOf, now: FillOf) => void;
  close: () => void;
}

export function makePatch(
  edited: VectorSource,
  images: VectorImageLayer<VectorSource>[],
  themeNow: () => Theme,
): Patch {
  let fillOf: FillOf = () => null;
  const picture = new VectorSource({ features: edited.getFeatures(), overlaps: false });
  for (const image of images) image.setSource(picture);

  // What is there now and looks otherwise than in the image, and what the image still shows although it is gone. Two
  // sources: an area that is changed keeps its code, and a source holds a code once.
  const over = new VectorSource(),
    gone = new VectorSource();
  const fills = new VectorLayer({
    source: over,
    opacity: 0.9,
    style: ((feature: Feature): Style | undefined => {
      const fill = fillOf(codeOf(feature));
      return fill ? areaStyle(fill, 0) : undefined;
    }) as never,
  });
  /** A border that is gone takes the colour of the ground around it. */
  function erased(feature: Feature): Style | undefined {
    const geometry = feature.getGeometry() as MultiPolygon | Polygon;
    const at = ("getInteriorPoints" in geometry ? geometry.getInteriorPoints() : geometry.getInteriorPoint())
      .getFirstCoordinate()
      .slice(0, 2);
    const now = edited.getFeaturesAtCoordinate(at)[0] as Feature | undefined;
    const fill = now && fillOf(codeOf(now));
    return fill ? lineStyle(fill.colour, widths.grid + 1) : undefined;
  }
  const erasers = new VectorLayer({ source: gone, style: erased as never });
  const lines = new VectorLayer({
    source: over,
    style: () => lineStyle(role("border_grid", themeNow()), widths.grid),
  });

  let rest = 0,
    first = 0,
    anew = false;
  function settle(): void {
    clearTimeout(rest);
    rest = first = 0;
    anew = false;
    const now = new Set(edited.getFeatures());
    picture.removeFeatures(picture.getFeatures().filter((f) => !now.has(f)));
    for (const known of picture.getFeatures()) now.delete(known);
    picture.addFeatures([...now]);
    for (const image of images) image.changed();
    over.clear();
    gone.clear();
  }
  function soon(): void {
    const moment = performance.now();
    first ||= moment;
    clearTimeout(rest);
    rest = window.setTimeout(settle, Math.max(0, Math.min(REST_MS, first + LATEST_MS - moment)));
  }
  function show(feature: Feature): void {
    if (!over.hasFeature(feature)) over.addFeature(feature);
  }

  const heard = [
    edited.on("addfeature", ({ feature }: VectorSourceEvent) => {
      if (anew) return;
      if (feature) show(feature as Feature);
      soon();
    }),
    edited.on("removefeature", ({ feature }: VectorSourceEvent) => {
      if (anew || !feature) return;
      const id = feature.getId() as string;
      if (over.hasFeature(feature as Feature)) over.removeFeature(feature as Feature);
      if (picture.getFeatureById(id) === feature && !gone.getFeatureById(id)) gone.addFeature(feature as Feature);
      soon();
    }),
    // Everything was read anew.
    edited.on("clear", () => {
      anew = true;
      queueMicrotask(settle);
    }),
  ].flat();

  return {
    fills,
    erasers,
    lines,
    recolour: (before, now) => {
      fillOf = now;
      const other = (edited.getFeatures() as Feature[]).filter((f) => {
        const code = codeOf(f);
        return before(code)?.colour !== now(code)?.colour;
      });
      if (other.length > MANY) {
        settle();
        return;
      }
      other.forEach(show);
      over.changed();
      gone.changed();
      if (other.length) soon();
    },
    close: () => {
      clearTimeout(rest);
      unByKey(heard);
    },
  };
}
