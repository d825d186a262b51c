"""A year of meetings: frozen, scored, published, one month corrected, everything reproducible from stored inputs."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from sqlalchemy import text

from geo_service.database import Database, Scope
from geo_service.dependencies import SHANGHAI
from geo_service.problems import Problem
from geo_service.queries import reviews as queries
from geo_service.reviews import months, scoring
from geo_service.reviews.meeting import meeting
from grids.assessment.cadences import MonthStateError

TOWN = "310199001"
OFFICE = Scope(TOWN, None, "office")
YEAR = [m.date() for m in pd.date_range("2025-04-01", "2026-03-01", freq="MS")]


def after(month: dt.date, days: int = 35) -> dt.datetime:
    return dt.datetime.combine(month + dt.timedelta(days=days), dt.time(9), SHANGHAI)


def held(town: Database, month: dt.date) -> None:
    """One month's meeting from beginning to end."""
    for action in ("freeze", "score", "publish"):
        with town.transaction(OFFICE) as session:
            months.decide(session, OFFICE, month, action, now=after(month))


def test_a_year_of_meetings_is_reproducible_and_one_month_corrected(town: Database) -> None:
    for month in YEAR:
        held(town, month)
    with town.transaction(OFFICE, writes=False) as session:
        rows = queries.newest_of_each(session, TOWN, YEAR[0], YEAR[-1])
        assert [row.state for row in rows] == ["published"] * 12
        assert [scoring.differences(session, row) for row in rows] == [[]] * 12
        events = {row.month: len(queries.events(session, TOWN, row.month, row.revision)) for row in rows}
        before = {row.month: [s.total for s in queries.scores(session, TOWN, row.month, 0)] for row in rows}
    assert all(len(totals) >= 4 for totals in before.values())
    assert sum(events.values()) > 0

    corrected = YEAR[8]  # December: what it changes reaches only the year's end
    with town.transaction(OFFICE) as session:
        worst = queries.scores(session, TOWN, corrected, 0)[-1].unit_code
        _improve(session, worst, corrected)
        row = months.decide(session, OFFICE, corrected, "correct", now=after(YEAR[-1]), reason="late_checks")
        assert row is not None
        assert (row.revision, row.state, row.reason) == (1, "corrected", "late_checks")
    with town.transaction(OFFICE, writes=False) as session:
        rows = queries.newest_of_each(session, TOWN, YEAR[0], YEAR[-1])
        assert [scoring.differences(session, row) for row in rows] == [[]] * 12
        old = {s.unit_code: s.total for s in queries.scores(session, TOWN, corrected, 0)}
        new = {s.unit_code: s.total for s in queries.scores(session, TOWN, corrected, 1)}
        assert old[worst] != new[worst]
        assert {u: t for u, t in old.items() if u != worst} == {u: t for u, t in new.items() if u != worst}
        assert [s.total for s in queries.scores(session, TOWN, YEAR[0], 0)] == before[YEAR[0]]
        first = queries.revision(session, TOWN, corrected, 0)
        assert first is not None
        assert scoring.differences(session, first) == []  # the former result is kept and still adds up
    with town.transaction(OFFICE) as session:
        _improve(session, worst, corrected, -40)


def _improve(session, committee: str, month: dt.date, extra: int = 40) -> None:  # type: ignore[no-untyped-def]
    """Late checks of one committee: straight into the month's counts, as the triggers would put them."""
    session.execute(
        text("UPDATE building_month SET ground_checked = ground_checked + :n, ground_correct = ground_correct + :n "
             "WHERE subdistrict_code = :s AND month = :m AND building_code = (SELECT min(v.building_code) FROM "
             "version_building v JOIN building_month m ON m.building_code = v.building_code AND m.month = :m "
             "WHERE v.committee_code = :c)"),
        {"n": extra, "s": TOWN, "m": month, "c": committee},
    )  # fmt: skip


def test_a_published_month_is_not_frozen_again(town: Database) -> None:
    held(town, YEAR[0])
    with pytest.raises(MonthStateError), town.transaction(OFFICE) as session:
        months.decide(session, OFFICE, YEAR[0], "freeze", now=after(YEAR[0]))


def test_a_correction_needs_a_reason_from_the_list(town: Database) -> None:
    held(town, YEAR[0])
    with pytest.raises(MonthStateError), town.transaction(OFFICE) as session:
        months.decide(session, OFFICE, YEAR[0], "correct", now=after(YEAR[0]))
    with pytest.raises(Problem, match="unknown-reason"), town.transaction(OFFICE) as session:
        months.decide(session, OFFICE, YEAR[0], "correct", now=after(YEAR[0]), reason="because")


def test_a_month_that_is_not_over_is_not_frozen(town: Database) -> None:
    early = dt.datetime(2025, 4, 29, 12, tzinfo=SHANGHAI)
    with pytest.raises(Problem, match="month-not-over"), town.transaction(OFFICE) as session:
        months.decide(session, OFFICE, YEAR[0], "freeze", now=early)


def test_scores_follow_the_frozen_inputs_and_not_what_came_later(town: Database) -> None:
    month = YEAR[2]
    with town.transaction(OFFICE) as session:
        months.decide(session, OFFICE, month, "freeze", now=after(month))
        row = queries.newest(session, TOWN, month)
        assert row is not None
        unit = row.inputs["units"][0]
        _improve(session, unit["code"], month)
    with town.transaction(OFFICE) as session:
        months.decide(session, OFFICE, month, "score", now=after(month))
        stored = {s.unit_code: s.items for s in queries.scores(session, TOWN, month, 0)}
        assert stored[unit["code"]]["items"]["SG-6"]["inputs"]["subtotal"] == unit["figures"]["subtotal"]
        months.decide(session, OFFICE, month, "freeze", now=after(month))  # one step back: scores are gone
        assert queries.scores(session, TOWN, month, 0) == []
        _improve(session, unit["code"], month, -40)


def test_the_meeting_ranks_only_what_is_scored_and_drafts_on_request(town: Database) -> None:
    month = YEAR[-1]
    with town.transaction(OFFICE, writes=False) as session:
        empty = meeting(session, OFFICE, month, now=after(month))
        draft = meeting(session, OFFICE, month, now=after(month), provisional=True)
    assert empty.ranking == ()
    assert draft.provisional
    assert len(draft.ranking) >= 4
    assert draft.ranking[0].rank == 1
    assert draft.luck is not None
    assert len(draft.trends) == 12


@pytest.mark.parametrize("rules", ["三林", "上钢新村", "古美路", "徐泾", "方松"])
def test_every_towns_rules_make_a_meeting_of_the_demo_data(town: Database, rules: str) -> None:
    with town.transaction(OFFICE, writes=False) as session:
        found = meeting(session, OFFICE, YEAR[-1], now=after(YEAR[-1]), town=rules, provisional=True)
    assert found.ranking
    assert all(line.items for line in found.ranking)
    assert {"三林": "SL", "上钢新村": "SG", "古美路": "GM", "徐泾": "XJ", "方松": "FS"}[rules] == found.family
    if found.family in ("SL", "SG"):
        assert all(line.rank is not None for line in found.ranking)
    else:
        assert all(line.rank is None for line in found.ranking)
