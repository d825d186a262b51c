/** OpenLayers styles out of the palette; made once per colour and theme, patterns as small canvases. */

import type { ColorLike, PatternDescriptor } from "ol/colorlike";
import CircleMark from "ol/style/Circle";
import FillStyle from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
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
  const key = JSON.stringify([fill, widthPx]);
  let style = made.get(key);
  if (!style) {
    style = new Style({
      fill: new FillStyle({ color: colourOf(fill) }),
      stroke: new Stroke({ color: fill.outline, width: widthPx }),
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

export function labelStyle(colour: string, halo: string, sizePx: number, weight = 400): Style {
  return new Style({
    text: new Text({
      font: `${weight} ${sizePx}px ${FONT}`,
      fill: new FillStyle({ color: colour }),
      stroke: new Stroke({ color: halo, width: 3 }),
      overflow: false,
    }),
  });
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
