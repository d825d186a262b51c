/** A screen is a folder; the registry loads it when it is first opened. What is not registered is not offered. */

import type { ComponentType } from "preact";
import type { ScreenName } from "../route";

export interface ScreenModule {
  default: ComponentType;
}

export const screens: Partial<Record<ScreenName, () => Promise<ScreenModule>>> = {
  overview: () => import("./overview/Overview"),
  boundaries: () => import("./boundaries/Boundaries"),
  review: () => import("./review/Review"),
  register: () => import("./register/Register"),
  inspections: () => import("./inspections/Inspections"),
  administration: () => import("./administration/Administration"),
};

/** Screens that only some duties have any use for; the service decides again on every request. */
const NEEDS: Partial<Record<ScreenName, string[]>> = {
  administration: ["admin", "audit.read"],
  inspections: ["inspections.record"],
  review: ["review.read"],
};

export const offered = (name: ScreenName, may: (permission: string) => boolean): boolean =>
  Boolean(screens[name]) && (NEEDS[name]?.some(may) ?? true);
