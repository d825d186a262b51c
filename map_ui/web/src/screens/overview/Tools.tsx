import { useEffect, useRef, useState } from "preact/hooks";
import type OlMap from "ol/Map";
import { readArea } from "../../api/endpoints";
import type { LonLat } from "../../api/types";
import { draw } from "../../map/drawing";
import { keyCap, useShortcuts } from "../../shell/keys";
import { announce, complain, tell } from "../../shell/notices";
import { printSheet } from "../../shell/printing";
import { measure, month, selection } from "../../store";
import { t } from "../../words";
import { dayText } from "../../format";
import { drawn, indicators } from "./data";
import { valueText } from "./Headline";

function print(): void {
  const asOf = indicators.peek()?.as_of;
  void printSheet(asOf ? t("print.unreleased", { day: dayText(asOf) }) : "");
}

/** Draw a polygon and read its figures; print; copy the link of what is on the screen. */
export function Tools({ map, onWhole }: { map: OlMap | null; onWhole: () => void }) {
  const [drawing, setDrawing] = useState(false);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);

  function ask(ring: LonLat[]): void {
    readArea({ type: "Polygon", coordinates: [ring] }, month.peek()).then((figures) => {
      selection.value = null;
      drawn.value = { ring, figures };
      announce(
        `${t("area.drawn")} ${t(`measure.${measure.peek()}`)} ${valueText(measure.peek(), figures.measures[measure.peek()].value)}`,
      );
    }, complain);
  }

  function begin(): void {
    if (!map) return;
    if (stop.current) {
      stop.current();
      return;
    }
    setDrawing(true);
    stop.current = draw(map, {
      kind: "Polygon",
      onDone: ask,
      onStop: () => {
        stop.current = null;
        setDrawing(false);
      },
    });
  }

  async function copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      tell(t("overview.link.copied"));
    } catch {
      tell(location.href); // no clipboard without https: show it instead
    }
  }

  useShortcuts(
    () => [
      { keys: "g", label: "overview.draw", run: begin },
      { keys: "home", label: "overview.whole_town", run: onWhole },
      { keys: "ctrl+p", label: "action.print", run: print },
    ],
    [map],
  );

  return (
    <div class="map-tools floating">
      <button type="button" aria-pressed={drawing} onClick={begin}>
        {t("overview.draw")}
        <kbd>{keyCap("g")}</kbd>
      </button>
      <button type="button" onClick={onWhole}>
        {t("overview.whole_town")}
      </button>
      <button type="button" onClick={print}>
        {t("action.print")}
      </button>
      <button type="button" onClick={() => void copyLink()}>
        {t("overview.link")}
      </button>
    </div>
  );
}
