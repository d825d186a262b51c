import { sendDuty } from "../../api/endpoints";
import type { Duty, Review } from "../../api/types";
import { dayText } from "../../format";
import { complain, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { may, month } from "../../store";
import { lang, t } from "../../words";
import { readAgain } from "./data";

const what = (duty: Duty) => (lang.value === "en" ? duty.what_en : duty.what);

async function mark(duty: Duty, done: boolean): Promise<void> {
  const of = month.peek();
  try {
    await whileSaving(sendDuty(of, duty.key, done));
    await readAgain();
    if (done)
      tell(t("review.duty.marked", { what: what(duty) }), {
        label: t("action.undo"),
        run: () => void mark(duty, false),
      });
    else tell(t("review.duty.unmarked", { what: what(duty) }));
  } catch (error) {
    complain(error);
  }
}

/** What the month still owes by its documents; a meeting or a bulletin leaves no trace in the data and is marked here. */
export function Duties({ now }: { now: Review }) {
  const left = now.calendar.filter((d) => d.state !== "done" && d.state !== "done_late");
  const done = now.calendar.length - left.length;
  if (!now.calendar.length) return null;
  return (
    <section>
      <h2 class="list-head">
        {t("review.duties")} <small class="quiet-text">{t("review.duties.done", { n: done })}</small>
      </h2>
      <ul class="list">
        {left.map((d) => (
          <li key={d.key} class="two-lines">
            <span>{what(d)}</span>
            <small>
              {d.rule} · {t("review.duty.due", { day: dayText(d.due) })} ·{" "}
              <span class={d.state === "late" ? "wrong" : ""}>
                {t(`review.duty.state.${d.state as "late" | "unrecorded" | "due"}`)}
              </span>
            </small>
            {/* What is late by the data itself is not done by saying so. */}
            {d.state !== "late" && may("review.inputs") && (
              <button
                type="button"
                class="push"
                aria-label={t("review.duty.mark.what", { what: what(d) })}
                onClick={() => void mark(d, true)}
              >
                {t("review.duty.mark")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
