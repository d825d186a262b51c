/** Printing in two steps: lay the sheet out, wait until maps are drawn at that size, then ask the browser. */

import { signal } from "@preact/signals";
import type OlMap from "ol/Map";
import { timeText } from "../format";
import { t } from "../words";

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

/** A string as CSS writes it. */
const quoted = (text: string) => `"${text.replace(/["\\\n]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}"`;

/** Release, time and page number in the margin of every sheet, where the browser can; without a style in the page. */
function footEveryPage(release: string): () => void {
  const [before = "", between = "", after = ""] = t("print.page").split(/\{page\}|\{pages\}/);
  const made = [release, t("print.made", { time: timeText(new Date(), true) })].filter(Boolean).join(" · ");
  const type = 'font: 8pt "Microsoft YaHei","Noto Sans CJK SC",sans-serif; vertical-align: top; padding-top: 2mm;';
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`@page {
      @bottom-left { content: ${quoted(made)}; white-space: nowrap; ${type} }
      @bottom-right { content: ${quoted(before)} counter(page) ${quoted(between)} counter(pages) ${quoted(after)}; white-space: nowrap; ${type} }
    }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => void (document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet));
  } catch {
    return () => undefined; // an older browser prints the foot once, at the end
  }
}

/** The same extent as on the screen, at the sheet's size; afterwards everything as it was. */
export async function printSheet(release = ""): Promise<void> {
  if (printing.peek()) return;
  const takeFootAway = footEveryPage(release);
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
      takeFootAway();
      for (const { map, centre, resolution } of views) {
        if (centre) map.getView().setCenter(centre);
        map.getView().setResolution(resolution);
      }
    },
    { once: true },
  );
  window.print();
}
