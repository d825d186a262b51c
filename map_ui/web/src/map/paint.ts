/** OpenLayers styles out of the palette; made once per colour and theme, patterns as small canvases. */

import type { ColorLike, PatternDescriptor } from "ol/colorlike";
import type { FeatureLike } from "ol/Feature";
import MultiPolygon from "ol/geom/MultiPolygon";
import Polygon from "ol/geom/Polygon";
import CircleMark from "ol/style/Circle";
import FillStyle from "ol/style/Fill";
import Icon from "ol/style/Icon";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { Theme } from "../store";
import { role, type Fill, type Pattern } from "./palette";

export const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif';

/** The pattern's tile, at the screen's own resolution; `ground` null leaves it see-through. */
export function patternTile(pattern: Pattern, ground: string | null, ratio = devicePixelRatio || 1): HTMLCanvasElement {
  const tile = document.createElement("canvas");
  const size = Math.round(pattern.spacing_px * ratio);
  tile.width = tile.height = size;
  const pen = tile.getContext("2d") as CanvasRenderingContext2D;
  if (ground) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
  }
  pen.fillStyle = pen.strokeStyle = pattern.colour;
  if (pattern.kind === "hatch") {
    pen.lineWidth = pattern.mark_px * ratio;
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift, size);
      pen.lineTo(shift + size, 0);
      pen.stroke();
    }
  } else {
    pen.beginPath();
    pen.arc(size / 2, size / 2, (pattern.mark_px * ratio) / 2, 0, 2 * Math.PI);
    pen.fill();
  }
  return tile;
}

function colourOf(fill: Fill): ColorLike | PatternDescriptor {
  if (!fill.pattern) return fill.colour;
  const pen = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
  return pen.createPattern(patternTile(fill.pattern, fill.colour), "repeat") as CanvasPattern;
}

const made = new Map<string, Style>();

export function areaStyle(fill: Fill, widthPx: number): Style {
  const { colour, outline, pattern } = fill; // asked 5,000 times a drawing: no JSON here
  const key = `${colour}|${outline}|${widthPx}|${pattern ? `${pattern.kind}${pattern.colour}${pattern.spacing_px}${pattern.mark_px}` : ""}`;
  let style = made.get(key);
  if (!style) {
    style = new Style({
      fill: new FillStyle({ color: colourOf(fill) }),
      ...(widthPx ? { stroke: new Stroke({ color: fill.outline, width: widthPx }) } : {}),
    });
    made.set(key, style);
  }
  return style;
}

export const lineStyle = (colour: string, width: number, dash?: number[]) =>
  new Style({ stroke: new Stroke({ color: colour, width, ...(dash ? { lineDash: dash } : {}) }) });

/** A chosen building, a site or a drawn polygon: ringed in the accent, seen on any colour. */
export function placeStyle(theme: Theme): Style[] {
  const accent = role("accent", theme),
    halo = role("halo", theme);
  const ring = (colour: string, width: number) =>
    new Style({
      stroke: new Stroke({ color: colour, width }),
      image: new CircleMark({ radius: 11, stroke: new Stroke({ color: colour, width }) }),
    });
  return [ring(halo, 6), ring(accent, 3)];
}

const labels = new Map<string, Style>();
const MOST_LABELS = 4000;

/** A name with a halo, drawn once: without a GPU, outlining Chinese letters again in every frame is what costs most. */
export function labelStyle(text: string, colour: string, halo: string, sizePx: number, weight = 400): Style {
  const ratio = devicePixelRatio || 1;
  const key = [text, colour, halo, sizePx, weight, ratio].join("|");
  let style = labels.get(key);
  if (!style) {
    if (labels.size >= MOST_LABELS) labels.clear();
    const image = new Icon({ img: labelImage(text, colour, halo, sizePx, weight, ratio), scale: 1 / ratio });
    style = new Style({ image, geometry: inside });
    labels.set(key, style);
  }
  return style;
}

/** Where a name stands: well inside its area, in each part of an area in parts. */
function inside(feature: FeatureLike) {
  const area = feature.getGeometry();
  if (area instanceof Polygon) return area.getInteriorPoint();
  return area instanceof MultiPolygon ? area.getInteriorPoints() : undefined;
}

function labelImage(text: string, colour: string, halo: string, sizePx: number, weight: number, ratio: number) {
  // A finished bitmap is stamped faster than a canvas, which the browser must first ask whether it has changed.
  const image = "OffscreenCanvas" in window ? new OffscreenCanvas(1, 1) : document.createElement("canvas");
  const pen = image.getContext("2d") as CanvasRenderingContext2D;
  const font = `${weight} ${sizePx}px ${FONT}`;
  pen.font = font;
  image.width = Math.ceil((pen.measureText(text).width + 6) * ratio);
  image.height = Math.ceil((sizePx * 1.3 + 6) * ratio);
  pen.scale(ratio, ratio); // a change of size resets the pen
  pen.font = font;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = halo;
  pen.fillStyle = colour;
  const [x, y] = [image.width / ratio / 2, image.height / ratio / 2];
  pen.strokeText(text, x, y);
  pen.fillText(text, x, y);
  return image instanceof HTMLCanvasElement ? image : image.transferToImageBitmap();
}

/** #rrggbb with an opacity. */
export function seeThrough(colour: string, opacity: number): string {
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, "0")
  );
}
