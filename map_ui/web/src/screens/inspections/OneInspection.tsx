import { useMemo, useState } from "preact/hooks";
import { dayText, number, timeText } from "../../format";
import { DataTable, type Column } from "../../parts/DataTable";
import { Progress, Split, Trouble } from "../../parts/parts";
import { complain } from "../../shell/notices";
import { go, may } from "../../store";
import { lang, named, t } from "../../words";
import {
  approveHours,
  changeInspection,
  makeRoute,
  photoUrl,
  readInspection,
  sheetsUrl,
  type Inspection,
  type State,
  type Stop,
} from "./api";
import { Findings } from "./Findings";
import { PlacesMap } from "./PlacesMap";
import { useRead } from "./useRead";

const NEXT: Partial<Record<State, State>> = {
  draft: "planned",
  planned: "under_way",
  under_way: "recorded",
  recorded: "closed",
};

function columns(): Column<Stop>[] {
  return [
    {
      key: "team",
      head: t("inspections.team"),
      width: "44px",
      cell: (s) => (
        <>
          {s.team ?? "—"}
          {s.locked && <span title={t("inspections.lock")}> ●</span>}
        </>
      ),
      sort: (s) => (s.team ? `${s.team}${String(s.position).padStart(3, "0")}` : null),
    },
    {
      key: "position",
      head: t("sheets.order"),
      align: "right",
      width: "44px",
      cell: (s) => number(s.position),
      sort: (s) => s.position,
    },
    {
      key: "arrive",
      head: t("inspections.arrive"),
      align: "right",
      width: "56px",
      cell: (s) => (s.arrive_at ? timeText(s.arrive_at) : "—"),
      sort: (s) => s.arrive_at,
    },
    {
      key: "name",
      head: t("inspections.place"),
      cell: (s) => (
        <span class={s.removed ? "quiet-text" : ""} title={s.name}>
          {s.name}
          {s.control && (
            <span class="chip" title={t("inspections.control.what")}>
              {t("inspections.control")}
            </span>
          )}
          {s.removed && <span class="chip">{t("inspections.removed")}</span>}
        </span>
      ),
      sort: (s) => s.name,
    },
    {
      key: "outcome",
      head: t("inspections.outcome"),
      width: "84px",
      cell: (s) => (s.outcome ? named("inspections.outcome", s.outcome) : "—"),
      sort: (s) => s.outcome,
    },
  ];
}

function StopFacts({ one, stop, change }: { one: Inspection; stop: Stop; change: (body: object) => void }) {
  const left = one.plan.left_out?.[stop.id];
  const photos = (one.photos ?? []).filter((p) => p.stop_id === stop.id);
  const fixed = !may("inspections.plan") || !["draft", "planned", "under_way"].includes(one.state);
  return (
    <section class="why">
      <h2>{stop.name}</h2>
      <p class="quiet-text">{stop.kind ? named("inspection.site", stop.kind) : ""}</p>
      {left && (
        <p class="wrong">
          {t("inspections.left_out")}: {lang.value === "zh" ? left.zh : left.en}
        </p>
      )}
      <ul class="list">
        {stop.reasons.map((r) => (
          <li key={r.signal}>{lang.value === "zh" ? r.zh : r.en}</li>
        ))}
      </ul>
      {photos.length > 0 && (
        <ul class="photos" aria-label={t("inspections.photos", { n: photos.length })}>
          {photos.map((p) => (
            <li key={p.id}>
              <a href={photoUrl(one.id, p.id)} target="_blank" rel="noopener">
                <img
                  src={photoUrl(one.id, p.id)}
                  loading="lazy"
                  alt={t("inspections.photo", { name: stop.name, time: timeText(p.received_at, true) })}
                />
              </a>
            </li>
          ))}
        </ul>
      )}
      {!fixed && (
        <div class="row">
          {stop.team && (
            <button
              type="button"
              aria-pressed={stop.locked}
              onClick={() => change({ stops: [{ id: stop.id, locked: !stop.locked }] })}
            >
              {t("inspections.lock.team", { team: stop.team })}
            </button>
          )}
          <button type="button" onClick={() => change({ stops: [{ id: stop.id, removed: !stop.removed }] })}>
            {t(stop.removed ? "inspections.restore" : "inspections.remove")}
          </button>
        </div>
      )}
    </section>
  );
}

