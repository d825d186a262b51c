/** The month's meeting: its review, the figures of two months, and what is chosen in both maps and the table. */

import { computed, effect, signal } from "@preact/signals";
import { moveReview, readReview } from "../../api/endpoints";
import type { By, Indicators, MeasureName, Review } from "../../api/types";
import { complain } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { compareMonth, month, town } from "../../store";
import { figuresOf, monthBefore } from "../overview/data";

export type Compare = "months" | "change";
export const review = signal<Review | null>(null);
export const reviewTrouble = signal<unknown>(null);
export const level = signal<By>("committee");
export const compare = signal<Compare>("months");
export const left = signal<Indicators | null>(null);
export const right = signal<Indicators | null>(null);

export const earlier = computed(() => compareMonth.value || monthBefore(month.value) || month.value);

export function followMonth(): () => void {
  const stopReview = effect(() => {
    const m = month.value;
    if (!m || !town.value) return;
    reviewTrouble.value = null;
    readReview(m).then(
      (found) => {
        if (month.peek() === m) review.value = found;
      },
      (error: unknown) => {
        if (month.peek() === m) {
          review.value = null;
          reviewTrouble.value = error;
        }
      },
    );
  });
  const stopFigures = effect(() => {
    const m = month.value,
      then = earlier.value,
      by = level.value;
    if (!m || !town.value) return;
    const wanted = () => month.peek() === m && earlier.peek() === then && level.peek() === by;
    figuresOf(m, by, null).then((found) => {
      if (wanted()) right.value = found;
    }, complain);
    figuresOf(then, by, null).then((found) => {
      if (wanted()) left.value = found;
    }, complain);
  });
  return () => {
    stopReview();
    stopFigures();
  };
}

/** Now minus then, in points of a share; density per 100 dwellings is scaled to the same classes. */
export function changes(name: MeasureName): Map<string, number> {
  const before = new Map((left.value?.rows ?? []).map((row) => [row.code, row.measures[name]]));
  const found = new Map<string, number>();
  for (const row of right.value?.rows ?? []) {
    const then = before.get(row.code)?.value,
      now = row.measures[name].value;
    if (now === null || then === null || then === undefined) continue;
    const change = name === "check_density" ? (now - then) / 100 : now - then;
    found.set(row.code, name === "group_renting_rate" ? -change : change); // fewer findings are better
  }
  return found;
}

/** The month once more, after something in it was marked. */
export async function readAgain(): Promise<void> {
  const m = month.peek();
  const found = await readReview(m);
  if (month.peek() === m) review.value = found;
}

export async function advance(action: "freeze" | "score" | "publish" | "correct", body: object = {}): Promise<boolean> {
  try {
    review.value = await whileSaving(moveReview(month.peek(), action, body));
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}
