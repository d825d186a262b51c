/** A map of the town: north up, keyboard ready, its view in the address. */

import OlMap from "ol/Map";
import View from "ol/View";
import ScaleLine from "ol/control/ScaleLine";
import Zoom from "ol/control/Zoom";
import { shiftKeyOnly } from "ol/events/condition";
import KeyboardPan from "ol/interaction/KeyboardPan";
import { defaults as interactions } from "ol/interaction/defaults";
import { fromLonLat, toLonLat, transformExtent } from "ol/proj";
import type BaseLayer from "ol/layer/Base";
import type { Extent } from "ol/extent";
import type { Box, LonLat } from "../api/types";
import { place } from "../store";
import { t } from "../words";

export const toMap = (at: LonLat) => fromLonLat(at);
export const toLonLatPair = (coordinate: number[]) => toLonLat(coordinate).slice(0, 2) as LonLat;
export const boxToExtent = (box: Box): Extent => transformExtent(box, "EPSG:4326", "EPSG:3857");

const FINE_PX = 16;

/** Until a place is loaded: Shanghai. */
const SHANGHAI: Box = [121.2, 30.95, 121.8, 31.45];

export function makeView(town: Box | null): View {
  const view = new View({
    enableRotation: false,
    minZoom: 9,
    maxZoom: 21,
    constrainResolution: false,
    showFullExtent: true,
  });
  const start = place.peek();
  if (start) {
    view.setCenter(fromLonLat([start.lon, start.lat]));
    view.setZoom(start.zoom);
  } else
    view.fit(boxToExtent(town ?? SHANGHAI), {
      size: [Math.max(360, innerWidth - 460), Math.max(320, innerHeight - 80)],
      padding: [24, 24, 24, 24],
    });
  return view;
}

/** Write the view into the address when it comes to rest, and only then; an address that is opened moves the view. */
export function followView(view: View): () => void {
  let timer = 0;
  const write = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const centre = view.getCenter(),
        zoom = view.getZoom();
      if (!centre || zoom === undefined) return;
      const [lon, lat] = toLonLatPair(centre);
      place.value = { lon, lat, zoom };
    }, 250);
  };
  view.on(["change:center", "change:resolution"] as never, write);
  const forget = place.subscribe((asked) => {
    const centre = view.getCenter();
    if (!asked || !centre) return;
    const [lon, lat] = toLonLatPair(centre);
    const same =
      Math.max(Math.abs(lon - asked.lon), Math.abs(lat - asked.lat)) < 2e-5 &&
      Math.abs((view.getZoom() ?? 0) - asked.zoom) < 0.01;
    if (same) return; // what stands there was written from this view
    view.setCenter(fromLonLat([asked.lon, asked.lat]));
    view.setZoom(asked.zoom);
  });
  return () => {
    forget();
    clearTimeout(timer);
  };
}

export function makeMap(target: HTMLElement, view: View, layers: BaseLayer[], label: string): OlMap {
  target.tabIndex = 0; // OpenLayers' keyboard works only on a target that can have the focus
  target.setAttribute("role", "application");
  target.setAttribute("aria-label", label);
  return new OlMap({
    target,
    view,
    layers,
    controls: [
      new ScaleLine({ units: "metric", minWidth: 72 }),
      new Zoom({ zoomInTipLabel: t("map.zoom_in"), zoomOutTipLabel: t("map.zoom_out") }),
    ],
    // Arrow keys move by a hand's breadth; with Shift by a step small enough to set a point.
    interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }).extend([
      new KeyboardPan({ condition: shiftKeyOnly, pixelDelta: FINE_PX }),
    ]),
    moveTolerance: 3,
  });
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function fitTo(view: View, extent: Extent, most = 17): void {
  if (!Number.isFinite(extent[0])) return;
  view.fit(extent, { padding: [56, 56, 56, 56], maxZoom: most, duration: calm() ? 0 : 160 });
}

/** Move only if the place is not in sight: a choice in the table should not throw the map about. */
export function bringIntoSight(map: OlMap, extent: Extent): void {
  const size = map.getSize();
  const view = map.getView();
  if (!size || !Number.isFinite(extent[0])) return;
  const [left, bottom, right, top] = view.calculateExtent(size) as [number, number, number, number];
  const [w, s, e, n] = extent as [number, number, number, number];
  if (w >= left && e <= right && s >= bottom && n <= top) return;
  if (e - w < right - left && n - s < top - bottom)
    view.animate({ center: [(w + e) / 2, (s + n) / 2], duration: calm() ? 0 : 160 });
  else fitTo(view, extent);
}
