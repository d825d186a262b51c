import { effect, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import type OlMap from "ol/Map";
import type View from "ol/View";
import { createEmpty, extend } from "ol/extent";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { bringIntoSight, fitTo, followView, makeView, toMap } from "../../map/create";
import { draw } from "../../map/drawing";
import { LayerPicker } from "../../map/LayerPicker";
import { lineStyle } from "../../map/paint";
import { classFill, classOf, role } from "../../map/palette";
import { makeThematic, type Thematic } from "../../map/thematic";
import { useMap } from "../../map/useMap";
import { register } from "../../shell/keys";
import { tell } from "../../shell/notices";
import { place, theme, town } from "../../store";
import { t } from "../../words";
import { BalanceLegend } from "./BalanceLegend";
import type { OpenDraft } from "./draft";
import { paint } from "./paint";
import { zoomTo } from "./zoom";

const lastDrawn = { at: -1e9 };

/** Bring what is chosen to the middle, as large as it fits: from here a line is drawn with the arrow keys. */
function useZoomKey(view: View, open: OpenDraft, thematic: Thematic): void {
  useEffect(
    () =>
      register({
        keys: "z",
        label: "tool.key.zoom",
        run: () => {
          const extent = createEmpty();
          for (const code of open.chosen.peek())
            for (const feature of thematic.of(code))
              extend(extent, feature.getGeometry()?.getExtent() ?? createEmpty());
          fitTo(view, extent, 18);
        },
      }),
    [],
  );
}

/** Click chooses a grid; with Shift or Ctrl another one is added or taken away. */
function listenToClicks(map: OlMap, open: OpenDraft, thematic: Thematic): () => void {
  const choose = (coordinate: number[], more: boolean) => {
    const grid = thematic.at(coordinate);
    const code = grid ? String(grid.get("code")) : null;
    const now = open.chosen.peek();
    if (!code) open.chosen.value = [];
    else if (more) open.chosen.value = now.includes(code) ? now.filter((c) => c !== code) : [...now, code];
    else open.chosen.value = [code];
  };
  map.on("click", (event) => {
    // The last click of a double click that ended a line is not a choice.
    if (open.tool.peek() !== "select" || performance.now() - lastDrawn.at < 400) return;
    const original = event.originalEvent as MouseEvent;
    choose(event.coordinate, original.shiftKey || original.ctrlKey || original.metaKey);
  });
  const target = map.getTargetElement() as HTMLElement;
  const atCrosshair = (more: boolean) => {
    const centre = map.getView().getCenter();
    if (centre && document.activeElement === target && open.tool.peek() === "select") choose(centre, more);
  };
  return register(
    { keys: "enter", label: "tool.key.choose", run: () => atCrosshair(false) },
    { keys: "shift+enter", label: "tool.key.choose_more", run: () => atCrosshair(true) },
  );
}

function useTool(map: OlMap | null, open: OpenDraft, thematic: Thematic, paintLayer: VectorLayer<VectorSource>): void {
  useEffect(() => {
    if (!map) return;
    return effect(() => {
      const tool = open.tool.value;
      if (tool === "select") return;
      const chosen = open.chosen.peek();
      const back = () => {
        lastDrawn.at = performance.now();
        if (open.tool.peek() === tool) open.tool.value = "select";
      };
      if (tool === "paint") return paint(map, open, chosen[0] as string, paintLayer, back);
      return draw(map, {
        kind: "LineString",
        follow: open.source,
        onStop: back,
        onDone: (line) => {
          const geometry = { type: "LineString", coordinates: line };
          if (tool === "move_border") {
            void open.run("move_border", { first: chosen[0], second: chosen[1], line: geometry });
            return;
          }
          const code = chosen[0] ?? gridUnder(thematic, line);
          if (code) void open.run("split", { grid: code, line: geometry });
          else tell(t("tool.line_misses"));
        },
      });
    });
  }, [map]);
}

/** Without a chosen grid the one under most of the line is split. */
function gridUnder(thematic: Thematic, line: [number, number][]): string | null {
  const hits = new Map<string, number>();
  for (let k = 0; k + 1 < line.length; k++) {
    const [a, b] = [toMap(line[k]!), toMap(line[k + 1]!)];
    for (let s = 0; s <= 20; s++) {
      const grid = thematic.at([a[0]! + ((b[0]! - a[0]!) * s) / 20, a[1]! + ((b[1]! - a[1]!) * s) / 20]);
      if (grid) hits.set(String(grid.get("code")), (hits.get(String(grid.get("code"))) ?? 0) + 1);
    }
  }
  return [...hits].sort((x, y) => y[1] - x[1])[0]?.[0] ?? null;
}

export function EditorMap({ open }: { open: OpenDraft }) {
  const view = useMemo(() => makeView(town.peek()!.subdistrict.bbox), []);
  const thematic = useMemo(() => makeThematic(() => theme.peek()), []);
  const chosenLayer = useMemo(() => new VectorLayer({ source: new VectorSource() }), []);
  const paintLayer = useMemo(() => new VectorLayer({ source: new VectorSource() }), []);
  const patch = useMemo(() => thematic.setEdited(open.source), []);
  const { target, map } = useMap(
    view,
    () => ({
      coloured: [thematic.layer, patch.fills],
      borders: [thematic.borders, patch.erasers, patch.lines],
      labels: [thematic.labels],
      marks: [paintLayer, chosenLayer],
    }),
    t("map.label"),
  );
  const [hint, setHint] = useState("");

  useEffect(() => followView(view), [view]);
  useEffect(() => () => thematic.close(), []);
  useEffect(() => (map ? listenToClicks(map, open, thematic) : undefined), [map]);
  useTool(map, open, thematic, paintLayer);
  useZoomKey(view, open, thematic);
  useSignalEffect(() => {
    const shade = theme.value;
    const figures = new Map(open.figures.value.map((f) => [f.code, f]));
    thematic.setFill(
      (code) => classFill("balance", classOf("balance", figures.get(code)?.off_target ?? 0), shade),
      (feature) => {
        const code = String(feature.get("code"));
        return `${code.slice(-5)}${figures.get(code)?.locked ? " ⊘" : ""}`;
      },
    );
  });
  useSignalEffect(() => {
    void open.figures.value;
    const source = chosenLayer.getSource() as VectorSource;
    source.clear(true);
    source.addFeatures(open.chosen.value.flatMap((code) => thematic.of(code)).map((f) => f.clone()));
    source.changed();
    const accent = role("accent", theme.value);
    chosenLayer.setStyle([lineStyle(role("halo", theme.value), 6), lineStyle(accent, 3)]);
  });
  useSignalEffect(() => setHint(open.tool.value === "select" ? "" : t(`tool.${open.tool.value}.how`)));
  useEffect(
    () =>
      map
        ? effect(() => {
            const wanted = zoomTo.value;
            if (!wanted) return;
            if (wanted.point) {
              view.animate({ center: toMap(wanted.point), zoom: Math.max(view.getZoom() ?? 15, 15.5), duration: 200 });
              return;
            }
            const extent = createEmpty();
            for (const feature of wanted.code ? thematic.of(wanted.code) : [])
              extend(extent, feature.getGeometry()?.getExtent() ?? extent);
            bringIntoSight(map, extent);
          })
        : undefined,
    [map],
  );
  useEffect(() => {
    if (!place.peek() && map) map.updateSize();
  }, [map]);

  return (
    <div class="map-box">
      <div class="map" ref={target} />
      {hint && (
        <div class="map-hint floating" role="note">
          {hint}
        </div>
      )}
      <div class="map-bottom-left">
        <LayerPicker />
        <BalanceLegend figures={open.figures.value} target={open.draft.value.target ?? 1500} />
      </div>
    </div>
  );
}
