import { useEffect } from "preact/hooks";
import { PrintFoot, PrintTitle } from "../../parts/PrintFrame";
import { Segments, Split, Trouble } from "../../parts/parts";
import { useShortcuts } from "../../shell/keys";
import { MEASURES, compareMonth, measure, month, presenting } from "../../store";
import { monthText, shortMonth } from "../../format";
import { t } from "../../words";
import { town } from "../../store";
import { compare, earlier, followMonth, level, reviewTrouble } from "./data";
import { MonthMaps } from "./MonthMaps";
import { ReviewPanel } from "./ReviewPanel";
import { PresentationHead, usePresentation } from "./Presentation";
import { printReview, StateBar } from "./StateBar";

/** Every month at a stop of its own; arrow keys step through the year. */
function MonthSlider() {
  const months = town.value?.months ?? [];
  const at = Math.max(0, months.indexOf(month.value));
  return (
    <div class="month-slider">
      <span class="quiet-text">{months[0] ? shortMonth(months[0]) : ""}</span>
      <input
        type="range"
        min={0}
        max={Math.max(0, months.length - 1)}
        step={1}
        value={at}
        aria-label={t("shell.month")}
        aria-valuetext={monthText(month.value)}
        onInput={(e) => {
          const next = months[Number(e.currentTarget.value)];
          if (next) month.value = next;
        }}
      />
      <span class="quiet-text">{months.length ? shortMonth(months[months.length - 1] as string) : ""}</span>
    </div>
  );
}

function Choices() {
  const months = (town.value?.months ?? []).filter((m) => m !== month.value);
  return (
    <div class="review-choices">
      <Segments
        label={t("overview.measure")}
        value={measure.value}
        choices={MEASURES.map((m) => ({ value: m, label: t(`measure.${m}`) }))}
        onChange={(m) => void (measure.value = m)}
      />
      <Segments
        label={t("overview.by")}
        value={level.value}
        choices={(["committee", "micro-grid"] as const).map((b) => ({ value: b, label: t(`area.${b}`) }))}
        onChange={(b) => void (level.value = b)}
      />
      <Segments
        label={t("review.compare")}
        value={compare.value}
        choices={(["months", "change"] as const).map((c) => ({ value: c, label: t(`review.compare.${c}`) }))}
        onChange={(c) => void (compare.value = c)}
      />
      <label class="row">
        {t("review.against")}
        <select value={earlier.value} onChange={(e) => void (compareMonth.value = e.currentTarget.value)}>
          {[...months].reverse().map((m) => (
            <option key={m} value={m}>
              {monthText(m)}
            </option>
          ))}
        </select>
      </label>
      <MonthSlider />
    </div>
  );
}

export default function ReviewScreen() {
  useEffect(() => followMonth(), []);
  usePresentation();
  useShortcuts(() => [
    { keys: "f", label: "review.present", run: () => void (presenting.value = !presenting.value) },
    { keys: "ctrl+p", label: "action.print", run: printReview },
    ...MEASURES.map((m, k) => ({
      keys: String(k + 1),
      label: `measure.${m}` as const,
      run: () => void (measure.value = m),
    })),
  ]);
  return (
    <div class="review">
      <PrintTitle title={t("screen.review")} />
      {presenting.value ? (
        <PresentationHead />
      ) : (
        <>
          <StateBar />
          <Choices />
        </>
      )}
      <Split
        name="review"
        initial={520}
        panel={reviewTrouble.value ? <Trouble error={reviewTrouble.value} /> : <ReviewPanel />}
      >
        <MonthMaps />
      </Split>
      <PrintFoot />
    </div>
  );
}
