import { signal } from "@preact/signals";
import type { Selection } from "../../store";

/** What the pointer rests on, in the table or on the map. */
export const pointed = signal<Selection | null>(null);
