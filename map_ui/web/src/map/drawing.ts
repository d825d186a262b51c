/** Drawing a line or a polygon with the mouse or with the keyboard: a crosshair in the middle, the map moves under it. */

import type OlMap from "ol/Map";
import type VectorSource from "ol/source/Vector";
import { never, shiftKeyOnly } from "ol/events/condition";
import Draw from "ol/interaction/Draw";
import Snap from "ol/interaction/Snap";
import FillStyle from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import CircleMark from "ol/style/Circle";
import type LineString from "ol/geom/LineString";
import type Polygon from "ol/geom/Polygon";
import { register } from "../shell/keys";
import { announce } from "../shell/notices";
import type { LonLat } from "../api/types";
import { theme } from "../store";
import { t } from "../words";
import { toLonLatPair } from "./create";
import { role } from "./palette";
import { seeThrough } from "./paint";

interface Options {
  kind: "LineString" | "Polygon";
  /** Borders that a drawn line may trace and snap to. */
  follow?: VectorSource | undefined;
  onDone: (coordinates: LonLat[]) => void;
  onStop?: () => void;
  once?: boolean;
}

function sketchStyle(): Style {
  const accent = role("accent", theme.peek());
  return new Style({
    stroke: new Stroke({ color: accent, width: 2.5 }),
    fill: new FillStyle({ color: seeThrough(accent, 0.12) }),
    image: new CircleMark({
      radius: 4.5,
      stroke: new Stroke({ color: accent, width: 2 }),
      fill: new FillStyle({ color: role("raised", theme.peek()) }),
    }),
  });
}

/** Returns a function that ends the drawing and leaves the map as it was. */
export function draw(map: OlMap, options: Options): () => void {
  const pencil = new Draw({
    type: options.kind,
    style: sketchStyle(),
    // With Shift a click begins to follow a border; without, a double click on a border ends the line there.
    freehandCondition: never,
    // Enter and double click finish; a click on the first point closes a polygon.
    ...(options.follow ? { trace: shiftKeyOnly, traceSource: options.follow } : {}),
    stopClick: true,
  });
  const snap = options.follow ? new Snap({ source: options.follow, pixelTolerance: 8 }) : null;
  const target = map.getTargetElement() as HTMLElement;
  const cross = document.createElement("div");
  cross.className = "crosshair";
  cross.setAttribute("aria-hidden", "true");
  target.append(cross);
  target.classList.add("drawing");
  let points = 0;
  let ended = false;

  function stop(): void {
    if (ended) return;
    ended = true;
    map.removeInteraction(pencil);
    if (snap) map.removeInteraction(snap);
    leaveKeys();
    cross.remove();
    target.classList.remove("drawing");
    options.onStop?.();
  }

  pencil.on("drawend", (event) => {
    const geometry = event.feature.getGeometry() as LineString | Polygon;
    const coordinates =
      (options.kind === "Polygon"
        ? (geometry as Polygon).getCoordinates()[0]
        : (geometry as LineString).getCoordinates()) ?? [];
    points = 0;
    const done = coordinates.map(toLonLatPair);
    if (options.once !== false) setTimeout(stop); // OpenLayers is still inside its own event
    options.onDone(done);
  });
  pencil.on("drawabort", () => void (points = 0));

  const least = options.kind === "Polygon" ? 3 : 2;
  function addPoint(): void {
    if (document.activeElement !== target) return;
    const centre = map.getView().getCenter();
    if (!centre) return;
    pencil.appendCoordinates([centre]);
    points++;
    announce(t("draw.point", { n: points }));
  }
  const leaveKeys = register(
    { keys: "enter", label: "draw.key.point", run: addPoint },
    {
      keys: "ctrl+enter",
      label: "draw.key.finish",
      run: () => {
        if (points >= least) pencil.finishDrawing();
        else announce(t("draw.too_few", { n: least }));
      },
    },
    {
      keys: "backspace",
      label: "draw.key.back",
      run: () => {
        pencil.removeLastPoint();
        points = Math.max(0, points - 1);
        announce(t("draw.point", { n: points }));
      },
    },
    {
      keys: "escape",
      label: "draw.key.stop",
      run: () => {
        pencil.abortDrawing();
        stop();
      },
    },
  );
  map.addInteraction(pencil);
  if (snap) map.addInteraction(snap); // after Draw, so that it sees the pointer first
  target.focus({ preventScroll: true });
  announce(t(options.kind === "Polygon" ? "draw.polygon.how" : "draw.line.how"));
  return stop;
}
