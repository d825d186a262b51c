import { useEffect } from "preact/hooks";
import { monthText } from "../../format";
import { stepMonth } from "../../shell/Header";
import { useShortcuts } from "../../shell/keys";
import { MEASURES, measure, month, presenting, town } from "../../store";
import { nameOf, t } from "../../words";
import { Change, stateText, valueText } from "../overview/Headline";
import { left, right } from "./data";

/** The whole screen for as long as it is presented; a browser that refuses still shows the large type. */
function useFullScreen(): void {
  useEffect(() => {
    const root = document.documentElement;
    root.toggleAttribute("data-presenting", presenting.value);
    if (!presenting.value) return;
    void root.requestFullscreen?.().catch(() => undefined);
    // Escape in full screen never reaches the page as a key.
    const left = () => {
      if (!document.fullscreenElement) presenting.value = false;
    };
    document.addEventListener("fullscreenchange", left);
    return () => {
      document.removeEventListener("fullscreenchange", left);
      root.removeAttribute("data-presenting");
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    };
  }, [presenting.value]);
  useEffect(() => () => void (presenting.value = false), []);
}

export function usePresentation(): void {
  useFullScreen();
  useShortcuts(
    () =>
      presenting.value
        ? [
            { keys: "arrowleft", label: "shell.earlier", run: () => stepMonth(-1), everywhere: true },
            { keys: "arrowright", label: "shell.later", run: () => stepMonth(1), everywhere: true },
            { keys: "escape", label: "review.present.end", run: () => void (presenting.value = false), inFields: true },
          ]
        : [],
    [presenting.value],
  );
}

/** What the room reads first: the month, the four measures of the town and how each moved. */
export function PresentationHead() {
  const now = right.value?.total,
    before = left.value?.total;
  return (
    <header class="presentation-head">
      <div>
        <h1>{monthText(month.value)}</h1>
        <p>{town.value ? nameOf(town.value.subdistrict) : ""}</p>
      </div>
      <div class="presentation-measures" role="radiogroup" aria-label={t("overview.measure")}>
        {MEASURES.map((m) => (
          <button
            key={m}
            type="button"
            role="radio"
            aria-checked={m === measure.value}
            onClick={() => void (measure.value = m)}
          >
            <span>{t(`measure.${m}`)}</span>
            <b>{now ? (stateText(now.measures[m]) ?? valueText(m, now.measures[m].value)) : ""}</b>
            {now && <Change name={m} now={now.measures[m]} before={before?.measures[m]} />}
          </button>
        ))}
      </div>
      <p class="presentation-keys">{t("review.present.keys")}</p>
    </header>
  );
}
