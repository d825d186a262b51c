/** What is said to a person: one voice for screen readers, one corner for notices. */

import { signal } from "@preact/signals";
import { Problem, Unreachable } from "../api/client";
import { has, lang, t } from "../words";

const spoken = signal("");
interface Notice {
  id: number;
  kind: "said" | "wrong";
  text: string;
  action?: { label: string; run: () => void } | undefined;
}
const notices = signal<Notice[]>([]);
let nextId = 1;

/** Say it to screen readers; the same sentence twice is said twice. */
export function announce(text: string): void {
  spoken.value = spoken.peek() === text ? `${text}\u00a0` : text;
}

/** The rules name a fact and its places; here it becomes a sentence in the chosen language. */
export function refusalText({ type, detail, title, extra }: Problem): string {
  const own = extra[lang.value];
  // A reader names what a file lacks in each language apart; what it says of the command line helps nobody here.
  if (typeof own === "string" && own) return own.replace(/[^。.:：]*--map[^。.]*[。.]/, "").trim();
  const key = `refusal.${type.split("/").pop() ?? ""}`;
  if (!has(key)) return detail || title;
  // A sentence without places says less than the rules' own words, which come in English.
  if (lang.value === "en" && detail && !t(key).includes("{")) return detail;
  const values = Object.fromEntries(
    Object.entries(extra).map(([name, value]) => [name, typeof value === "number" ? value : String(value)]),
  );
  return t(key, values);
}

export function sayWhatWentWrong(error: unknown): string {
  if (error instanceof Problem) return refusalText(error);
  if (error instanceof Unreachable) return t("trouble.unreachable");
  return t("trouble.unexpected", { what: String((error as Error)?.message ?? error) });
}

function show(notice: Omit<Notice, "id">, stays: number): void {
  const id = nextId++;
  notices.value = [...notices.peek().slice(-2), { id, ...notice }];
  announce(notice.text);
  setTimeout(() => dismiss(id), stays);
}

export const tell = (text: string, action?: Notice["action"]) =>
  show({ kind: "said", text, action }, action ? 12000 : 5000);
export const complain = (error: unknown) => show({ kind: "wrong", text: sayWhatWentWrong(error) }, 12000);

function dismiss(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}

export function Announcer() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {spoken.value}
    </div>
  );
}

export function Notices() {
  return (
    <div class="notices">
      {notices.value.map((notice) => (
        <div key={notice.id} class={`notice notice-${notice.kind}`}>
          <span>{notice.text}</span>
          {notice.action && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                notice.action?.run();
                dismiss(notice.id);
              }}
            >
              {notice.action.label}
            </button>
          )}
          <button type="button" class="quiet icon" aria-label={t("action.close")} onClick={() => dismiss(notice.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
