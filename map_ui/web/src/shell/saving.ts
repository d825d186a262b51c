/** What is saved, for the header: on the server, on its way, or kept in this browser until the network is back. */

import { computed, signal } from "@preact/signals";

export const underWay = signal(0);
export const keptHere = signal(0);
export const saving = computed<"saved" | "saving" | "kept">(() =>
  underWay.value ? "saving" : keptHere.value ? "kept" : "saved",
);

/** Count a write while it is on its way; leaving the page meanwhile asks first. */
export async function whileSaving<T>(work: Promise<T>): Promise<T> {
  underWay.value++;
  try {
    return await work;
  } finally {
    underWay.value--;
  }
}

export function askBeforeLeaving(): void {
  window.addEventListener("beforeunload", (event) => {
    if (underWay.peek()) event.preventDefault();
  });
}
