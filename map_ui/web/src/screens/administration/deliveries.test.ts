import { afterEach, expect, test } from "vitest";
import { lang } from "../../words";
import type { WebhookRow } from "./data";
import { hostOf, leftOut, outcomeText, sinceOf, troubleText } from "./deliveries";

afterEach(() => void (lang.value = "zh"));

const hook = (changes: Partial<WebhookRow>): WebhookRow => ({
  id: 1,
  url: "https://platform.example/grid?token=secret",
  layers: ["micro-grids"],
  state: "up-to-date",
  delivered_up_to: 8,
  behind: 0,
  failures: 0,
  failing_since: null,
  last_status: "200",
  next_try_at: null,
  last_sent_at: null,
  dead_at: null,
  ...changes,
});

test("a feed begins now, at its start, ten changes back but not before the first, or after a number", () => {
  expect(sinceOf("now", 5, 100)).toBe("now");
  expect(sinceOf("start", 5, 100)).toBe(0);
  expect(sinceOf("recent", 5, 100)).toBe(90);
  expect(sinceOf("recent", 5, 4)).toBe(0);
  expect(sinceOf("after", 5, 100)).toBe(5);
});

test("going back leaves nothing out; skipping leaves out what waits, a later number what lies before it", () => {
  const late = hook({ state: "failing", delivered_up_to: 40, behind: 60 });
  expect(leftOut("recent", 0, late)).toBe(0);
  expect(leftOut("start", 0, late)).toBe(0);
  expect(leftOut("after", 40, late)).toBe(0);
  expect(leftOut("after", 65, late)).toBe(25);
  expect(leftOut("after", 9999, late)).toBe(60);
  expect(leftOut("skip", 0, late)).toBe(60);
});

test("a receiver is named by its host, never by what may be a secret", () => {
  expect(hostOf("https://platform.example:8443/grid?token=secret")).toBe("platform.example:8443");
});

test("an outcome is a sentence in both languages, and an unknown word stays what it is", () => {
  lang.value = "en";
  expect(outcomeText("timeout")).toBe("no answer within 15 s");
  expect(outcomeText("503")).toBe("the receiver answered HTTP 503");
  expect(outcomeText("410")).toContain("takes no more");
  expect(outcomeText("new-reason")).toBe("new-reason");
  lang.value = "zh";
  expect(outcomeText("tls")).toBe("证书无效或加密连接失败");
});

test("what is well says nothing; what fails says how often, why and when it is tried again", () => {
  lang.value = "en";
  expect(troubleText(hook({}))).toBe("");
  const failing = hook({ state: "failing", failures: 3, last_status: "tls", next_try_at: "2026-03-05T02:30:00Z" });
  expect(troubleText(failing)).toBe("3 in a row: its certificate is not valid. Next try 10:30.");
  const dead = hook({ state: "dead", last_status: "410", dead_at: "2026-03-05T02:30:00Z" });
  expect(troubleText(dead)).toContain("Since 5 March 2026 10:30: the receiver answered 410");
});
