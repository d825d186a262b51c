import { useState } from "preact/hooks";
import { dayText, number, signedPercent, timeText } from "../../format";
import { Tabs } from "../../parts/parts";
import { go, may, tab, town } from "../../store";
import { nameOf, named, t } from "../../words";
import { Agreement } from "./Agreement";
import { BalanceTable } from "./BalanceTable";
import { CommitteeActions } from "./CommitteeActions";
import type { OpenDraft } from "./draft";
import { gridName } from "./problems";
import { PublishDialog } from "./PublishDialog";
import { statusOf } from "./status";
import { editable } from "./tools";
import { zoomTo } from "./zoom";

type TabName = "balance" | "problems" | "history" | "agreement";

function DraftHead({ open, onPublish }: { open: OpenDraft; onPublish: () => void }) {
  const draft = open.draft.value;
  const errors = open.problems.value.filter((p) => p.severity === "error").length;
  return (
    <header class="draft-head">
      <button type="button" class="quiet icon" aria-label={t("action.back")} onClick={() => go("boundaries")}>
        ‹
      </button>
      <div>
        <h1>{nameOf(draft)}</h1>
        <p class="quiet-text">
          {named("version", statusOf(draft))}
          {draft.valid_from ? ` · ${t("draft.from", { day: dayText(draft.valid_from) })}` : ""} ·{" "}
          {t("draft.revision", { n: draft.revision })}
          {open.savedAt.value
            ? ` · ${t("draft.saved_at", { time: timeText(open.savedAt.value) })}`
            : editable(open)
              ? ` · ${t("draft.autosaved")}`
              : ""}
        </p>
      </div>
      {draft.status === "draft" && may("boundaries.publish") && (
        <button
          type="button"
          class="primary push"
          disabled={errors > 0}
          title={errors ? t("publish.blocked", { n: errors }) : undefined}
          onClick={onPublish}
        >
          {t("publish.open")}
        </button>
      )}
    </header>
  );
}

/** The chosen grids: what they weigh, and why they are off target. */
function Chosen({ open }: { open: OpenDraft }) {
  const [renaming, setRenaming] = useState<string | null>(null);
  const chosen = open.figures.value.filter((f) => open.chosen.value.includes(f.code));
  if (!chosen.length) return <p class="chosen quiet-text">{t("draft.choose")}</p>;
  const sum = (key: "residents" | "dwellings" | "checks_due" | "staff_required") =>
    chosen.reduce((n, f) => n + f[key], 0);
  const one = chosen.length === 1 ? chosen[0] : undefined;
  const committee = town.value?.committees.find((c) => c.code === chosen[0]!.committee_code);
  return (
    <section class="chosen" aria-live="polite">
      <div class="row">
        {one && renaming !== null ? (
          <form
            class="row"
            onSubmit={(e) => {
              e.preventDefault();
              void open.run("rename", { grid: one.code, name: renaming.trim() });
              setRenaming(null);
            }}
          >
            <input
              autofocus
              value={renaming}
              maxLength={40}
              aria-label={t("draft.rename")}
              onInput={(e) => setRenaming(e.currentTarget.value)}
              onKeyDown={(e) => {
                if (e.key === "Escape") setRenaming(null);
              }}
            />
            <button type="submit" disabled={!renaming.trim()}>
              {t("action.confirm")}
            </button>
          </form>
        ) : (
          <h2>{one ? gridName(one) : t("draft.chosen", { n: chosen.length })}</h2>
        )}
        {one?.locked && <span class="chip">{t("draft.locked")}</span>}
        {one && renaming === null && editable(open) && (
          <button type="button" class="quiet push" onClick={() => setRenaming(one.name ?? "")}>
            {t("draft.rename")}
          </button>
        )}
      </div>
      <p class="quiet-text">
        {committee ? nameOf(committee) : chosen[0]!.committee_code}
        {one ? ` · ${one.code}` : ""}
      </p>
      <dl class="counts">
        {(["residents", "dwellings", "checks_due", "staff_required"] as const).map((key) => (
          <div key={key}>
            <dt>{t(key === "checks_due" ? "count.unchecked_this_year" : `count.${key}`)}</dt>
            <dd>{number(sum(key))}</dd>
          </div>
        ))}
      </dl>
      {one && (
        <p class="quiet-text">
          {t("draft.deviation", {
            off: signedPercent(one.off_target),
            unavoidable: signedPercent(one.unavoidable),
            added: signedPercent(one.added),
          })}
        </p>
      )}
      {editable(open) && <CommitteeActions open={open} committee={chosen[0]!.committee_code} />}
    </section>
  );
}

function Problems({ open }: { open: OpenDraft }) {
  const problems = open.problems.value;
  if (!problems.length) return <p class="empty">{t("draft.problems.none")}</p>;
  return (
    <ul class="list">
      {problems.map((p, k) => (
        <li key={`${p.kind}${p.grid_code ?? k}`}>
          <button
            type="button"
            onClick={() => {
              if (p.grid_code) open.chosen.value = [p.grid_code];
              zoomTo.value = { code: p.grid_code };
            }}
          >
            <span class={`chip ${p.severity === "error" ? "chip-wrong" : "chip-caution"}`}>
              {named("problem", p.kind)}
            </span>{" "}
            {p.detail}
          </button>
        </li>
      ))}
    </ul>
  );
}

function History({ open }: { open: OpenDraft }) {
  const log = open.draft.value.operations;
  if (!log.length) return <p class="empty">{t("draft.history.none")}</p>;
  return (
    <ol class="list">
      {log.map((o) => (
        <li key={o.seq}>
          <span class="quiet-text">{timeText(o.at, true)}</span> {named("operation", o.kind)}{" "}
          <span class="quiet-text push">{o.account}</span>
        </li>
      ))}
    </ol>
  );
}

export function EditorPanel({ open }: { open: OpenDraft }) {
  const [publishing, setPublishing] = useState(false);
  const shown = (tab.value || "balance") as TabName;
  const open_tab = (name: TabName) => {
    tab.value = name === "balance" ? "" : name;
    if (name === "history") void open.reload();
  };
  return (
    <>
      <DraftHead open={open} onPublish={() => setPublishing(true)} />
      <Chosen open={open} />
      <Tabs
        label={t("draft.tabs")}
        value={shown}
        onChange={open_tab}
        choices={[
          { value: "balance", label: t("draft.balance") },
          {
            value: "problems",
            label: (
              <>
                {t("draft.problems")}{" "}
                {open.problems.value.length > 0 && <span class="chip">{open.problems.value.length}</span>}
              </>
            ),
          },
          ...(open.draft.value.operations ? [{ value: "history" as const, label: t("draft.history") }] : []),
          { value: "agreement", label: t("draft.agreement") },
        ]}
      />
      {shown === "balance" && <BalanceTable open={open} />}
      {shown === "problems" && (
        <div class="scroll" tabIndex={0}>
          <Problems open={open} />
        </div>
      )}
      {shown === "history" && (
        <div class="scroll" tabIndex={0}>
          <History open={open} />
        </div>
      )}
      {shown === "agreement" && (
        <div class="scroll" tabIndex={0}>
          <Agreement open={open} />
        </div>
      )}
      {publishing && <PublishDialog open={open} onClose={() => setPublishing(false)} />}
    </>
  );
}
