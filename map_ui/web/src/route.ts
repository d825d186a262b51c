/** Deep links: everything that a view is made of stands in the address, and a link restores it. */

export type ScreenName = "overview" | "boundaries" | "review" | "inspections" | "register" | "administration";
export const SCREEN_NAMES: ScreenName[] = [
  "overview",
  "boundaries",
  "review",
  "inspections",
  "register",
  "administration",
];

export interface Route {
  screen: ScreenName;
  /** What comes after the screen: a draft's number, an inspection's. */
  item: string | null;
  query: Record<string, string>;
}

export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, item] = path.split("/");
  const query: Record<string, string> = {};
  new URLSearchParams(search).forEach((value, key) => (query[key] = value));
  return {
    screen: SCREEN_NAMES.find((s) => s === name) ?? "overview",
    item: item ? decodeURIComponent(item) : null,
    query,
  };
}

export function writeRoute(route: Route): string {
  const search = new URLSearchParams(
    Object.entries(route.query)
      .filter(([, value]) => value !== "")
      .sort(),
  ).toString();
  const item = route.item ? `/${encodeURIComponent(route.item)}` : "";
  // A link is read by people too: commas and colons need no escaping behind a hash.
  return `#/${route.screen}${item}${search ? `?${search.replace(/%2C/g, ",").replace(/%3A/g, ":")}` : ""}`;
}

export interface Place {
  lon: number;
  lat: number;
  zoom: number;
}

export function readPlace(text: string | undefined): Place | null {
  const [lon, lat, zoom] = (text ?? "").split(",").map(Number);
  if (lon === undefined || lat === undefined || zoom === undefined || ![lon, lat, zoom].every(Number.isFinite))
    return null;
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 86 && zoom >= 0 && zoom <= 24 ? { lon, lat, zoom } : null;
}

export function writePlace({ lon, lat, zoom }: Place): string {
  return `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`;
}
