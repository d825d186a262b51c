import { beforeEach, describe, expect, test } from "vitest";
import { dayText, monthText, number, percent, signedPercent, timeText } from "./format";
import { lang, t, thinSpaced } from "./words";

beforeEach(() => void (lang.value = "zh"));

describe("numbers", () => {
  test("absent is a dash and zero is zero", () => {
    expect([number(null), percent(undefined), percent(0), number(Number.NaN)]).toEqual(["—", "—", "0.0%", "—"]);
  });
  test("half is rounded up although its binary neighbour lies below", () => {
    expect([number(1.005, 2), number(2.5), number(0.125, 2), percent(0.9765)]).toEqual(["1.01", "3", "0.13", "97.7%"]);
  });
  test("thousands are marked and minus is a true minus", () => {
    expect([number(38412), number(-1234.5, 1)]).toEqual(["38,412", "−1,234.5"]);
  });
  test("a change that rounds to nothing has no sign", () => {
    expect([signedPercent(0.0501), signedPercent(-0.03), signedPercent(0.0001), signedPercent(-0.0001)]).toEqual([
      "+5.0%",
      "−3.0%",
      "0.0%",
      "0.0%",
    ]);
  });
});

describe("dates", () => {
  test("months and days as offices write them", () => {
    expect([monthText("2026-03"), dayText("2026-03-01")]).toEqual(["2026年3月", "2026年3月1日"]);
    lang.value = "en";
    expect([monthText("2026-03"), dayText("2026-03-01")]).toEqual(["March 2026", "1 March 2026"]);
  });
  test("the clock is Shanghai's wherever the browser stands", () => {
    expect(timeText("2026-03-31T18:20:00Z", true)).toBe("2026年4月1日 02:20");
  });
});

describe("words", () => {
  test("thin spaces as in the printed forms", () => {
    expect(thinSpaced("自2026年3月1日起生效，涉及12栋楼、431户").replace(/\u2009/g, "|")).toBe(
      "自|2026年3月1日起生效，涉及|12|栋楼、431|户",
    );
  });
  test("places are filled", () => {
    expect(t("verdict.further_checks", { n: 69 }).replace(/\u2009/g, "|")).toBe("还需核查|69|次才能判断");
  });
});