function Head({ one, busy, run }: { one: Inspection; busy: boolean; run: (work: () => Promise<Inspection>) => void }) {
  const plans = may("inspections.plan");
  const next = NEXT[one.state];
  const routed = Boolean(one.plan.routes);
  const editable = ["draft", "planned", "under_way"].includes(one.state);
  const route = (without: string[] = []) =>
    run(() =>
      makeRoute(one.id, { expected_revision: one.revision, without_teams: without, keep_teams: without.length > 0 }),
    );
  return (
    <header class="headline">
      <div class="row">
        <button type="button" class="quiet" onClick={() => go("inspections")}>
          {t("inspections.back")}
        </button>
        <h1>{one.title}</h1>
        <span class="chip push">{named("inspections.state", one.state)}</span>
      </div>
      <p class="quiet-text">
        {dayText(one.day)}
        {one.plan.walk_m !== undefined && ` · ${t("inspections.route.sum", { km: number(one.plan.walk_m / 1000, 1) })}`}
        {one.plan.on_streets === false && ` · ${t("inspections.route.straight")}`}
      </p>
      {one.needs_approval && (
        <p class="wrong">
          {t("inspections.needs_approval")}
          {plans && (
            <button type="button" onClick={() => run(() => approveHours(one.id, one.revision))}>
              {t("inspections.approve")}
            </button>
          )}
        </p>
      )}
      <div class="row wrap">
        {plans && editable && (
          <button type="button" class={routed ? "" : "primary"} disabled={busy} onClick={() => route()}>
            {t(routed ? "inspections.route.again" : "inspections.route")}
          </button>
        )}
        {plans &&
          routed &&
          editable &&
          one.teams.length > 1 &&
          one.teams
            .filter((team) => !one.plan.without?.includes(team.code))
            .map((team) => (
              <button
                key={team.code}
                type="button"
                class="quiet"
                disabled={busy}
                onClick={() => route([...(one.plan.without ?? []), team.code])}
              >
                {t("inspections.drop", { team: team.code })}
              </button>
            ))}
        {plans && next && routed && (
          <button
            type="button"
            class="primary push"
            disabled={busy}
            onClick={() => run(() => changeInspection(one.id, { expected_revision: one.revision, state: next }))}
          >
            {named("inspections.move", next)}
          </button>
        )}
      </div>
      <p class="row wrap">
        <span class="quiet-text">{t("inspections.sheets")}</span>
        <a href={sheetsUrl(one.id, "pdf")}>PDF</a>
        <a href={sheetsUrl(one.id, "xlsx")}>XLSX</a>
        <a href={sheetsUrl(one.id, "html")} target="_blank" rel="noreferrer">
          HTML
        </a>
        <a class="push" href={`./phone.html#/${one.id}`} target="_blank" rel="noreferrer">
          {t("inspections.phone")}
        </a>
      </p>
    </header>
  );
}

/** One inspection: its route on the map, its stops, what was found and what follows. */
export function OneInspection({ id }: { id: string }) {
  const { found: one, wrong, again, put } = useRead(() => readInspection(id), [id]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const marks = useMemo(
    () =>
      (one?.stop_list ?? []).flatMap((s) =>
        s.point && !s.removed
          ? [
              {
                code: s.id,
                point: s.point,
                label: s.position === null ? "" : String(s.position),
                tone: s.team ? ("strong" as const) : ("plain" as const),
              },
            ]
          : [],
      ),
    [one],
  );
  const lines = useMemo(
    () =>
      (one?.teams ?? []).map((team) => ({
        team: team.code,
        points: (one?.stop_list ?? [])
          .filter((s) => s.team === team.code && s.point && s.position !== null && !s.removed)
          .sort((a, b) => a.position! - b.position!)
          .map((s) => s.point!),
      })),
    [one],
  );
  async function run(work: () => Promise<Inspection>): Promise<void> {
    setBusy(true);
    try {
      put(await work());
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  }
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!one)
    return (
      <div class="skeleton" aria-busy="true">
        {t("inspections.reading")}
      </div>
    );
  const stop = one.stop_list.find((s) => s.id === chosen);
  const panel = (
    <>
      <Head one={one} busy={busy} run={(work) => void run(work)} />
      {busy && <Progress what={t("inspections.routing")} />}
      <DataTable
        label={t("inspections.stops")}
        columns={columns()}
        rows={one.stop_list}
        codeOf={(s) => s.id}
        selected={chosen}
        onSelect={(s) => setChosen(s.id)}
        initialSort={{ key: "team", down: false }}
      />
      {stop && (
        <StopFacts
          one={one}
          stop={stop}
          change={(body) => void run(() => changeInspection(one.id, { expected_revision: one.revision, ...body }))}
        />
      )}
      <Findings one={one} again={again} />
    </>
  );
  return (
    <Split name="inspection" initial={500} panel={panel}>
      <PlacesMap marks={marks} lines={lines} chosen={chosen} onChoose={setChosen} />
    </Split>
  );
}
