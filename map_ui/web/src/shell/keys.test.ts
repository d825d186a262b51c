import { expect, test } from "vitest";
import { chord, keyCap, register, shortcuts } from "./keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  chord({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test("a chord is the same on a Mac and with caps lock", () => {
  expect([
    press("z", { metaKey: true }),
    press("Z", { ctrlKey: true }),
    press(" "),
    press("?", { shiftKey: true }),
    press("Z", { ctrlKey: true, shiftKey: true }),
  ]).toEqual(["ctrl+z", "ctrl+z", "space", "?", "ctrl+shift+z"]);
});

test("the latest registered wins and leaves with its screen", () => {
  const leave = register({ keys: "s", label: "measure.accuracy", run: () => undefined });
  expect(shortcuts.value).toHaveLength(1);
  leave();
  expect(shortcuts.value).toHaveLength(0);
});

test("keys read as they are printed on the keyboard", () => {
  expect([keyCap("ctrl+z"), keyCap("s"), keyCap("escape")]).toEqual(["Ctrl+Z", "S", "Esc"]);
});
