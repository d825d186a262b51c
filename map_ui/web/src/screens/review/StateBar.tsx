import { useState } from "preact/hooks";
import type { ReviewState } from "../../api/types";
import { dayText, monthText, timeText } from "../../format";
import { Dialog } from "../../shell/Dialog";
import { printSheet } from "../../shell/printing";
import { month, presenting } from "../../store";
import { nameOf, t } from "../../words";
import { advance, review, right } from "./data";

/** The sheet says which release it shows, or that it shows none. */
export function printReview(): void {
  const release = review.peek()?.release;
  const asOf = right.peek()?.as_of;
  void printSheet(
    release
      ? t("review.release", { number: release.number, time: timeText(release.published_at, true) })
      : asOf
        ? t("print.unreleased", { day: dayText(asOf) })
        : "",
  );
}

const STATES: ReviewState[] = ["open", "frozen", "scored", "published"];
const NEXT = {
  open: "freeze",
  frozen: "score",
  scored: "publish",
  published: "correct",
  corrected: "correct",
} as const;
type Action = (typeof NEXT)[ReviewState];

function Ask({ action, onClose }: { action: Action; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  async function run(): Promise<void> {
    setBusy(true);
    if (await advance(action, action === "correct" ? { reason: reason.trim() } : {})) onClose();
    else setBusy(false);
  }
  return (
    <Dialog
      title={t(`review.${action}.title`, { month: monthText(month.value) })}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button
            type="button"
            class="primary"
            disabled={busy || (action === "correct" && !reason.trim())}
            onClick={() => void run()}
          >
            {t(`review.${action}`)}
          </button>
        </>
      }
    >
      <p>{t(`review.${action}.what`)}</p>
      {action === "correct" && (
        <label class="field">
          <span>{t("review.reason")}</span>
          <select autofocus value={reason} onChange={(e) => setReason(e.currentTarget.value)}>
            <option value="" disabled>
              {t("review.reason.choose")}
            </option>
            {(["late_checks", "wrong_input", "wrong_rule", "data_repair"] as const).map((r) => (
              <option key={r} value={r}>
                {t(`review.reason.${r}`)}
              </option>
            ))}
          </select>
        </label>
      )}
    </Dialog>
  );
}

/** Where the month stands, who may move it on, and the pack for the meeting. */
export function StateBar() {
  const [asking, setAsking] = useState<Action | null>(null);
  const now = review.value;
  const at = now ? STATES.indexOf(now.state === "corrected" ? "published" : now.state) : -1;
  const action = now ? NEXT[now.state] : null;
  return (
    <div class="state-bar">
      <h1>{monthText(month.value)}</h1>
      <ol class="states" aria-label={t("review.state")}>
        {STATES.map((s, k) => (
          <li key={s} class={k < at ? "past" : k === at ? "now" : ""} aria-current={k === at ? "step" : undefined}>
            {t(`review.state.${s}`)}
          </li>
        ))}
      </ol>
      {now?.state === "corrected" && <span class="chip chip-caution">{t("review.state.corrected")}</span>}
      <span class="quiet-text">
        {now?.rule_set ? t("review.rules", { name: nameOf(now.rule_set) }) : ""}
        {now?.release
          ? ` · ${t("review.release", { number: now.release.number, time: timeText(now.release.published_at, true) })}`
          : ""}
      </span>
      <span class="row push">
        <button
          type="button"
          aria-pressed={presenting.value}
          onClick={() => void (presenting.value = !presenting.value)}
        >
          {t("review.present")}
          <kbd>F</kbd>
        </button>
        <button type="button" onClick={printReview}>
          {t("action.print")}
        </button>
        <a class="button-like" href={`/api/reviews/${month.value}/pack`} download>
          {t("review.pack")}
        </a>
        {action && now?.may?.[action] && (
          <button type="button" class={action === "correct" ? "" : "primary"} onClick={() => setAsking(action)}>
            {t(`review.${action}`)}
          </button>
        )}
      </span>
      {asking && <Ask action={asking} onClose={() => setAsking(null)} />}
    </div>
  );
}
