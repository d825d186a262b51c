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

/** The whole town, clear of the legend in the corner. */
export function fitTown(map: OlMap): void {
  const size = map.getSize();
  const box = town.peek()?.subdistrict.bbox;
  if (size && box) map.getView().fit(boxToExtent(box), { size, padding: [28, 28, 28, 28] });
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
      made.dispose();
    };
  }, []);
  return { target, map };
}
