import { expect, test } from "vitest";
import { decoded, guessed, headingsIn, headingsOf, withDropped } from "./headings";

test("headings are read whatever separates them, quoted or not, with the mark of UTF-8 or without", () => {
  expect(headingsIn("\ufeff房屋编码,楼栋编码\r\nT-1,B1")).toEqual(["房屋编码", "楼栋编码"]);
  expect(headingsIn("a;b;c\n1;2;3")).toEqual(["a", "b", "c"]);
  expect(headingsIn('"其中:正确, 人数","say ""so"""\n')).toEqual(["其中:正确, 人数", 'say "so"']);
  expect(headingsIn("")).toEqual([]);
});

test("what is not UTF-8 is read as Chinese spreadsheets write it", () => {
  const gb = new Uint8Array([0xb7, 0xbf, 0xce, 0xdd, 0x2c, 0x61]); // 房屋,a
  expect(decoded(gb, true)).toBe("房屋,a");
});

test("a character that the first piece of a long file cuts in two is no reason to guess another encoding", () => {
  const cut = new TextEncoder().encode("房屋").slice(0, 5);
  expect(decoded(cut, false)).toBe("房");
});

test("only a CSV is read here", async () => {
  expect(await headingsOf(new File(["编码,用途\n"], "homes.CSV"))).toEqual(["编码", "用途"]);
  expect(await headingsOf(new File(["PK"], "homes.xlsx"))).toBeNull();
});

test("columns that were dropped stand among the known ones, in the order of the file", () => {
  const known = [
    { source: "编码", field: "code" },
    { source: "用途", field: "use" },
  ];
  expect(withDropped(known, ["编码", "备注", "用途"])).toEqual([
    { source: "编码", field: "code" },
    { source: "备注", field: null },
    { source: "用途", field: "use" },
  ]);
  expect(withDropped(known, null)).toBe(known);
});

test("a heading is guessed by the field's code, its word or an alias, and otherwise by nothing", () => {
  const fields = [
    { field: "building_code", name: "楼栋编码", name_en: "code of its building", required: true, aliases: ["幢编码"] },
    { field: "use", name: "用途", name_en: "use", required: true, aliases: [] },
  ];
  expect(guessed(["Building Code", "幢编码", "用途", "怎么住"], fields).map((c) => c.field)).toEqual([
    "building_code",
    "building_code",
    "use",
    null,
  ]);
});
