/** Vector tiles, loaded only by towns that need them. */

import MVT from "ol/format/MVT";
import VectorTileLayer from "ol/layer/VectorTile";
import VectorTileSource from "ol/source/VectorTile";
import { createXYZ } from "ol/tilegrid";

interface Options {
  url: string;
  tilesFrom: number;
  tilesTo: number;
  minZoom: number;
}

export function makeTileLayer({ url, tilesFrom, tilesTo, minZoom }: Options): VectorTileLayer {
  return new VectorTileLayer({
    minZoom,
    source: new VectorTileSource({
      format: new MVT(),
      url,
      tileGrid: createXYZ({ tileSize: 512, minZoom: tilesFrom, maxZoom: tilesTo }),
      overlaps: false,
    }),
  });
}
