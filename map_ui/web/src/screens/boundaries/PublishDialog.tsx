import { useEffect, useState } from "preact/hooks";
import { previewPublishing, publish } from "../../api/endpoints";
import type { Preview } from "../../api/types";
import { dayText, number, percent } from "../../format";
import { forgetSources } from "../../map/sources";
import { Progress } from "../../parts/parts";
import { Dialog } from "../../shell/Dialog";
import { sayWhatWentWrong, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { loadTown } from "../../store";
import { nameOf, t } from "../../words";
import type { OpenDraft } from "./draft";
import { gridName, problemOf } from "./problems";
import { todayInTown } from "./status";

/** First days of the months one may choose: the present month and the twelve that follow. */
export function firstDays(current: string, n = 13): string[] {
  const [year, month] = current.split("-").map(Number) as [number, number];
  return Array.from({ length: n }, (_, k) => {
    const m = year * 12 + month - 1 + k;
    return `${Math.floor(m / 12)}-${String((m % 12) + 1).padStart(2, "0")}-01`;
  });
}

function Effect({ preview, day, open }: { preview: Preview; day: string; open: OpenDraft }) {
  const name = (code: string) => {
    const found = open.figures.value.find((f) => f.code === code);
    return found ? gridName(found) : code;
  };
  const named = (codes: string[]) =>
    codes.slice(0, 8).map(name).join(t("list.and")) + (codes.length > 8 ? t("list.more", { n: codes.length - 8 }) : "");
  return (
    <>
      <p>
        <b>
          {t("publish.consequence", {
            day: dayText(day),
            buildings: number(preview.moved_buildings),
            residents: number(preview.moved_residents),
            share: percent(preview.moved_share),
          })}
        </b>
      </p>
      <dl class="counts">
        {(
          [
            ["grids_changed", preview.reshaped.length],
            ["grids_added", preview.created.length],
            ["grids_retired", preview.retired.length],
            ["open_tasks", preview.open_tasks],
          ] as const
        ).map(([key, n]) => (
          <div key={key}>
            <dt>{t(`publish.${key}`)}</dt>
            <dd>{number(n)}</dd>
          </div>
        ))}
      </dl>
      {preview.before === null && <p class="quiet-text">{t("publish.first")}</p>}
      {preview.retired.length > 0 && <p>{t("publish.retired_list", { grids: named(preview.retired) })}</p>}
      {preview.teams.length > 0 && <p class="caution">{t("publish.teams", { grids: named(preview.teams) })}</p>}
      {preview.problems.map((p) => (
        <p key={p.kind + p.ids.join()} class="wrong">
          {problemOf(p).detail}
        </p>
      ))}
      <p class="quiet-text">{t("publish.past_stays")}</p>
    </>
  );
}

export function PublishDialog({ open, onClose }: { open: OpenDraft; onClose: () => void }) {
  const days = firstDays(todayInTown().slice(0, 7)); // past months keep their boundaries
  const [day, setDay] = useState(days[1] as string);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let wanted = true;
    setPreview(null);
    setWrong("");
    previewPublishing(open.id, day).then(
      (found) => wanted && setPreview(found),
      (error: unknown) => wanted && setWrong(sayWhatWentWrong(error)),
    );
    return () => void (wanted = false);
  }, [day]);
  async function run(): Promise<void> {
    setBusy(true);
    try {
      await whileSaving(publish(open.id, day));
      forgetSources();
      await Promise.all([open.reload(), loadTown()]);
      tell(t("publish.done", { name: nameOf(open.draft.value), day: dayText(day) }));
      onClose();
    } catch (error) {
      setWrong(sayWhatWentWrong(error));
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={t("publish.title", { name: nameOf(open.draft.value) })}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button
            type="button"
            class="primary"
            disabled={!preview || busy || preview.problems.length > 0}
            onClick={() => void run()}
          >
            {busy ? t("publish.busy") : t("publish.open")}
          </button>
        </>
      }
    >
      <label class="field">
        <span>{t("publish.from")}</span>
        <select value={day} onChange={(e) => setDay(e.currentTarget.value)}>
          {days.map((d) => (
            <option key={d} value={d}>
              {dayText(d)}
            </option>
          ))}
        </select>
      </label>
      {wrong ? (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      ) : preview ? (
        <Effect preview={preview} day={day} open={open} />
      ) : (
        <Progress what={t("publish.reading")} />
      )}
    </Dialog>
  );
}
