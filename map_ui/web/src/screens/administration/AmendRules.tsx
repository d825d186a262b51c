import { useState } from "preact/hooks";
import { dayText, monthText, number } from "../../format";
import { Dialog } from "../../shell/Dialog";
import { sayWhatWentWrong, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { month } from "../../store";
import { t } from "../../words";
import { firstDays } from "../boundaries/PublishDialog";
import { todayInTown } from "../boundaries/status";
import { amendRules, previewRules, type Amendment, type Parameter, type RulePreview } from "./data";
import { explanation, unitText, valueText } from "./RuleSets";

/** What was typed, in the kind of value that stood there: a number stays a number, a table is written as JSON. */
export function typedValue(text: string, before: unknown): unknown {
  if (typeof before === "string") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function Field({ parameter, text, onChange }: { parameter: Parameter; text: string; onChange: (t: string) => void }) {
  const choices = parameter.choices?.length
    ? parameter.choices
    : typeof parameter.value === "boolean"
      ? ["true", "false"]
      : null;
  return (
    <label class="field">
      <span>{t("admin.rules.new_value")}</span>
      {choices ? (
        <select value={text} autofocus onChange={(e) => onChange(e.currentTarget.value)}>
          {choices.map((c) => (
            <option key={c}>{c}</option>
          ))}
        </select>
      ) : (
        <input value={text} autofocus spellcheck={false} onInput={(e) => onChange(e.currentTarget.value)} />
      )}
    </label>
  );
}

function Effect({ preview }: { preview: RulePreview }) {
  const moved = preview.rows.filter((r) => r.rank !== r.rank_after || r.figure !== r.figure_after);
  return (
    <>
      <p role="status">
        <b>{t("admin.rules.effect", { month: monthText(preview.month), n: preview.moved })}</b>
      </p>
      {moved.length > 0 && (
        <table class="plain">
          <tbody>
            {moved.slice(0, 12).map((r) => (
              <tr key={r.code}>
                <td>{r.name}</td>
                <td class="right">
                  {number(r.rank)} → {number(r.rank_after)}
                </td>
                <td class="right">
                  {number(r.figure, 2)} → {number(r.figure_after, 2)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** A changed number is a new version of the rules from the first of a month; what it would do is seen first. */
export function AmendRules({
  parameter,
  onClose,
  onDone,
}: {
  parameter: Parameter;
  onClose: () => void;
  onDone: () => void;
}) {
  const days = firstDays(todayInTown().slice(0, 7));
  const [text, setText] = useState(
    typeof parameter.value === "string" ? parameter.value : JSON.stringify(parameter.value ?? ""),
  );
  const [day, setDay] = useState(days[1] as string);
  const [reason, setReason] = useState("");
  const [preview, setPreview] = useState<RulePreview | null>(null);
  const [wrong, setWrong] = useState("");
  const asked = (): Amendment => ({
    changes: { [parameter.key]: typedValue(text, parameter.value) },
    valid_from: day,
    version: day.slice(0, 7),
    reason: reason.trim() || "—",
  });
  async function run(work: () => Promise<void>): Promise<void> {
    setWrong("");
    try {
      await work();
    } catch (error) {
      setWrong(sayWhatWentWrong(error));
    }
  }
  const look = () => run(async () => setPreview(await previewRules(month.value, asked())));
  const store = () =>
    run(async () => {
      await whileSaving(amendRules(asked()));
      tell(t("admin.rules.done", { day: dayText(day) }));
      onDone();
    });
  return (
    <Dialog
      title={t("admin.rules.amend", { key: parameter.key })}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={() => void look()}>
            {t("admin.rules.preview", { month: monthText(month.value) })}
          </button>
          <button type="button" class="primary" disabled={!preview || !reason.trim()} onClick={() => void store()}>
            {t("admin.rules.store")}
          </button>
        </>
      }
    >
      <p>{explanation(parameter)}</p>
      <p class="quiet-text">
        {t("admin.rules.now")} {valueText(parameter)} {unitText(parameter)}
      </p>
      <Field
        parameter={parameter}
        text={text}
        onChange={(value) => {
          setText(value);
          setPreview(null);
        }}
      />
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
      <label class="field">
        <span>{t("review.reason")}</span>
        <input value={reason} maxLength={200} onInput={(e) => setReason(e.currentTarget.value)} />
      </label>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {preview && <Effect preview={preview} />}
    </Dialog>
  );
}
