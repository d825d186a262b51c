import { beforeEach, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "../../api/client";
import type { Visit } from "../../api/types";
import { flush, readShelf, receipts, refused, shelve, type Shelf } from "./queue";

const visit = (id: string): Visit => ({
  visit_id: id,
  dwelling_code: "D1",
  visited_at: "2026-03-02T10:00:00+08:00",
  frame: "register",
  outcome: "done",
  checked: 3,
  correct: 3,
  to_register: 0,
  to_deregister: 0,
  wrong_particulars: 0,
});
function shelf(): Shelf {
  const kept = new Map<string, string>();
  return { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v) };
}
const accept = async (visits: Visit[]) => ({
  receipts: visits.map((v) => ({ visit_id: v.visit_id, state: "stored" as const, reason: null, received_at: null })),
});

beforeEach(() => {
  receipts.value = [];
  refused.value = [];
});

test("nothing leaves the queue while the network is cut", async () => {
  const kept = shelf();
  shelve(kept, [visit("a"), visit("b")]);
  expect(
    await flush(kept, async () => {
      throw new Unreachable("cut");
    }),
  ).toBe("waiting");
  expect(readShelf(kept).map((v) => v.visit_id)).toEqual(["a", "b"]);
});

test("what has a receipt is gone, what has none stays", async () => {
  const kept = shelf();
  shelve(kept, [visit("a"), visit("b")]);
  const ask = vi
    .fn()
    .mockResolvedValueOnce({ receipts: [{ visit_id: "a", state: "stored" }] })
    .mockResolvedValue({ receipts: [] });
  expect(await flush(kept, ask)).toBe("waiting");
  expect(readShelf(kept).map((v) => v.visit_id)).toEqual(["b"]);
});

test("the same row entered twice is one visit", () => {
  const kept = shelf();
  shelve(kept, [visit("a")]);
  shelve(kept, [{ ...visit("a"), correct: 2 }]);
  expect(readShelf(kept)).toHaveLength(1);
  expect(readShelf(kept)[0]?.correct).toBe(2);
});

test("a long day is sent in parts and every part counted", async () => {
  const kept = shelf();
  shelve(
    kept,
    Array.from({ length: 450 }, (_, k) => visit(`v${k}`)),
  );
  const sizes: number[] = [];
  expect(
    await flush(kept, (visits) => {
      sizes.push(visits.length);
      return accept(visits);
    }),
  ).toBe("done");
  expect(sizes).toEqual([200, 200, 50]);
  expect(readShelf(kept)).toEqual([]);
});

test("a refusal names its visits and does not block the next ones for ever", async () => {
  const kept = shelf();
  shelve(kept, [visit("a")]);
  expect(
    await flush(kept, async () => {
      throw new Problem(422, "/problems/unknown-dwelling", "x", "no such dwelling");
    }),
  ).toBe("done");
  expect(refused.value[0]).toMatchObject({ why: "no such dwelling", visit: { visit_id: "a" } });
});

test("a broken shelf is an empty one", () => {
  expect(readShelf({ getItem: () => "{not json", setItem: () => undefined })).toEqual([]);
});
