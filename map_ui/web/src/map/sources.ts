/** Layers of the town as vector sources, read once per version and shared by every map on the screen. */

import GeoJSON from "ol/format/GeoJSON";
import type Feature from "ol/Feature";
import VectorSource from "ol/source/Vector";
import type { FeatureCollection } from "geojson";
import { readLayer } from "../api/endpoints";

const format = new GeoJSON({ featureProjection: "EPSG:3857" });
const kept = new Map<string, Promise<VectorSource>>();

export function featuresOf(collection: FeatureCollection): Feature[] {
  const features = format.readFeatures(collection) as Feature[];
  for (const feature of features) feature.setId(feature.get("code") ?? feature.get("plot_id") ?? feature.getId());
  return features;
}

/** `overlaps` false: areas that tile the ground are painted many at a time. */
export function sourceOf(collection: FeatureCollection, overlaps = true): VectorSource {
  return new VectorSource({ features: featuresOf(collection), overlaps });
}

const TILING = new Set(["micro-grids", "committees"]);

export function layerSource(id: string, version?: number | null, month?: string | null): Promise<VectorSource> {
  const key = `${id}@${version ?? ""}@${month ?? ""}`;
  let source = kept.get(key);
  if (!source) {
    source = readLayer(id, version, month).then((found) => sourceOf(found, !TILING.has(id)));
    source.catch(() => kept.delete(key)); // a failure is not remembered
    kept.set(key, source);
  }
  return source;
}

/** After a publication or a load the layers are read again. */
export function forgetSources(): void {
  kept.clear();
}
