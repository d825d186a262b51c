import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Ranked, Review } from "../../api/types";
import { ABSENT, dayText, number, percent } from "../../format";
import { DataTable, type Column } from "../../parts/DataTable";
import { IntervalMark } from "../../parts/marks";
import { Tabs } from "../../parts/parts";
import { presenting, select, selection, tab } from "../../store";
import { lang, nameOf, t } from "../../words";
import { committeeCalled, withoutEnding } from "../overview/naming";
import { pointed } from "../overview/pointed";
import { level, review } from "./data";
import { Duties } from "./Duties";
import { Trends } from "./Trends";

const said = (zh: string, en: string | null | undefined) => (lang.value === "en" && en ? en : zh);

type TabName = "ranking" | "ladder" | "todo" | "trends";

function RankChange({ row }: { row: Ranked }) {
  if (row.rank === null || row.previous_rank === null || row.rank === row.previous_rank)
    return <span class="quiet-text">{row.previous_rank === null ? "" : "＝"}</span>;
  const up = row.previous_rank - row.rank;
  return (
    <span class="quiet-text" title={t("review.rank_before", { n: row.previous_rank })}>
      {up > 0 ? "▲" : "▼"}
      {Math.abs(up)}
    </span>
  );
}

/** Where the place could be, on the scale of all places, and where it is. */
function PlacesMark({ row, of }: { row: Ranked; of: number }) {
  const x = (place: number) => 3 + (58 * (place - 1)) / Math.max(1, of - 1);
  const what = t("review.places.row", { low: row.rank_low ?? ABSENT, high: row.rank_high ?? ABSENT });
  return (
    <svg class="interval places" width="64" height="16" viewBox="0 0 64 16" role="img" aria-label={what}>
      <title>{what}</title>
      <line class="axis" x1="3" x2="61" y1="8" y2="8" />
      <line class="range" x1={x(row.rank_low ?? 1)} x2={x(row.rank_high ?? of)} y1="8" y2="8" />
      {row.rank !== null && <circle class="value" cx={x(row.rank)} cy="8" r="2.5" />}
    </svg>
  );
}

function columns(rows: Ranked[]): Column<Ranked>[] {
  const lows = rows.map((r) => r.accuracy?.low ?? 1),
    from = Math.max(0, Math.min(...lows, 0.98));
  return [
    {
      key: "rank",
      head: t("review.rank"),
      title: t("review.rank_change"),
      width: presenting.value ? "92px" : "70px",
      cell: (r) => (
        <>
          <b class="rank">{number(r.rank)}</b> <RankChange row={r} />
        </>
      ),
      sort: (r) => r.rank,
    },
    {
      key: "name",
      head: t("area.committee"),
      cell: (r) => (
        <span title={r.code}>
          {withoutEnding(nameOf(r))}
          {r.ladder_level ? (
            <span class="chip chip-caution" title={t("review.ladder")}>
              {t("review.level", { n: r.ladder_level })}
            </span>
          ) : (
            ""
          )}
        </span>
      ),
      sort: (r) => r.code,
    },
    {
      key: "score",
      head: t("review.score_head"),
      align: "right",
      width: "52px",
      cell: (r) => number(r.score, 1),
      sort: (r) => r.score,
    },
    {
      key: "accuracy",
      head: t("review.accuracy"),
      unit: t("unit.percent"),
      align: "right",
      width: "66px",
      cell: (r) => percent(r.accuracy?.value).replace("%", ""),
      sort: (r) => r.accuracy?.value,
    },
    {
      key: "range",
      head: t("overview.range"),
      width: "74px",
      title: t("overview.range.title", { from: percent(from), to: "100%" }),
      cell: (r) => (r.accuracy ? <IntervalMark measure={r.accuracy} from={from} to={1} target={0.98} /> : ABSENT),
    },
    {
      key: "places",
      head: t("review.places"),
      title: t("review.places.what"),
      width: "74px",
      cell: (r) => (r.rank_low === null ? ABSENT : <PlacesMark row={r} of={rows.length} />),
      sort: (r) => r.rank_low,
    },
    {
      key: "checked",
      head: t("count.checked"),
      title: t("review.checked.what"),
      align: "right",
      width: "62px",
      cell: (r) => (
        <span class={r.checked !== null && r.target !== null && r.checked < r.target ? "wrong" : ""}>
          {number(r.checked)}
        </span>
      ),
      sort: (r) => r.checked,
    },
  ];
}

/** What a meeting reads from four metres; the rest stands on the sheet in front of them. */
const FROM_AFAR = new Set(["rank", "name", "score", "accuracy"]);

