import { signal } from "@preact/signals";
import type { LonLat } from "../../api/types";

/** What the table or the list of problems wants in sight. */
export const zoomTo = signal<{ code?: string | null; point?: LonLat | null } | null>(null);
