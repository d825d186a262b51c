import { useMemo, useState } from "preact/hooks";
import { dayText, number } from "../../format";
import { DataTable, type Column } from "../../parts/DataTable";
import { Empty, Segments, Split, Trouble } from "../../parts/parts";
import { month } from "../../store";
import { lang, named, t } from "../../words";
import { readCandidates, type Candidate, type What } from "./api";
import { NewInspection } from "./NewInspection";
import { PlacesMap } from "./PlacesMap";
import { useRead } from "./useRead";

const FIRST = 20;

const signalsOf = (c: Candidate) => c.reasons.map((r) => named("inspection.signal", r.signal)).join(t("list.and"));

function columns(picked: ReadonlySet<string>, toggle: (code: string) => void): Column<Candidate>[] {
  return [
    {
      key: "pick",
      head: <span class="unseen">{t("inspections.pick")}</span>,
      width: "36px",
      cell: (c) => (
        <input
          type="checkbox"
          aria-label={`${t("inspections.pick")} ${c.name}`}
          checked={picked.has(c.code)}
          onClick={(e) => e.stopPropagation()}
          onChange={() => toggle(c.code)}
        />
      ),
    },
    {
      key: "rank",
      head: t("inspections.rank"),
      align: "right",
      width: "48px",
      cell: (c) => c.rank,
      sort: (c) => c.rank,
    },
    {
      key: "name",
      head: t("inspections.place"),
      cell: (c) => <span title={c.name}>{c.name}</span>,
      sort: (c) => c.name,
    },
    {
      key: "reasons",
      head: t("inspections.reasons"),
      width: "150px",
      cell: (c) => <span title={signalsOf(c)}>{signalsOf(c)}</span>,
      sort: (c) => c.reasons.length,
    },
    {
      key: "score",
      head: t("inspections.score"),
      align: "right",
      width: "48px",
      cell: (c) => number(c.score, 1),
      sort: (c) => c.score,
    },
  ];
}

function Why({ site }: { site: Candidate }) {
  return (
    <section class="why">
      <h2>{site.name}</h2>
      <p class="quiet-text">
        {named("inspection.site", site.kind)} · {t("inspections.last_visit")} {dayText(site.last_visit_on)}
      </p>
      <ul class="list">
        {site.reasons.map((r) => (
          <li key={r.signal}>
            {lang.value === "zh" ? r.zh : r.en}
            <span class="quiet-text push">+{number(r.points, 1)}</span>
          </li>
        ))}
        {!site.reasons.length && <li class="quiet-text">{t("inspections.no_signals")}</li>}
      </ul>
    </section>
  );
}

/** Ranked places with the reasons in words; some are picked, on the map or in the table, and an inspection begins. */
export function Candidates() {
  const [what, setWhat] = useState<What>("sites");
  const { found, wrong, again } = useRead(() => readCandidates(month.value, what), [month.value, what]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string | null>(null);
  const [planning, setPlanning] = useState(false);
  const sites = found?.sites ?? [];
  const toggle = (code: string) => {
    const next = new Set(picked);
    if (!next.delete(code)) next.add(code);
    setPicked(next);
  };
  const marks = useMemo(
    () =>
      sites.flatMap((s) =>
        s.point
          ? [
              {
                code: s.code,
                point: s.point,
                label: picked.has(s.code) ? "✓" : "",
                tone: picked.has(s.code) ? ("strong" as const) : s.score > 0 ? ("plain" as const) : ("faint" as const),
              },
            ]
          : [],
      ),
    [found, picked],
  );
  const site = sites.find((s) => s.code === chosen);
  const panel = (
    <>
      <div class="panel-bar">
        <Segments
          label={t("inspections.what")}
          value={what}
          onChange={(next) => {
            setWhat(next);
            setPicked(new Set());
            setChosen(null);
          }}
          choices={[
            { value: "sites", label: t("inspections.what.sites") },
            { value: "buildings", label: t("inspections.what.buildings") },
          ]}
        />
        <span class="quiet-text push">{t("inspections.picked", { n: picked.size })}</span>
      </div>
      {wrong ? <Trouble error={wrong} again={again} /> : null}
      {!found && !wrong && (
        <div class="skeleton" aria-busy="true">
          {t("inspections.ranking")}
        </div>
      )}
      {found && (
        <DataTable
          label={t("inspections.tab.candidates")}
          columns={columns(picked, toggle)}
          rows={sites}
          codeOf={(s) => s.code}
          selected={chosen}
          marked={picked}
          onSelect={(s) => setChosen(s.code)}
          onOpen={(s) => toggle(s.code)}
          empty={<Empty>{t("inspections.no_candidates")}</Empty>}
        />
      )}
      {site && <Why site={site} />}
      <div class="panel-bar">
        <button
          type="button"
          disabled={!sites.length}
          onClick={() => setPicked(new Set(sites.slice(0, FIRST).map((s) => s.code)))}
        >
          {t("inspections.pick.best", { n: Math.min(FIRST, sites.length) })}
        </button>
        <button type="button" class="quiet" disabled={!picked.size} onClick={() => setPicked(new Set())}>
          {t("inspections.pick.none")}
        </button>
        <button type="button" class="primary push" disabled={!picked.size} onClick={() => setPlanning(true)}>
          {t("inspections.plan")}
        </button>
      </div>
      <p class="quiet-text panel-note">{t("inspections.none_conclusive")}</p>
      {planning && found && (
        <NewInspection
          sites={[...picked]}
          what={what}
          day={found.day}
          share={found.control_share}
          onClose={() => setPlanning(false)}
        />
      )}
    </>
  );
  return (
    <Split name="inspections" initial={500} panel={panel}>
      <PlacesMap marks={marks} lines={[]} chosen={chosen} onChoose={setChosen} />
    </Split>
  );
}
