import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type OlMap from "ol/Map";
import type View from "ol/View";
import type BaseLayer from "ol/layer/Base";
import { printable } from "../shell/printing";
import { hidden, place, theme, town } from "../store";
import { makeBase, type Base } from "./base";
import { boxToExtent, makeMap } from "./create";
import { role } from "./palette";

const EDGE_PX = 28;
/** So much smaller may the town become to stand clear of the legend; beyond that the legend covers a corner of it. */
const WORTH = 1.25;

/** How far the boxes in the corners of the map reach into it: search and tools above, the legend below on the left. */
function corners(map: OlMap): { above: number; wide: number; high: number } {
  const target = map.getTargetElement();
  const frame = target?.closest(".month-maps") ?? target?.closest(".map-box");
  const height = (selector: string) => frame?.querySelector<HTMLElement>(selector)?.offsetHeight ?? 0;
  const wide = frame?.querySelector<HTMLElement>(".map-bottom-left")?.offsetWidth ?? 0;
  return { above: height(".map-top-left"), wide, high: height(".map-bottom-left") };
}

/** The whole town, clear of what stands in the corners: the town moves to the side where it loses least. */
export function fitTown(map: OlMap): void {
  const size = map.getSize();
  const box = town.peek()?.subdistrict.bbox;
  if (!size || !box) return;
  const view = map.getView(),
    extent = boxToExtent(box),
    { above, wide, high } = corners(map);
  const top = Math.max(EDGE_PX, above + 16);
  const choices = [
    [top, EDGE_PX, EDGE_PX, wide + 20],
    [top, EDGE_PX, high + 20, EDGE_PX],
    [top, EDGE_PX, EDGE_PX, EDGE_PX],
  ].map(([up, right, down, left]) => ({
    padding: [up, right, down, left] as [number, number, number, number],
    resolution: view.getResolutionForExtent(extent, [
      Math.max(80, size[0]! - left! - right!),
      Math.max(80, size[1]! - up! - down!),
    ]),
  }));
  const plain = choices[2]!.resolution;
  const best = choices.slice(0, 2).sort((a, b) => a.resolution - b.resolution)[0]!;
  view.fit(extent, { size, padding: best.resolution <= plain * WORTH ? best.padding : choices[2]!.padding });
}

/** A map in an element for as long as the component lives, on the town's ground, in the present theme. */
export function useMap(
  view: View,
  layers: () => { coloured: BaseLayer[]; borders: BaseLayer[]; labels: BaseLayer[]; marks: BaseLayer[] },
  label: string,
) {
  const target = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<OlMap | null>(null);
  useEffect(() => {
    const element = target.current as HTMLDivElement;
    const base: Base = makeBase(theme.peek());
    const { coloured, borders, labels, marks } = layers();
    // Of names that collide, those of the later layer stay: committees before grids.
    const made = makeMap(
      element,
      view,
      [
        ...base.under,
        ...coloured,
        ...base.over,
        ...borders,
        base.committees,
        base.sites,
        ...labels,
        base.names,
        ...marks,
      ],
      label,
    );
    const stop = effect(() => {
      base.paint(theme.value);
      element.style.background = role("ground", theme.value);
      made.getLayers().forEach((layer) => layer.changed());
    });
    const stopShowing = effect(() => base.show(hidden.value));
    if (!place.peek()) fitTown(made);
    const watcher = new ResizeObserver(() => made.updateSize());
    watcher.observe(element);
    setMap(made);
    const forget = printable(made);
    return () => {
      forget();
      stop();
      stopShowing();
      watcher.disconnect();
      made.setTarget(undefined);
      // Sources are shared and outlive the map; what still listened to them would too.
      for (const layer of made.getAllLayers()) layer.setSource(null);
      made.dispose();
    };
  }, []);
  return { target, map };
}
