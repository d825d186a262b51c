/** Painting: plots of neighbours go to the chosen grid, seen at once, asked of the server when the button is let go. */

import type OlMap from "ol/Map";
import type Feature from "ol/Feature";
import type VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import DragPan from "ol/interaction/DragPan";
import Style from "ol/style/Style";
import FillStyle from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import { role } from "../../map/palette";
import { seeThrough } from "../../map/paint";
import { register } from "../../shell/keys";
import { complain } from "../../shell/notices";
import { theme } from "../../store";
import type { OpenDraft } from "./draft";

export function paint(
  map: OlMap,
  open: OpenDraft,
  code: string,
  layer: VectorLayer<VectorSource>,
  back: () => void,
): () => void {
  const target = map.getTargetElement() as HTMLElement;
  const sketch = layer.getSource() as VectorSource;
  const taken = new Map<number, Feature>();
  let plots: VectorSource | null = null;
  let pressed = false;
  let ended = false;
  const pans = map
    .getInteractions()
    .getArray()
    .filter((i) => i instanceof DragPan);
  const read = () => open.plots().then((source) => void (plots = source), complain);
  void read();
  for (const pan of pans) pan.setActive(false);
  const accent = role("accent", theme.peek());
  layer.setStyle(
    new Style({
      fill: new FillStyle({ color: seeThrough(accent, 0.45) }),
      stroke: new Stroke({ color: accent, width: 1.5 }),
    }),
  );
  target.classList.add("drawing");
  const cross = document.createElement("div");
  cross.className = "crosshair";
  target.append(cross);

  function touch(coordinate: number[] | undefined): void {
    const plot = coordinate ? (plots?.getFeaturesAtCoordinate(coordinate)[0] as Feature | undefined) : undefined;
    const id = plot ? Number(plot.get("plot_id")) : NaN;
    if (!plot || taken.has(id) || plot.get("grid_code") === code) return;
    taken.set(id, plot);
    sketch.addFeature(plot.clone());
  }
  async function commit(): Promise<void> {
    pressed = false;
    if (!taken.size) return;
    const plot_ids = [...taken.keys()];
    taken.clear();
    await open.run("paint", { to: code, plots: plot_ids });
    sketch.clear(true);
    sketch.changed();
    if (!ended) await read();
  }
  const down = (event: PointerEvent) => {
    if (event.button === 0) {
      pressed = true;
      touch(map.getEventCoordinate(event));
    }
  };
  const move = (event: PointerEvent) => {
    if (pressed) touch(map.getEventCoordinate(event));
  };
  const up = () => {
    if (pressed) void commit();
  };
  const viewport = map.getViewport() as HTMLElement;
  viewport.addEventListener("pointerdown", down);
  viewport.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  const leaveKeys = register(
    {
      keys: "space",
      label: "tool.key.paint",
      run: () => {
        touch(map.getView().getCenter());
        void commit();
      },
    },
    { keys: "escape", label: "draw.key.stop", run: back },
  );
  target.focus({ preventScroll: true });
  return () => {
    ended = true;
    viewport.removeEventListener("pointerdown", down);
    viewport.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    for (const pan of pans) pan.setActive(true);
    leaveKeys();
    cross.remove();
    target.classList.remove("drawing");
    sketch.clear();
  };
}
