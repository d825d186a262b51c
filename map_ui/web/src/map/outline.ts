/** A drawing of areas as one SVG path, for small pictures without a map. */

import type { FeatureCollection, Position } from "geojson";

function ringsOf(collection: FeatureCollection): Position[][] {
  const rings: Position[][] = [];
  for (const { geometry } of collection.features) {
    if (geometry?.type === "Polygon") rings.push(...geometry.coordinates);
    else if (geometry?.type === "MultiPolygon") for (const polygon of geometry.coordinates) rings.push(...polygon);
  }
  return rings;
}

/** Fitted into width × height with equal metres on both axes at the town's latitude, north up. */
export function outlinePath(collection: FeatureCollection, width: number, height: number, margin = 6): string {
  const rings = ringsOf(collection);
  let west = Infinity,
    south = Infinity,
    east = -Infinity,
    north = -Infinity;
  for (const ring of rings)
    for (const [lon, lat] of ring as [number, number][]) {
      west = Math.min(west, lon);
      east = Math.max(east, lon);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    }
  if (!rings.length || !Number.isFinite(west)) return "";
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(
    (width - 2 * margin) / ((east - west) * narrow || 1),
    (height - 2 * margin) / (north - south || 1),
  );
  const left = (width - (east - west) * narrow * scale) / 2,
    top = (height - (north - south) * scale) / 2;
  const at = ([lon, lat]: Position) =>
    `${(left + ((lon as number) - west) * narrow * scale).toFixed(1)} ${(top + (north - (lat as number)) * scale).toFixed(1)}`;
  return rings.map((ring) => `M${ring.map(at).join("L")}Z`).join("");
}
