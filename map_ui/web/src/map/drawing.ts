/** Drawing a line or a polygon with the mouse or with the keyboard: a crosshair in the middle, the map moves under it. */

import type OlMap from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import type { Coordinate } from "ol/coordinate";
import type VectorSource from "ol/source/Vector";
import { never, noModifierKeys, shiftKeyOnly } from "ol/events/condition";
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

/** The halo keeps the line in sight on dark areas. */
function sketchStyle(): Style[] {
  const accent = role("accent", theme.peek());
  const halo = new Style({ stroke: new Stroke({ color: role("halo", theme.peek()), width: 6 }) });
  const line = new Style({
    stroke: new Stroke({ color: accent, width: 2.5 }),
    fill: new FillStyle({ color: seeThrough(accent, 0.12) }),
    image: new CircleMark({
      radius: 4.5,
      stroke: new Stroke({ color: accent, width: 2 }),
      fill: new FillStyle({ color: role("raised", theme.peek()) }),
    }),
  });
  return [halo, line];
}

/** Returns a function that ends the drawing and leaves the map as it was. */
export function draw(map: OlMap, options: Options): () => void {
  const pencil = new Draw({
    type: options.kind,
    style: sketchStyle(),
    // With Shift a click begins to follow a border; without, a double click on a border ends the line there.
    freehandCondition: never,
    // Enter and double click finish; a click on the first point closes a polygon.
    ...(options.follow
      ? {
          trace: shiftKeyOnly,
          traceSource: options.follow,
          condition: (event: MapBrowserEvent) => noModifierKeys(event) || shiftKeyOnly(event),
        }
      : {}),
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
    map.getView().un("change:center", follow);
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
    // A click that begins to follow a border sets its point twice.
    const done = coordinates
      .filter((c, k) => k === 0 || c[0] !== coordinates[k - 1]![0] || c[1] !== coordinates[k - 1]![1])
      .map(toLonLatPair);
    if (options.once !== false) setTimeout(stop); // OpenLayers is still inside its own event
    options.onDone(done);
  });
  pencil.on("drawabort", () => void (points = 0));

  const least = options.kind === "Polygon" ? 3 : 2;
  const view = map.getView();
  /** The point taken up: it follows the crosshair while the map moves under it. */
  let taken: number | null = null;
  let sketch: LineString | Polygon | null = null;
  pencil.on("drawstart", (event) => {
    sketch = event.feature.getGeometry() as LineString | Polygon;
  });

  /** Points set so far: what OpenLayers adds for the pointer, and to close a ring, left out. */
  function vertices(): Coordinate[] {
    if (!sketch) return [];
    return options.kind === "Polygon"
      ? ((sketch as Polygon).getCoordinates()[0] ?? []).slice(0, -2)
      : (sketch as LineString).getCoordinates().slice(0, -1);
  }
  function redraw(next: Coordinate[]): void {
    pencil.abortDrawing();
    sketch = null;
    if (next.length) pencil.appendCoordinates(next);
    points = next.length;
  }
  function take(step: number): void {
    const all = vertices();
    if (!all.length || document.activeElement !== target) return;
    taken = taken === null ? (step > 0 ? 0 : all.length - 1) : (taken + step + all.length) % all.length;
    view.setCenter(all[taken]);
    announce(t("draw.taken", { k: taken + 1, n: all.length }));
  }
  function follow(): void {
    const centre = view.getCenter();
    if (taken === null || !centre) return;
    const all = vertices();
    const [x, y] = all[taken] ?? [];
    if (x === undefined || (x === centre[0] && y === centre[1])) return;
    all[taken] = [...centre];
    redraw(all);
  }
  view.on("change:center", follow);
  function addPoint(): void {
    if (document.activeElement !== target) return;
    const centre = view.getCenter();
    if (!centre) return;
    if (taken !== null) {
      announce(t("draw.put", { k: taken + 1 }));
      taken = null;
      return;
    }
    pencil.appendCoordinates([centre]);
    points = vertices().length;
    announce(t("draw.point", { n: points }));
  }
  /** A point after the one taken up, half way to the next. */
  function insertPoint(): void {
    const all = vertices();
    const [a, b] = taken === null ? [] : [all[taken], all[taken + 1]];
    if (taken === null || !a || !b) return;
    all.splice(taken + 1, 0, [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2]);
    redraw(all);
    take(1);
  }
  function removePoint(): void {
    const all = vertices();
    all.splice(taken ?? all.length - 1, 1);
    taken = null;
    redraw(all);
    announce(t("draw.point", { n: points }));
  }
  const leaveKeys = register(
    { keys: "enter", label: "draw.key.point", run: addPoint },
    { keys: ".", label: "draw.key.next", run: () => take(1) },
    { keys: ",", label: "draw.key.previous", run: () => take(-1) },
    { keys: "insert", label: "draw.key.insert", run: insertPoint },
    { keys: "delete", label: "draw.key.remove", run: removePoint },
    {
      keys: "ctrl+enter",
      label: "draw.key.finish",
      run: () => {
        taken = null;
        if (vertices().length >= least) pencil.finishDrawing();
        else announce(t("draw.too_few", { n: least }));
      },
    },
    {
      keys: "backspace",
      label: "draw.key.back",
      run: () => {
        taken = null;
        pencil.removeLastPoint();
        points = vertices().length;
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
