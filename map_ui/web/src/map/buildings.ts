/** Buildings: read whole in a small town, as vector tiles in a large one; both are clicked and ringed alike. */

import type Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import LayerGroup from "ol/layer/Group";
import VectorLayer from "ol/layer/Vector";
import type VectorTileLayer from "ol/layer/VectorTile";
import VectorSource from "ol/source/Vector";
import type Style from "ol/style/Style";
import { countPlaces, readPlace } from "../api/endpoints";
import { layerSource } from "./sources";

/** Above this many a plain office computer draws tiles more lightly than one list. */
const MANY = 8000;
const TILES = "/ogc/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt";
/** Below it the server counts buildings on squares instead of sending them. */
const FIRST_ZOOM = 14;
const LAST_ZOOM = 17;

let large: Promise<boolean> | null = null;
export function areMany(): Promise<boolean> {
  large ??= countPlaces("buildings").then(
    (n) => n > MANY,
    () => {
      large = null; // ask again next time; until then the whole list serves
      return false;
    },
  );
  return large;
}

export async function tileLayer(minZoom: number): Promise<VectorTileLayer> {
  const { makeTileLayer } = await import("./tiles");
  return makeTileLayer({ url: TILES, tilesFrom: FIRST_ZOOM, tilesTo: LAST_ZOOM, minZoom });
}

export interface Buildings {
  group: LayerGroup;
  setStyle: (style: Style) => void;
  setVisible: (visible: boolean) => void;
}

/** Nothing is asked for until buildings come into sight. */
export function makeBuildings(minZoom: number): Buildings {
  let style: Style | null = null;
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    fill().catch(() => void (asked = false));
  };
  const first = new VectorLayer({ source: new VectorSource({ loader: ask }), minZoom, updateWhileInteracting: true });
  const group = new LayerGroup({ layers: [first] });
  let shown: VectorLayer<VectorSource> | VectorTileLayer = first;
  first.set("name", "buildings");

  async function fill(): Promise<void> {
    if (!(await areMany())) {
      first.setSource(await layerSource("buildings"));
      return;
    }
    shown = await tileLayer(minZoom);
    shown.set("name", "buildings");
    if (style) shown.setStyle(style);
    group.getLayers().setAt(0, shown);
  }

  return {
    group,
    setStyle: (next) => {
      style = next;
      shown.setStyle(next);
    },
    setVisible: (visible) => group.setVisible(visible),
  };
}

const format = new GeoJSON({ featureProjection: "EPSG:3857" });

/** One building or key site to be ringed, without reading 200,000 others. */
export async function placeFeature(layer: "buildings" | "key-sites", code: string): Promise<Feature | null> {
  if (layer === "buildings" && (await areMany())) {
    const found = await readPlace(layer, code);
    return found.geometry ? (format.readFeature(found) as Feature) : null;
  }
  return ((await layerSource(layer)).getFeatureById(code) as Feature | null)?.clone() ?? null;
}
