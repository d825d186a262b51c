import { effect, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type OlMap from "ol/Map";
import Feature from "ol/Feature";
import { createEmpty, extend } from "ol/extent";
import PolygonGeometry from "ol/geom/Polygon";
import { fromLonLat } from "ol/proj";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import type { MeasureName } from "../../api/types";
import { placeFeature } from "../../map/buildings";
import { bringIntoSight, followView, makeView } from "../../map/create";
import { Legend } from "../../map/Legend";
import { LayerPicker } from "../../map/LayerPicker";
import { areaStyle, placeStyle } from "../../map/paint";
import { entryOf, fillOf, hotspotFill } from "../../map/palette";
import { featuresOf } from "../../map/sources";
import { makeThematic, type Thematic } from "../../map/thematic";
import { fitTown, useMap } from "../../map/useMap";
import { by, measure, select, selection, theme, town } from "../../store";
import { t } from "../../words";
import { areaSource, drawn, hotspots, indicators, rowByCode } from "./data";
import { stateText, valueText } from "./Headline";
import { areaName } from "./naming";
import { pointed } from "./pointed";
import { Search } from "./Search";
import { Tools } from "./Tools";

function legendCounts(name: MeasureName): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of indicators.value?.rows ?? []) {
    const entry = entryOf(name, row.measures[name]);
    counts.set(entry, (counts.get(entry) ?? 0) + 1);
  }
  if (name === "group_renting_rate")
    counts.set("hotspot", (hotspots.value?.features ?? []).filter((f) => f.properties?.["significant"]).length);
  return counts;
}

function extentOf(thematic: Thematic, group: string): number[] {
  const extent = createEmpty();
  for (const feature of thematic.of(group)) extend(extent, feature.getGeometry()?.getExtent() ?? createEmpty());
  return extent;
}

/** Click a site, a building, or the area under both; the pointer names what it rests on. */
function listen(map: OlMap, thematic: Thematic, tip: HTMLElement): void {
  map.on("singleclick", (event) => {
    const hit = map.forEachFeatureAtPixel(
      event.pixel,
      (feature, layer) => ({ feature, name: String(layer?.get("name") ?? "") }),
      { layerFilter: (l) => ["key-sites", "buildings"].includes(String(l.get("name"))), hitTolerance: 2 },
    );
    const code = hit?.feature.get("code") as string | undefined;
    if (hit && code) return select(hit.name === "key-sites" ? "key-site" : "building", code);
    const area = thematic.at(event.coordinate);
    drawn.value = null;
    if (area) select(by.peek(), thematic.groupOf(area));
    else selection.value = null;
  });
  let frame = 0;
  map.on("pointermove", (event) => {
    if (event.dragging || frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      const area = thematic.at(event.coordinate);
      const group = area ? thematic.groupOf(area) : null;
      pointed.value = group ? { kind: by.peek(), code: group } : null;
      const row = group ? rowByCode.peek().get(group) : undefined;
      tip.hidden = !row;
      if (!row) return;
      const shown = row.measures[measure.peek()];
      tip.textContent = `${areaName(row)}  ${stateText(shown) ?? valueText(measure.peek(), shown.value)}`;
      tip.style.transform = `translate(${event.pixel[0]! + 14}px, ${event.pixel[1]! + 14}px)`;
    });
  });
  map.getTargetElement()?.addEventListener("pointerleave", () => {
    tip.hidden = true;
    pointed.value = null;
  });
}

export function OverviewMap() {
  const view = useMemo(() => makeView(town.peek()!.subdistrict.bbox), []);
  const thematic = useMemo(() => makeThematic(() => theme.peek()), []);
  const spots = useMemo(() => new VectorLayer({ source: new VectorSource() }), []);
  const sketch = useMemo(() => new VectorLayer({ source: new VectorSource() }), []);
  const tip = useRef<HTMLDivElement>(null);
  const { target, map } = useMap(
    view,
    () => ({
      coloured: [thematic.layer],
      borders: [thematic.borders],
      labels: [thematic.labels],
      marks: [spots, thematic.marks, sketch],
    }),
    t("map.label"),
  );

  useEffect(() => followView(view), [view]);
  useEffect(() => () => thematic.close(), []);
  useEffect(() => {
    if (map && tip.current) listen(map, thematic, tip.current);
  }, [map]);
  useSignalEffect(() => {
    const found = areaSource.value;
    if (found) thematic.setSource(found.source, found.groupOf);
  });
  useSignalEffect(() => {
    const rows = rowByCode.value,
      name = measure.value,
      shade = theme.value,
      level = by.value;
    const entries = new Map(
      [...rows].map(([code, row]) => [code, fillOf(name, entryOf(name, row.measures[name]), shade)]),
    );
    const nothing = fillOf(name, "no_data", shade);
    thematic.setFill(
      (group) => entries.get(group) ?? nothing,
      level === "micro-grid" ? (feature) => String(feature.get("code")).slice(-5) : undefined,
    );
  });
  useSignalEffect(() => {
    const source = spots.getSource() as VectorSource;
    source.clear(true);
    const wanted = measure.value === "group_renting_rate" && hotspots.value;
    if (wanted)
      source.addFeatures(
        featuresOf({ ...wanted, features: wanted.features.filter((f) => f.properties?.["significant"]) }),
      );
    spots.setStyle(areaStyle(hotspotFill(theme.value), 1.5));
  });
  useEffect(
    () =>
      effect(() => {
        void areaSource.value;
        const chosen = selection.value;
        const group = chosen?.kind === by.value ? chosen.code : null;
        thematic.choose(group, pointed.value?.kind === by.value ? pointed.value.code : null);
      }),
    [],
  );
  useEffect(
    () =>
      map
        ? effect(() => {
            const chosen = selection.value;
            if (chosen?.kind === by.peek() && areaSource.value) bringIntoSight(map, extentOf(thematic, chosen.code));
          })
        : undefined,
    [map],
  );
  useSignalEffect(() => {
    const source = sketch.getSource() as VectorSource;
    const chosen = selection.value;
    source.clear(true);
    source.changed();
    sketch.setStyle(placeStyle(theme.value));
    const layer = chosen?.kind === "building" ? "buildings" : chosen?.kind === "key-site" ? "key-sites" : null;
    if (layer && chosen)
      void placeFeature(layer, chosen.code).then(
        (found) => {
          if (found && selection.peek() === chosen) source.addFeature(found);
        },
        () => undefined,
      );
    if (drawn.value)
      source.addFeature(new Feature(new PolygonGeometry([drawn.value.ring.map((at) => fromLonLat(at))])));
  });

  return (
    <div class="map-box">
      <div class="map" ref={target} />
      <div class="map-tip" ref={tip} hidden />
      <div class="map-top-left">
        <Search map={map} />
        <Tools
          map={map}
          onWhole={() => {
            if (map) fitTown(map);
          }}
        />
      </div>
      <div class="map-bottom-left">
        <LayerPicker />
        <Legend
          measure={measure.value}
          counts={legendCounts(measure.value)}
          target={measure.value === "accuracy" ? "98%" : undefined}
        />
      </div>
    </div>
  );
}
