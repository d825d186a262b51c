/** Keyboard shortcuts in one registry: the help shows what is registered, and nothing else works. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Key } from "../words";

export interface Shortcut {
  /** "s", "?", "ctrl+z", "escape", "shift+f"; ctrl also means ⌘. */
  keys: string;
  label: Key;
  run: (event: KeyboardEvent) => void;
  /** Also while a field has the focus (Escape, Ctrl+Z stay the field's own unless asked). */
  inFields?: boolean;
  /** Before the map or a table takes the key for itself. */
  everywhere?: boolean;
}

export const shortcuts = signal<readonly Shortcut[]>([]);

export function register(...added: Shortcut[]): () => void {
  shortcuts.value = [...added, ...shortcuts.peek()];
  return () => void (shortcuts.value = shortcuts.peek().filter((s) => !added.includes(s)));
}

export function useShortcuts(make: () => Shortcut[], watch: unknown[] = []): void {
  useEffect(() => register(...make()), watch);
}

export function chord(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = event.key.toLowerCase();
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // "?" already needs Shift on most keyboards: Shift counts only with letters and named keys.
  if (event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1)) parts.push("shift");
  return [...parts, key === " " ? "space" : key].join("+");
}

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Enter and the space bar belong to the button or link that has the focus. */
function ownsKey(target: EventTarget | null, pressed: string): boolean {
  return (
    (pressed === "enter" || pressed === "space") &&
    target instanceof HTMLElement &&
    target.closest("button, a[href], summary") !== null
  );
}

function answer(event: KeyboardEvent, offered: readonly Shortcut[]): boolean {
  if (event.defaultPrevented || event.isComposing) return false; // half-typed Chinese is not a command
  const pressed = chord(event);
  const found = offered.find((s) => s.keys === pressed && (!inField(event.target) || s.inFields));
  if (!found || ownsKey(event.target, pressed) || document.querySelector("dialog[open]")) return false;
  event.preventDefault();
  found.run(event);
  return true;
}

export function listen(): void {
  document.addEventListener("keydown", (event) => void answer(event, shortcuts.peek()));
  const first = (event: KeyboardEvent) => {
    const offered = shortcuts.peek().filter((s) => s.everywhere);
    if (offered.length && answer(event, offered)) event.stopPropagation();
  };
  document.addEventListener("keydown", first, { capture: true });
}

/** "ctrl+z" as people read it on a key. */
export function keyCap(keys: string): string {
  const names: Record<string, string> = {
    ctrl: "Ctrl",
    shift: "Shift",
    alt: "Alt",
    escape: "Esc",
    space: "␣",
    arrowup: "↑",
    arrowdown: "↓",
    arrowleft: "←",
    arrowright: "→",
    enter: "⏎",
    backspace: "⌫",
  };
  return keys
    .split("+")
    .map((k) => names[k] ?? k.toUpperCase())
    .join("+");
}
