import { beforeEach, expect, test } from "vitest";
import { Problem, Unreachable } from "../api/client";
import { lang } from "../words";
import { sayWhatWentWrong } from "./notices";

beforeEach(() => void (lang.value = "zh"));

test("a fact of the rules becomes a sentence in the chosen language, with its places", () => {
  const pieces = new Problem(409, "/problems/grid-in-pieces", "Conflict", "Grid 0101 would fall into 3 pieces.", [], {
    grid_code: "0101",
    pieces: 3,
  });
  expect(sayWhatWentWrong(pieces).replace(/\u2009/g, "")).toContain("0101会断成3块");
  lang.value = "en";
  expect(sayWhatWentWrong(pieces)).toContain("0101 would fall into 3 pieces");
});

test("a refusal without a sentence of its own keeps the server's", () => {
  expect(sayWhatWentWrong(new Problem(409, "/problems/something-new", "Conflict", "said by the server"))).toBe(
    "said by the server",
  );
});

test("a reader's refusal is read in one language, without what it says of the command line", () => {
  const zh = "缺少必需的列: 用途(use)。可用 --map 字段=列名 指定。";
  const en = "Required columns are missing: use. Name them by --map field=column.";
  const refused = new Problem(422, "/problems/reader-error", "Unprocessable", `${zh} ${en}`, [], { zh, en });
  expect(sayWhatWentWrong(refused)).toBe("缺少必需的列: 用途(use)。");
  lang.value = "en";
  expect(sayWhatWentWrong(refused)).toBe("Required columns are missing: use.");
});

test("no answer is not a refusal", () => {
  expect(sayWhatWentWrong(new Unreachable("cut"))).toContain("服务器没有响应");
});
