import { useEffect, useMemo, useState } from "preact/hooks";
import { pause, Problem } from "../../api/client";
import { readColumns, readTask, upload } from "../../api/endpoints";
import type { LoadField, LoadReport, Task } from "../../api/types";
import { forgetSources } from "../../map/sources";
import { LineTable } from "../../parts/LineTable";
import { Progress } from "../../parts/parts";
import { sayWhatWentWrong, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { loadTown } from "../../store";
import { inLanguage, t } from "../../words";
import { forgetFigures } from "../overview/data";
import { FieldName } from "./fields";
import { guessed, headingsOf } from "./headings";
import { Mapping, Report } from "./Report";

export const KINDS = [
  "areas",
  "buildings",
  "barriers",
  "dwellings",
  "rooms",
  "key-sites",
  "registrations",
  "checks",
  "activity",
  "teams",
  "grids",
  "inputs",
  "source-lists",
] as const;
export type Kind = (typeof KINDS)[number];
type Answer = { report: LoadReport; load_id: number | null };

/** What is guessed, as if it had been chosen: the service is told of all of it. */
const taken = (guess: { source: string; field: string | null }[]) =>
  Object.fromEntries(guess.filter((c) => c.field).map((c) => [c.source, c.field as string]));

async function follow(answer: Answer | Task<Answer>, say: (task: Task) => void): Promise<Answer> {
  if ("report" in answer) return answer;
  let task = answer;
  while (task.state === "queued" || task.state === "running") {
    say(task);
    await pause(500);
    task = await readTask<Answer>(task.id);
  }
  if (task.state !== "done" || !task.result) throw new Problem(422, "task-failed", "", inLanguage(task.message ?? ""));
  return task.result;
}

/** A file is looked through first and written only on a second word: the report is the same, row by row. */
export function Import() {
  const [kind, setKind] = useState<Kind>("checks");
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<"delta" | "snapshot">("delta");
  const [crs, setCrs] = useState("");
  const [fields, setFields] = useState<LoadField[]>([]);
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [report, setReport] = useState<LoadReport | null>(null);
  const [headings, setHeadings] = useState<string[] | null>(null);
  const [task, setTask] = useState<{ what: string; share: number | null } | null>(null);
  const [wrong, setWrong] = useState("");
  /** The service could not begin to read: a column that it needs is called otherwise. */
  const [unread, setUnread] = useState(false);
  useEffect(() => {
    setFields([]);
    readColumns(kind).then(
      (found) => setFields(found.fields),
      () => undefined,
    );
  }, [kind]);
  useEffect(() => {
    setReport(null);
    setMapping({});
    setWrong("");
    setUnread(false);
  }, [kind, file]);
  useEffect(() => {
    let wanted = true;
    setHeadings(null);
    if (file)
      headingsOf(file).then(
        (found) => wanted && setHeadings(found),
        () => undefined, // the service says what is wrong with it
      );
    return () => void (wanted = false);
  }, [file]);

  async function ask(commit: boolean): Promise<void> {
    if (!file) return;
    const form = new FormData();
    form.set("kind", kind);
    form.set("file", file);
    form.set("mode", mode);
    if (crs) form.set("crs", crs);
    form.set("mapping", JSON.stringify(mapping));
    form.set("commit", String(commit));
    setWrong("");
    setUnread(false);
    setTask({ what: t(commit ? "data.writing" : "data.reading"), share: null });
    try {
      const work = upload(form).then((answer) =>
        follow(answer, (now) =>
          setTask({
            what: inLanguage(now.message ?? "") || t(commit ? "data.writing" : "data.reading"),
            share: now.progress,
          }),
        ),
      );
      const answer = await (commit ? whileSaving(work) : work);
      if (commit) {
        tell(t("data.written", { n: answer.report.ok }));
        forgetFigures();
        forgetSources();
        void loadTown();
        setFile(null);
      } else setReport(answer.report);
    } catch (error) {
      setUnread(error instanceof Problem && error.type.endsWith("/reader-error"));
      setWrong(sayWhatWentWrong(error));
    } finally {
      setTask(null);
    }
  }

  const guess = useMemo(() => guessed(headings ?? [], fields), [headings, fields]);
  return (
    <section class="import">
      <div class="import-form">
        <label class="field">
          <span>{t("data.kind")}</span>
          <select value={kind} onChange={(e) => setKind(e.currentTarget.value as Kind)}>
            {KINDS.map((k) => (
              <option key={k} value={k}>
                {t(`kind.${k}`)}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{t("data.file")}</span>
          <span class="button-like file-pick">
            {file ? file.name : t("data.file.choose")}
            <input
              type="file"
              class="unseen"
              key={file ? "one" : "none"}
              accept=".csv,.xlsx,.gpkg,.geojson,.json,.parquet,.zip,.shp"
              onChange={(e) => setFile(e.currentTarget.files?.[0] ?? null)}
            />
          </span>
        </label>
        <label class="field">
          <span>{t("data.mode")}</span>
          <select value={mode} onChange={(e) => setMode(e.currentTarget.value as "delta")}>
            <option value="delta">{t("data.mode.delta")}</option>
            <option value="snapshot">{t("data.mode.snapshot")}</option>
          </select>
        </label>
        <label class="field">
          <span>{t("data.crs")}</span>
          <select value={crs} onChange={(e) => setCrs(e.currentTarget.value)}>
            <option value="">{t("data.crs.file")}</option>
            <option value="EPSG:4326">WGS 84</option>
            <option value="EPSG:4490">CGCS2000</option>
            <option value="EPSG:4549">CGCS2000 / 3° 120E</option>
            <option value="gcj02">GCJ-02</option>
            <option value="bd09">BD-09</option>
          </select>
        </label>
        <button
          type="button"
          class={report ? "" : "primary"}
          disabled={!file || Boolean(task)}
          onClick={() => void ask(false)}
        >
          {t("data.look")}
        </button>
      </div>
      <p class="quiet-text">
        {t(mode === "snapshot" ? "data.mode.snapshot.what" : "data.mode.delta.what")} {t("data.dropped")}
      </p>
      {task && <Progress what={task.what} share={task.share} />}
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      {unread && !report && !task && headings && fields.length > 0 && (
        <>
          <p>{t("data.mapping.needed")}</p>
          <Mapping
            columns={guess}
            dropped={0}
            fields={fields}
            mapping={mapping}
            onMap={(chosen) => setMapping({ ...taken(guess), ...chosen })}
            onAgain={() => void ask(false)}
          />
        </>
      )}
      {!report && !task && fields.length > 0 && (
        <LineTable heads={["data.field", "data.field.column", "data.field.required"]} acts={null} caption="data.fields">
          {fields.map((f) => (
            <tr key={f.field}>
              <td>
                <FieldName field={f} />
              </td>
              <td>{f.aliases.join(t("list.and"))}</td>
              <td>{f.required ? t("yes") : "—"}</td>
            </tr>
          ))}
        </LineTable>
      )}
      {report && (
        <Report
          report={report}
          headings={headings}
          fields={fields}
          mapping={mapping}
          onMap={setMapping}
          onAgain={() => void ask(false)}
          onCommit={() => void ask(true)}
          busy={Boolean(task)}
        />
      )}
    </section>
  );
}
