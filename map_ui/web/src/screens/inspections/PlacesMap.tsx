import { useEffect, useMemo } from "preact/hooks";
import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { LonLat } from "../../api/types";
import { bringIntoSight, followView, makeView, toMap } from "../../map/create";
import { role } from "../../map/palette";
import { useMap } from "../../map/useMap";
import { theme, town, type Theme } from "../../store";
import { t } from "../../words";

export interface Mark {
  code: string;
  point: LonLat;
  label: string;
  /** How much it stands out: faint places, ordinary ones, chosen ones. */
  tone: "faint" | "plain" | "strong";
}
export interface Line {
  team: string;
  points: LonLat[];
}

const DASHES = [undefined, [8, 5], [2, 5], [12, 4, 2, 4]];

function markStyle(mark: Mark, chosen: boolean, shade: Theme): Style {
  const strong = mark.tone === "strong" || chosen;
  return new Style({
    zIndex: chosen ? 3 : strong ? 2 : 1,
    image: new CircleStyle({
      radius: mark.tone === "faint" ? 4 : strong ? 10 : 7,
      fill: new Fill({ color: strong ? role("accent", shade) : role("raised", shade) }),
      stroke: new Stroke({ color: chosen ? role("ink", shade) : role("accent", shade), width: chosen ? 3 : 1.5 }),
    }),
    ...(strong && mark.label
      ? {
          text: new Text({
            text: mark.label,
            font: "600 11px sans-serif",
            fill: new Fill({ color: role("on_accent", shade) }),
          }),
        }
      : {}),
  });
}

/** Places on the town's ground; a click chooses one. Routes are straight hints of the order, told apart by their dashes. */
export function PlacesMap({
  marks,
  lines,
  chosen,
  onChoose,
}: {
  marks: Mark[];
  lines: Line[];
  chosen: string | null;
  onChoose: (code: string) => void;
}) {
  const view = useMemo(() => makeView(town.peek()!.subdistrict.bbox), []);
  const layer = useMemo(() => new VectorLayer({ source: new VectorSource() }), []);
  const { target, map } = useMap(
    view,
    () => ({ coloured: [], borders: [], labels: [], marks: [layer] }),
    t("map.label"),
  );
  useEffect(() => followView(view), [view]);
  const shade = theme.value;
  useEffect(() => {
    const drawn = lines.map(({ points }, k) => {
      const feature = new Feature(new LineString(points.map(toMap)));
      const dash = DASHES[k % DASHES.length];
      feature.setStyle(
        new Style({
          stroke: new Stroke({ color: role("accent", shade), width: 2.5, ...(dash ? { lineDash: dash } : {}) }),
        }),
      );
      return feature as Feature;
    });
    const dots = marks.map((mark) => {
      const feature = new Feature({ geometry: new Point(toMap(mark.point)), code: mark.code });
      feature.setStyle(markStyle(mark, mark.code === chosen, shade));
      return feature as Feature;
    });
    const source = layer.getSource()!;
    source.clear();
    source.addFeatures([...drawn, ...dots]);
  }, [marks, lines, chosen, shade]);
  useEffect(() => {
    const at = map && chosen && marks.find((m) => m.code === chosen);
    if (at) bringIntoSight(map, new Point(toMap(at.point)).getExtent());
  }, [map, chosen]);
  useEffect(() => {
    map?.on("singleclick", (event) => {
      const code = map.forEachFeatureAtPixel(event.pixel, (f) => f.get("code") as string | undefined, {
        layerFilter: (l) => l === layer,
        hitTolerance: 4,
      });
      if (code) onChoose(code);
    });
  }, [map]);
  return (
    <div class="map-box">
      <div class="map" ref={target} />
    </div>
  );
}
