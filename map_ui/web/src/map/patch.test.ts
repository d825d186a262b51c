import Feature from "ol/Feature";
import MultiPolygon from "ol/geom/MultiPolygon";
import type VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import type Style from "ol/style/Style";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makePatch, type Patch } from "./patch";
import type { Fill } from "./palette";

const fill = (colour: string): Fill => ({ colour, outline: "#000", pattern: null });

/** A square of one unit in column `x`, known by its code. */
function area(code: string, x: number): Feature {
  const made = new Feature({
    code,
    geometry: new MultiPolygon([
      [
        [
          [x, 0],
          [x + 1, 0],
          [x + 1, 1],
          [x, 1],
          [x, 0],
        ],
      ],
    ]),
  });
  made.setId(code);
  return made;
}

let edited: VectorSource, picture: VectorSource, patch: Patch;
const drawnAnew = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  drawnAnew.mockClear();
  edited = new VectorSource({ features: [area("a", 0), area("b", 1), area("c", 2)] });
  const image = { setSource: (source: VectorSource) => void (picture = source), changed: drawnAnew };
  patch = makePatch(edited, [image as unknown as VectorImageLayer<VectorSource>], () => "light");
});
afterEach(() => {
  patch.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const codes = (source: VectorSource | null) => (source?.getFeatures() ?? []).map((f) => String(f.get("code"))).sort();
const patched = () => codes(patch.fills.getSource());
const erased = () => codes(patch.erasers.getSource());
const of = (code: string) => edited.getFeatureById(code) as Feature;

test("what is there at the start is in the image, and nothing lies over it", () => {
  expect(codes(picture)).toEqual(["a", "b", "c"]);
  expect([patched(), erased()]).toEqual([[], []]);
});

test("a new area lies over the image at once and is in it when the hand rests", () => {
  edited.addFeature(area("d", 3));
  expect(patched()).toEqual(["d"]);
  expect(codes(picture)).toEqual(["a", "b", "c"]);
  vi.advanceTimersByTime(699);
  expect(drawnAnew).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(drawnAnew).toHaveBeenCalledTimes(1);
  expect(codes(picture)).toEqual(["a", "b", "c", "d"]);
  expect(patched()).toEqual([]);
});

test("borders of an area that is gone are painted over until the image is drawn anew", () => {
  edited.removeFeature(of("b"));
  expect(erased()).toEqual(["b"]);
  vi.runAllTimers();
  expect(codes(picture)).toEqual(["a", "c"]);
  expect(erased()).toEqual([]);
});

test("an area that is changed keeps its code: the old shape is painted over and the new one lies above", () => {
  edited.removeFeature(of("b"));
  edited.addFeature(area("b", 5));
  expect([patched(), erased()]).toEqual([["b"], ["b"]]);
  vi.runAllTimers();
  expect(codes(picture)).toEqual(["a", "b", "c"]);
  expect(picture.getFeatureById("b")).toBe(of("b"));
});

test("an area that came and went before the image was drawn leaves no trace", () => {
  edited.addFeature(area("d", 3));
  edited.removeFeature(of("d"));
  expect([patched(), erased()]).toEqual([[], []]);
  vi.runAllTimers();
  expect(codes(picture)).toEqual(["a", "b", "c"]);
});

test("the shape changed twice is painted over once: only what the image shows is erased", () => {
  const shown = of("b");
  for (const x of [5, 6]) {
    edited.removeFeature(of("b"));
    edited.addFeature(area("b", x));
  }
  expect(patch.erasers.getSource()?.getFeatures()).toEqual([shown]);
  expect(patched()).toEqual(["b"]);
});

test("however long somebody goes on editing, the image is no older than four seconds", () => {
  for (let n = 0; n < 9; n++) {
    edited.addFeature(area(`n${n}`, 10 + n));
    vi.advanceTimersByTime(500);
  }
  expect(drawnAnew).toHaveBeenCalledTimes(1);
  expect(codes(picture)).toContain("n7");
});

test("only areas whose colour changed lie over the image, in their new colour", () => {
  const before = () => fill("#111");
  const now = (code: string) => fill(code === "b" ? "#222" : "#111");
  patch.recolour(before, now);
  expect(patched()).toEqual(["b"]);
  const style = patch.fills.getStyle() as unknown as (feature: Feature) => Style | undefined;
  expect(style(of("b"))?.getFill()?.getColor()).toBe("#222");
  vi.runAllTimers();
  expect(drawnAnew).toHaveBeenCalledTimes(1);
  patch.recolour(now, now);
  expect(patched()).toEqual([]);
});

test("an area without a colour is not filled, and its border is not painted over with one", () => {
  patch.recolour(
    () => fill("#111"),
    () => null,
  );
  expect(patched()).toEqual(["a", "b", "c"]);
  const fills = patch.fills.getStyle() as unknown as (feature: Feature) => Style | undefined;
  const erasers = patch.erasers.getStyle() as unknown as (feature: Feature) => Style | undefined;
  expect(fills(of("a"))).toBeUndefined();
  expect(erasers(of("a"))).toBeUndefined();
});

test("a border that is gone takes the colour of the ground that is there now", () => {
  patch.recolour(
    () => null,
    (code) => (code === "a" ? fill("#333") : null),
  );
  const old = of("b");
  edited.removeFeature(old);
  const wider = area("a", 0);
  (wider.getGeometry() as MultiPolygon).scale(4, 1, [0, 0]);
  edited.removeFeature(of("a"));
  edited.addFeature(wider);
  const erasers = patch.erasers.getStyle() as unknown as (feature: Feature) => Style | undefined;
  expect(erasers(old)?.getStroke()?.getColor()).toBe("#333");
});

test("a new colour for very many areas is a new image at once, not a patch of everything", () => {
  edited.addFeatures(Array.from({ length: 600 }, (_, n) => area(`m${n}`, 10 + n)));
  vi.runAllTimers();
  drawnAnew.mockClear();
  patch.recolour(
    () => fill("#111"),
    () => fill("#222"),
  );
  expect(drawnAnew).toHaveBeenCalledTimes(1);
  expect(patched()).toEqual([]);
});

test("when everything is read anew the image is drawn at once, and nothing is painted over", async () => {
  edited.clear();
  edited.addFeatures([area("x", 0), area("y", 1)]);
  await Promise.resolve();
  expect(codes(picture)).toEqual(["x", "y"]);
  expect([patched(), erased()]).toEqual([[], []]);
  edited.addFeature(area("z", 2));
  expect(patched()).toEqual(["z"]);
});

test("once closed it hears no more edits and draws nothing more", () => {
  edited.addFeature(area("d", 3));
  patch.close();
  edited.addFeature(area("e", 4));
  vi.runAllTimers();
  expect(drawnAnew).not.toHaveBeenCalled();
  expect(patched()).toEqual(["d"]);
});