function Ranking({ now }: { now: Review }) {
  const shown = useMemo(
    () => columns(now.ranking).filter((c) => !presenting.value || FROM_AFAR.has(c.key)),
    [now, lang.value, presenting.value],
  );
  return (
    <>
      <DataTable
        label={t("review.ranking")}
        columns={shown}
        rows={now.ranking}
        codeOf={(r) => r.code}
        selected={selection.value?.kind === "committee" ? selection.value.code : null}
        initialSort={{ key: "rank", down: false }}
        empty={t("review.ranking.none")}
        onSelect={(r) => {
          level.value = "committee";
          select("committee", r.code);
        }}
        onHover={(r) => void (pointed.value = r ? { kind: "committee", code: r.code } : null)}
      />
      <p class="note quiet-text">
        {now.ranking.length > 0 && t("review.places.apart", { n: now.ranking.length, apart: apart(now.ranking) })}{" "}
        {now.luck ? said(now.luck.zh, now.luck.en) : t("review.luck")}
      </p>
    </>
  );
}

/** Committees whose possible places cover less than half of the table: their place says something. */
const apart = (rows: Ranked[]) =>
  rows.filter((r) => r.rank_low !== null && r.rank_high !== null && r.rank_high - r.rank_low + 1 < rows.length / 2)
    .length;

const Lines = ({ title, children, none }: { title: string; children: ComponentChildren[]; none: string }) => (
  <section>
    <h2 class="list-head">{title}</h2>
    {children.length ? <ul class="list">{children}</ul> : <p class="empty">{none}</p>}
  </section>
);

function Ladder({ now }: { now: Review }) {
  return (
    <div class="scroll" tabIndex={0}>
      <Lines title={t("review.ladder")} none={t("review.ladder.none")}>
        {now.ladder.map((e) => (
          <li key={e.code}>
            <span class="chip chip-caution">{t("review.level", { n: e.level })}</span>
            <b class="nowrap">{committeeCalled(e.name)}</b>
            <span class="quiet-text">{said(e.reason, e.reason_en)}</span>
          </li>
        ))}
      </Lines>
    </div>
  );
}

function Todo({ now }: { now: Review }) {
  return (
    <div class="scroll" tabIndex={0}>
      <Duties now={now} />
      <Lines title={t("review.late")} none={t("review.late.none")}>
        {now.late.map((e, k) => (
          <li key={k} class="two-lines">
            <span>{said(e.what, e.what_en)}</span>
            <small>
              {e.area && `${committeeCalled(e.area)} · `}
              <span class="wrong">{t("review.late.by", { day: dayText(e.due), n: e.days_late })}</span>
            </small>
          </li>
        ))}
      </Lines>
      <Lines title={t("review.todo")} none={t("review.todo.none")}>
        {now.todo.map((e, k) => (
          <li key={k} class="two-lines">
            <span>{said(e.what, e.what_en)}</span>
            {e.area && (
              <small>
                {e.code ? (
                  <button type="button" class="link" onClick={() => select("committee", e.code as string)}>
                    {committeeCalled(e.area)}
                  </button>
                ) : (
                  committeeCalled(e.area)
                )}
              </small>
            )}
          </li>
        ))}
      </Lines>
    </div>
  );
}

export function ReviewPanel() {
  const now = review.value;
  const shown = (tab.value || "ranking") as TabName;
  if (!now)
    return (
      <div class="skeleton" aria-busy="true">
        {t("review.reading")}
      </div>
    );
  return (
    <>
      <Tabs
        label={t("review.tabs")}
        value={shown}
        onChange={(name) => void (tab.value = name === "ranking" ? "" : name)}
        choices={[
          { value: "ranking", label: t("review.ranking") },
          { value: "trends", label: t("review.trends") },
          {
            value: "ladder",
            label: (
              <>
                {t("review.ladder")} {now.ladder.length > 0 && <span class="chip">{now.ladder.length}</span>}
              </>
            ),
          },
          {
            value: "todo",
            label: (
              <>
                {t("review.due")}{" "}
                {now.late.length + now.todo.length > 0 && <span class="chip">{now.late.length + now.todo.length}</span>}
              </>
            ),
          },
        ]}
      />
      {shown === "ranking" && <Ranking now={now} />}
      {shown === "ladder" && <Ladder now={now} />}
      {shown === "todo" && <Todo now={now} />}
      {shown === "trends" && (
        <div class="scroll" tabIndex={0}>
          <Trends now={now} />
        </div>
      )}
    </>
  );
}
