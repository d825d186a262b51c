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
};
