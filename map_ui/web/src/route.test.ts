import { expect, test } from "vitest";
import { readPlace, readRoute, writePlace, writeRoute } from "./route";

test("a written link is read back as it was", () => {
  const route = {
    screen: "boundaries" as const,
    item: "12",
    query: { m: "2026-03", sel: "micro-grid:31019900100301", at: "121.49000,31.17000,14.50" },
  };
  expect(readRoute(writeRoute(route))).toEqual(route);
});

test("links stay readable", () => {
  expect(
    writeRoute({
      screen: "overview",
      item: null,
      query: { at: "121.5,31.2,13", sel: "committee:310199001002", by: "" },
    }),
  ).toBe("#/overview?at=121.5,31.2,13&sel=committee:310199001002");
});

test("an unknown screen or an empty address opens the overview", () => {
  expect(readRoute("#/nowhere?m=2026-01")).toEqual({ screen: "overview", item: null, query: { m: "2026-01" } });
  expect(readRoute("").screen).toBe("overview");
});

test("a place that cannot be on a map is ignored", () => {
  expect(readPlace("121.5,31.2,13")).toEqual({ lon: 121.5, lat: 31.2, zoom: 13 });
  for (const text of ["", "121.5,31.2", "x,y,z", "31.2,121.5,13", undefined]) expect(readPlace(text)).toBeNull();
  expect(writePlace({ lon: 121.4912345, lat: 31.17, zoom: 14 })).toBe("121.49123,31.17000,14.00");
});
