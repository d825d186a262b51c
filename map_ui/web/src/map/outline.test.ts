import { expect, test } from "vitest";
import type { FeatureCollection } from "geojson";
import { outlinePath } from "./outline";

const square = (size: number): FeatureCollection => ({
  type: "FeatureCollection",
  features: [
    {
      type: "Feature",
      properties: {},
      geometry: {
        type: "Polygon",
        coordinates: [
          [
            [0, 0],
            [size, 0],
            [size, size],
            [0, size],
            [0, 0],
          ],
        ],
      },
    },
  ],
});

test("a square at the equator fills the picture, north up", () => {
  expect(outlinePath(square(0.001), 100, 100, 0)).toBe("M0.0 100.0L100.0 100.0L100.0 0.0L0.0 0.0L0.0 100.0Z");
});

test("nothing to draw is an empty path, not a broken one", () => {
  expect(outlinePath({ type: "FeatureCollection", features: [] }, 100, 100)).toBe("");
});
