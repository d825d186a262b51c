"""Files through the readers into the tables: trial runs, repeats, snapshots, undoing, and what is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from geo_service.database import Database, Scope
from geo_service.loading.files import Outcome, undo_batch
from geo_service.problems import Problem
from geo_service.queries.loads import loads

SUB = "310199009"
SCOPE = Scope(SUB, account="loader")

Load = Callable[..., Outcome]
Write = Callable[[str, Any], Path]
Content = Callable[[], dict[str, list[str]]]


def one(town: Database, query: str) -> Any:
    with town.transaction(Scope(SUB), writes=False) as session:
        return session.execute(text(query)).scalar_one()


def rows(town: Database, query: str) -> list[tuple[Any, ...]]:
    with town.transaction(Scope(SUB), writes=False) as session:
        return [tuple(r) for r in session.execute(text(query))]


def test_a_small_town_comes_in_and_is_counted(small_town: Database) -> None:
    assert rows(small_town, "SELECT code, committee_code FROM building WHERE kind = 'building' ORDER BY 1") == [
        ("B1", SUB + "001"), ("B2", SUB + "001"), ("B3", SUB + "001"), ("B4", SUB + "002")
    ]  # fmt: skip
    assert rows(small_town, "SELECT building_code, max(residents) FROM building_stock GROUP BY 1 ORDER BY 1") == [
        ("B1", 2), ("B2", 1), ("B3", 0), ("B4", 0)
    ]  # fmt: skip
    april = "SELECT building_code, checked, correct, records_checked FROM building_month ORDER BY 1"
    assert rows(small_town, april) == [("B1", 2, 1, 2), ("B2", 1, 1, 1)]


def test_a_trial_run_says_what_a_load_would_do_and_keeps_nothing(
    small_town: Database, load: Load, write: Write, content: Content
) -> None:
    before = content()
    path = write("more.csv", "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\nR9,D3,2026-05-05\n")
    outcome = load("registrations", path, commit=False)
    assert outcome.counts is not None
    assert (outcome.counts.added, outcome.counts.same, outcome.committed) == (1, 1, False)
    assert content() == before
    assert one(small_town, "SELECT count(*) FROM load_batch WHERE kind = 'registrations'") == 1


def test_loading_the_same_file_twice_changes_nothing(
    small_town: Database, load: Load, tmp_path: Path, content: Content
) -> None:
    before = content()
    for kind, name in (("areas", "areas.geojson"), ("buildings", "buildings.geojson"), ("dwellings", "dwellings.csv"),
                       ("registrations", "registrations.csv"), ("checks", "checks.csv")):  # fmt: skip
        counts = load(kind, tmp_path / name).counts
        assert counts is not None
        assert (counts.added, counts.changed, counts.closed) == (0, 0, 0), kind
    assert content() == before


def test_a_snapshot_closes_what_it_lacks_and_undoing_it_restores_exactly(
    small_town: Database, load: Load, write: Write, content: Content
) -> None:
    many = "".join(f"S{n},D3,2026-01-05\n" for n in range(40))
    head = "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\nR3,D2,2026-03-05\n"
    load("registrations", write("many.csv", head + "R2,D1,2026-02-05\n" + many))
    before = content()
    outcome = load(
        "registrations", write("snapshot.csv", head + many + "N1,D4,2026-06-01\n"), mode="snapshot"
    )
    assert outcome.counts is not None
    assert (outcome.counts.closed, outcome.counts.added) == (1, 1)
    assert one(small_town, "SELECT count(*) FROM registration WHERE until = '2026-06-30'") == 1
    latest = (
        "SELECT residents FROM building_stock WHERE building_code = 'B1' ORDER BY from_month DESC LIMIT 1"
    )
    assert one(small_town, latest) == 1
    assert outcome.batch_id is not None
    assert undo_batch(small_town, SCOPE, outcome.batch_id, _today()) == {"restored": 1, "removed": 1}
    assert content() == before


def test_a_snapshot_that_would_close_more_than_five_percent_is_refused_unless_forced(
    small_town: Database, load: Load, write: Write, content: Content
) -> None:
    before = content()
    short = write("short.csv", "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\n")
    with pytest.raises(Problem) as refusal:
        load("registrations", short, mode="snapshot")
    assert (refusal.value.type, refusal.value.extra) == ("too-many-closures", {"closing": 2, "open": 3})
    assert content() == before
    forced = load("registrations", short, mode="snapshot", force=True)
    assert forced.counts is not None
    assert forced.counts.closed == 2


def test_a_snapshot_with_rejected_rows_is_refused(small_town: Database, load: Load, write: Write) -> None:
    wrong = "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\nR2,D1,not a day\nR3,D2,2026-03-05\n"
    with pytest.raises(Problem, match="snapshot-with-errors"):
        load("registrations", write("wrong.csv", wrong), mode="snapshot", force=False)


def test_undoing_a_load_of_dwellings_restores_states_records_and_counts(
    small_town: Database, load: Load, write: Write, content: Content
) -> None:
    load("registrations", write("waiting.csv", "登记编号,房屋编码,登记日期\nW1,D9,2026-05-05\n"))
    assert one(small_town, "SELECT records_unlinked FROM building_stock WHERE records_unlinked > 0") == 1
    before = content()
    changed = (
        "房屋编码,楼栋编码,用途,状态,建档日期,室号\n"
        "D1,B3,出租,在用,2020-01-01,101\n"  # moved to another building, and let
        "D9,B4,自住,在用,2020-01-01,109\n"  # the dwelling that a record waited for
    )
    outcome = load("dwellings", write("changed.csv", changed))
    assert outcome.counts is not None
    assert (outcome.counts.added, outcome.counts.changed) == (1, 1)
    linked = "SELECT building_code FROM registration WHERE source_dwelling_code IN ('D1', 'D9') ORDER BY 1"
    assert [b for (b,) in rows(small_town, linked)] == ["B3", "B3", "B4"]
    assert outcome.batch_id is not None
    undo_batch(small_town, SCOPE, outcome.batch_id, _today())
    assert content() == before


def test_undoing_a_load_of_buildings_restores_shapes_to_the_last_bit(
    small_town: Database, load: Load, write: Write, content: Content
) -> None:
    before = content()
    ring = [
        [121.5010001234567, 31.2030007654321],
        [121.5017, 31.203],
        [121.5017, 31.2037],
        [121.5010001234567, 31.2030007654321],
    ]
    moved = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"code": code, "floors": 9},
        }
        for code in ("B1", "B8")
    ]
    outcome = load("buildings", write("moved.geojson", moved))
    assert outcome.counts is not None
    assert (outcome.counts.added, outcome.counts.changed) == (1, 1)
    assert outcome.batch_id is not None
    undo_batch(small_town, SCOPE, outcome.batch_id, _today())
    assert content() == before


def test_undoing_checks_takes_their_results_along(
    small_town: Database, load: Load, write: Write, content: Content
) -> None:
    before = content()
    head = "核查编号,房屋编码,核查时间,核查方式,核查结果,核查人数,正确人数,应登未登人数,应消未消人数,信息有误人数,逐条结果\n"
    corrected = head + (
        "V1,D1,2026-04-02 10:00,登记核查,完成,2,2,0,0,0,R1:正确\n"  # one result fewer, other counts
        "V3,D3,2026-01-03 10:00,登记核查,完成,1,1,0,0,0,R2:正确\n"  # R2 was met earlier in the year after all
    )
    outcome = load("checks", write("corrected.csv", corrected))
    assert outcome.results is not None
    assert (outcome.results.added, outcome.results.closed) == (1, 1)
    firsts = "SELECT building_code, sum(first_records_checked) FROM building_month GROUP BY 1 ORDER BY 1"
    assert rows(small_town, firsts) == [("B1", 1), ("B2", 1), ("B3", 1)]
    assert outcome.batch_id is not None
    undo_batch(small_town, SCOPE, outcome.batch_id, _today())
    assert content() == before


def test_a_load_on_which_later_ones_rest_is_not_undone(small_town: Database, content: Content) -> None:
    before = content()
    with small_town.transaction(Scope(SUB), writes=False) as session:
        ids = {row["kind"]: row["id"] for row in loads(session, SUB)}
    for kind in ("buildings", "dwellings"):
        with pytest.raises(Problem, match="still-needed"):
            undo_batch(small_town, SCOPE, ids[kind], _today())
    with pytest.raises(Problem, match="cannot-undo"):
        undo_batch(small_town, SCOPE, ids["areas"], _today())
    assert content() == before


def test_only_the_last_load_of_a_kind_can_be_undone(small_town: Database, load: Load, write: Write) -> None:
    first = load(
        "activity", write("a.csv", "账号,角色,楼栋编码,日期,操作类型,数量\nacc,网格员,B1,2026-04-01,新增,3\n")
    ).batch_id
    second = load(
        "activity", write("b.csv", "账号,角色,楼栋编码,日期,操作类型,数量\nacc,网格员,B1,2026-04-02,新增,4\n")
    ).batch_id
    assert first is not None
    assert second is not None
    with pytest.raises(Problem, match="later-load"):
        undo_batch(small_town, SCOPE, first, _today())
    undo_batch(small_town, SCOPE, second, _today())
    with pytest.raises(Problem, match="already-undone"):
        undo_batch(small_town, SCOPE, second, _today())
    undo_batch(small_town, SCOPE, first, _today())
    assert one(small_town, "SELECT count(*) FROM register_activity") == 0


def test_rows_at_unknown_places_are_in_the_report_and_not_in_the_tables(
    small_town: Database, load: Load, write: Write
) -> None:
    path = write("d.csv", "房屋编码,楼栋编码,用途,状态\nD7,B1,自住,在用\nD8,B999,自住,在用\n")
    outcome = load("dwellings", path)
    assert [(p.row, p.kind) for p in outcome.report.problems] == [(3, "unknown_building")]
    assert outcome.defects
    assert one(small_town, "SELECT count(*) FROM dwelling WHERE code IN ('D7', 'D8')") == 1


def test_columns_that_a_file_lacks_keep_what_is_stored(
    small_town: Database, load: Load, write: Write
) -> None:
    outcome = load("buildings", write("names.csv", "楼栋编码,楼名\nB1,桂苑大厦\n"))
    assert outcome.counts is not None
    assert outcome.counts.changed == 1
    kept = "SELECT name, floors, kind, committee_code, geom IS NOT NULL FROM building WHERE code = 'B1'"
    assert rows(small_town, kept) == [("桂苑大厦", 6, "building", SUB + "001", True)]


def test_a_citys_file_of_committees_brings_only_the_towns_own(
    town: Database, load: Load, write: Write
) -> None:
    path = write("city.csv", f"code,name,streetCode\n{SUB}001,甲,{SUB}\n310101002001,乙,310101002\n")
    outcome = load("areas", path, mapping={"parent_code": "streetCode"})
    assert (outcome.elsewhere, one(town, "SELECT count(*) FROM area")) == (1, 1)


def test_an_unknown_operator_of_a_key_site_becomes_an_organisation(
    small_town: Database, load: Load, write: Write
) -> None:
    path = write(
        "k.csv", "场所编码,名称,类型,经营单位,楼栋编码\nK1,桂苑公寓,长租公寓,某某公寓管理有限公司,B1;B2\n"
    )
    load("key-sites", path)
    operator = "SELECT o.name FROM key_site k JOIN organisation o ON o.code = k.operator_code"
    assert one(small_town, operator) == "某某公寓管理有限公司"
    assert one(small_town, "SELECT count(*) FROM key_site_building") == 2
    assert load("key-sites", path).counts.same == 1  # type: ignore[union-attr]


def test_records_hashed_with_another_key_are_refused(small_town: Database, write: Write) -> None:
    from geo_service.loading.files import FileLoad, load_file
    from seeds.readers import HashKey

    path = write("r.csv", "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\n")
    asked = FileLoad("registrations", path, _today(), commit=True)
    with pytest.raises(Problem, match="other-hash-key"):
        load_file(small_town, SCOPE, asked, HashKey("other", b"another secret of thirty-two byt"))


def test_record_numbers_reach_neither_logs_nor_reports_nor_tables(
    small_town: Database, load: Load, write: Write, content: Content, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "QX20260777"
    rows_ = f"{secret},D1,2026-01-05\n{secret},D2,2026-01-05\n{secret}8,NOWHERE,2026-01-05\n{secret}9,D1,2999-01-01\n"
    with caplog.at_level(logging.DEBUG):
        outcome = load("registrations", write("r.csv", "登记编号,房屋编码,登记日期\n" + rows_))
    assert outcome.report.rows_rejected == 2
    assert secret not in caplog.text
    assert secret not in str(outcome.as_dict())
    assert secret not in str(content())


def test_a_load_is_in_the_audit(small_town: Database) -> None:
    done = "SELECT count(*) FROM audit_event WHERE action = 'load' AND detail->>'kind' = 'checks'"
    assert one(small_town, done) == 1


def _today() -> Any:
    import datetime as dt

    return dt.date(2026, 6, 30)
