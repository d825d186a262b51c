/** What the overview shows: figures of the month, kept per question so that a month once seen is there at once. */

import { computed, effect, signal } from "@preact/signals";
import type Feature from "ol/Feature";
import type VectorSource from "ol/source/Vector";
import type { FeatureCollection } from "geojson";
import { readArea, readHotspots, readIndicators } from "../../api/endpoints";
import type { AreaFigures, By, Indicators, Row } from "../../api/types";
import { layerSource } from "../../map/sources";
import { by, measure, month, selection, shownVersion, town } from "../../store";

export const indicators = signal<Indicators | null>(null);
export const before = signal<Indicators | null>(null);
export const figuresTrouble = signal<unknown>(null);
export const areaSource = signal<{ source: VectorSource; groupOf?: (feature: Feature) => string } | null>(null);
export const hotspots = signal<FeatureCollection | null>(null);
export const drawn = signal<{ ring: [number, number][]; figures: AreaFigures } | null>(null);

const kept = new Map<string, Promise<Indicators>>();

export function figuresOf(m: string, level: By, version: number | null): Promise<Indicators> {
  const key = `${m}|${level}|${version ?? ""}`;
  let answer = kept.get(key);
  if (!answer) {
    answer = readIndicators(m, level, version);
    answer.catch(() => kept.delete(key));
    kept.set(key, answer);
    if (kept.size > 60) kept.delete(kept.keys().next().value as string);
  }
  return answer;
}

export function forgetFigures(): void {
  kept.clear();
}

export function monthBefore(m: string): string | null {
  const months = town.peek()?.months ?? [];
  return months[months.indexOf(m) - 1] ?? null;
}

/** The months beside the one on the screen, read while nobody waits: a step in time then shows at once. */
function readAhead(m: string, level: By, version: number | null, wanted: () => boolean): void {
  const months = town.peek()?.months ?? [];
  const at = months.indexOf(m);
  const near = [months[at + 1], months[at - 2]].filter((x): x is string => Boolean(x));
  window.setTimeout(async () => {
    for (const next of near) if (wanted()) await figuresOf(next, level, version).catch(() => undefined);
  }, 400);
}

/** Keep figures and shapes in step with what is chosen; the latest question wins. */
export function followChoices(): () => void {
  const stopFigures = effect(() => {
    const m = month.value,
      level = by.value,
      version = shownVersion.value?.id ?? null;
    if (!m || !town.value) return;
    const wanted = () => month.peek() === m && by.peek() === level && (shownVersion.peek()?.id ?? null) === version;
    const earlier = monthBefore(m);
    figuresTrouble.value = null;
    figuresOf(m, level, version).then(
      (found) => {
        if (!wanted()) return;
        indicators.value = found;
        readAhead(m, level, version, wanted);
      },
      (error: unknown) => {
        if (wanted()) figuresTrouble.value = error;
      },
    );
    if (earlier)
      figuresOf(earlier, level, version).then(
        (found) => {
          if (wanted()) before.value = found;
        },
        () => {
          if (wanted()) before.value = null;
        },
      );
    else before.value = null;
  });
  const stopShapes = effect(() => {
    const level = by.value,
      version = shownVersion.value?.id ?? null;
    if (!town.value) return;
    const wanted = () => by.peek() === level && (shownVersion.peek()?.id ?? null) === version;
    const group =
      level === "zone" || level === "station" ? { groupOf: (feature: Feature) => String(feature.get(level)) } : {};
    const layer = level === "micro-grid" ? "micro-grids" : level === "cell" ? "cells" : "committees";
    layerSource(layer, level === "micro-grid" ? version : null).then(
      (source) => {
        if (wanted()) areaSource.value = { source, ...group };
      },
      (error: unknown) => void (figuresTrouble.value = error),
    );
  });
  const stopHotspots = effect(() => {
    const m = month.value;
    if (measure.value !== "group_renting_rate" || !town.value) return;
    readHotspots(m).then(
      (found) => {
        if (month.peek() === m) hotspots.value = found;
      },
      () => void (hotspots.value = null),
    );
  });
  let drawnFor = month.peek();
  const stopDrawn = effect(() => {
    const m = month.value,
      polygon = drawn.peek();
    if (!polygon || m === drawnFor) {
      drawnFor = m;
      return;
    }
    drawnFor = m;
    readArea({ type: "Polygon", coordinates: [polygon.ring] }, m).then(
      (figures) => {
        if (drawn.peek()?.ring === polygon.ring && month.peek() === m) drawn.value = { ring: polygon.ring, figures };
      },
      () => void (drawn.value = null),
    );
  });
  return () => {
    stopDrawn();
    stopFigures();
    stopShapes();
    stopHotspots();
  };
}

export const rowByCode = computed(() => new Map((indicators.value?.rows ?? []).map((row) => [row.code, row])));

/** What the headline speaks of: the drawn polygon, the chosen area, or the town. */
export const scope = computed<{ row: Row; kind: string } | null>(() => {
  if (drawn.value) return { row: drawn.value.figures, kind: "drawn" };
  const chosen = selection.value;
  const row = chosen && chosen.kind === by.value ? rowByCode.value.get(chosen.code) : undefined;
  if (row) return { row, kind: by.value };
  return indicators.value ? { row: indicators.value.total, kind: "subdistrict" } : null;
});

export const rowBefore = computed<Row | null>(() => {
  const now = scope.value;
  if (!now || now.kind === "drawn") return null;
  if (now.kind === "subdistrict") return before.value?.total ?? null;
  return before.value?.rows.find((row) => row.code === now.row.code) ?? null;
});
