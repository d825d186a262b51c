/** The one state of the console: signals, and the link between them and the address. */

import { batch, computed, effect, signal } from "@preact/signals";
import { currentSession, readTown } from "./api/endpoints";
import { rememberCsrf } from "./api/client";
import type { By, MeasureName, Session, Town } from "./api/types";
import { readPlace, readRoute, writePlace, writeRoute, type Place, type ScreenName } from "./route";
import { lang, type Language } from "./words";

export interface Selection {
  kind: string;
  code: string;
}

export const BYS: By[] = ["micro-grid", "committee", "zone", "station", "cell"];
export const MEASURES: MeasureName[] = ["checked_share", "check_density", "accuracy", "group_renting_rate"];

export const session = signal<Session | null | undefined>(undefined);
export const town = signal<Town | null>(null);
export const townTrouble = signal<Error | null>(null);

export const screen = signal<ScreenName>("overview");
export const item = signal<string | null>(null);
export const month = signal("");
/** null: the version in force on the month's last day. */
export const version = signal<number | null>(null);
export const by = signal<By>("micro-grid");
export const measure = signal<MeasureName>("checked_share");
export const selection = signal<Selection | null>(null);
export const place = signal<Place | null>(null);
export const hidden = signal<ReadonlySet<string>>(new Set());
export const tab = signal("");
export const compareMonth = signal("");
export const presenting = signal(false);

export const may = (permission: string) =>
  session.value?.account.permissions.some((p) => p === permission || p === "*") ?? false;

export const shownVersion = computed(() => {
  const versions = town.value?.versions ?? [];
  if (version.value !== null) return versions.find((v) => v.id === version.value) ?? null;
  const lastDay = `${month.value}-31`;
  return (
    versions.find(
      (v) =>
        v.status !== "draft" &&
        v.status !== "withdrawn" &&
        (v.valid_from ?? "") <= lastDay &&
        (!v.valid_to || v.valid_to > lastDay),
    ) ?? null
  );
});

export function select(kind: string, code: string): void {
  if (selection.peek()?.kind !== kind || selection.peek()?.code !== code) selection.value = { kind, code };
}

export function go(name: ScreenName, to: string | null = null): void {
  batch(() => {
    // Two maps side by side need another view than one: the review begins with the whole town.
    if (name !== screen.peek() && (name === "review" || screen.peek() === "review")) place.value = null;
    screen.value = name;
    item.value = to;
    tab.value = "";
  });
}

function takeAddress(): void {
  const { screen: name, item: to, query } = readRoute(location.hash);
  const [kind, code] = (query["sel"] ?? "").split(/:(.+)/);
  batch(() => {
    screen.value = name;
    item.value = to;
    if (query["m"]) month.value = query["m"];
    compareMonth.value = query["m2"] ?? "";
    version.value = query["v"] ? Number(query["v"]) : null;
    by.value = BYS.find((b) => b === query["by"]) ?? "micro-grid";
    measure.value = MEASURES.find((m) => m === query["q"]) ?? "checked_share";
    selection.value = kind && code ? { kind, code } : null;
    place.value = readPlace(query["at"]) ?? place.peek();
    hidden.value = new Set((query["off"] ?? "").split(",").filter(Boolean));
    tab.value = query["tab"] ?? "";
    presenting.value = query["present"] === "1";
  });
}

const address = computed(() =>
  writeRoute({
    screen: screen.value,
    item: item.value,
    query: {
      m: month.value,
      m2: compareMonth.value,
      v: version.value === null ? "" : String(version.value),
      by: by.value === "micro-grid" ? "" : by.value,
      q: measure.value === "checked_share" ? "" : measure.value,
      sel: selection.value ? `${selection.value.kind}:${selection.value.code}` : "",
      at: place.value ? writePlace(place.value) : "",
      off: [...hidden.value].sort().join(","),
      tab: tab.value,
      present: presenting.value ? "1" : "",
    },
  }),
);

function followAddress(): void {
  let page = `${screen.peek()}/${item.peek() ?? ""}`;
  effect(() => {
    const next = address.value;
    if (next === location.hash) return;
    // Back goes to the former screen, not through every pan of the map.
    const nextPage = `${screen.peek()}/${item.peek() ?? ""}`;
    history[nextPage === page ? "replaceState" : "pushState"](null, "", next);
    page = nextPage;
  });
  window.addEventListener("hashchange", takeAddress);
  window.addEventListener("popstate", takeAddress);
}

/** What a person chose for this browser; a private window without storage forgets it, no more. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`wangge.${name}`);
  } catch {
    return null;
  }
}
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`wangge.${name}`, value);
  } catch {
    // Nothing depends on it.
  }
}

export type Theme = "light" | "dark";
export const theme = signal<Theme>("light");

function followTastes(): void {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered("lang");
  lang.value = (
    asked === "en" || asked === "zh" ? asked : navigator.language.startsWith("zh") ? "zh" : "en"
  ) as Language;
  const wanted = remembered("theme");
  theme.value =
    wanted === "dark" || wanted === "light"
      ? wanted
      : matchMedia("(prefers-color-scheme: dark)").matches
        ? "dark"
        : "light";
  effect(() => {
    document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset["theme"] = theme.value;
  });
}

export async function loadTown(): Promise<void> {
  townTrouble.value = null;
  try {
    const found = await readTown();
    batch(() => {
      town.value = found;
      if (!found.months.includes(month.peek())) month.value = found.current_month;
    });
  } catch (error) {
    townTrouble.value = error as Error;
  }
}

export async function enter(found: Session): Promise<void> {
  session.value = found;
  rememberCsrf(found.csrf);
  if (!town.peek()) await loadTown();
}

export async function start(): Promise<void> {
  followTastes();
  takeAddress();
  followAddress();
  try {
    const found = await currentSession();
    if (found) await enter(found);
    else session.value = null;
  } catch (error) {
    townTrouble.value = error as Error;
  }
}
