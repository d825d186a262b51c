/** Printing in two steps: lay the sheet out, wait until maps are drawn at that size, then ask the browser. */

import { signal } from "@preact/signals";
import type OlMap from "ol/Map";

/** While true, tables show every row and maps have the size of the sheet. */
export const printing = signal(false);

const maps = new Set<OlMap>();

export function printable(map: OlMap): () => void {
  maps.add(map);
  return () => void maps.delete(map);
}

const drawn = (map: OlMap) =>
  new Promise<void>((done) => {
    const late = setTimeout(done, 1500); // a map without anything to draw never says that it is complete
    map.once("rendercomplete", () => {
      clearTimeout(late);
      done();
    });
    map.renderSync();
  });

/** The same extent as on the screen, at the sheet's size; afterwards everything as it was. */
export async function printSheet(): Promise<void> {
  if (printing.peek()) return;
  const views = [...maps].map((map) => ({
    map,
    extent: map.getView().calculateExtent(map.getSize()),
    centre: map.getView().getCenter(),
    resolution: map.getView().getResolution(),
  }));
  printing.value = true;
  document.documentElement.setAttribute("data-printing", "");
  await new Promise<void>((laid) => requestAnimationFrame(() => requestAnimationFrame(() => laid())));
  for (const { map, extent } of views) {
    map.updateSize();
    const size = map.getSize();
    if (size) map.getView().fit(extent, { size });
  }
  await Promise.all(views.map(({ map }) => drawn(map)));
  window.addEventListener(
    "afterprint",
    () => {
      printing.value = false;
      document.documentElement.removeAttribute("data-printing");
      for (const { map, centre, resolution } of views) {
        if (centre) map.getView().setCenter(centre);
        map.getView().setResolution(resolution);
      }
    },
    { once: true },
  );
  window.print();
}
