"""Check visits: counts that add up, positions that only accompany them."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pandas as pd
import pytest

from grids.geodesy import gcj02_from_wgs84
from seeds.readers import HashKey, record_hash

COLUMNS = [
    "visit_id", "dwelling_code", "visited_at", "frame", "outcome", "checked", "correct", "to_register",
    "to_deregister", "wrong_particulars", "rental_inspected", "group_renting_found", "lon", "lat",
]  # fmt: skip


def visit(**changes: object) -> dict[str, object]:
    plain = dict.fromkeys(COLUMNS, "") | {
        "visit_id": uuid.uuid4(), "dwelling_code": "D1", "visited_at": "2026-01-05 19:30:00", "frame": "册核",
        "outcome": "完成", "checked": 4, "correct": 2, "to_register": 1, "to_deregister": 1, "wrong_particulars": 0,
        "rental_inspected": "是", "group_renting_found": "否", "lon": 121.47, "lat": 31.23,
    }  # fmt: skip
    return plain | changes


def as_csv(*visits: dict[str, object]) -> str:
    return pd.DataFrame(visits).to_csv(index=False)


def test_a_visit_is_read_with_its_time_place_and_counts(write: Any, load: Any, context: Any) -> None:
    frame, reading = load("checks", write("c.csv", as_csv(visit())), context=context)
    row = frame.iloc[0]
    assert (row.frame, row.outcome, row.checked, row.to_register) == ("register", "done", 4, 1)
    assert row.visited_at == pd.Timestamp("2026-01-05T11:30:00Z")
    assert (row.lon, row.lat) == (121.47, 31.23)
    assert row.rental_inspected
    assert not row.group_renting_found
    assert reading.report.rows_accepted == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"correct": 5}, "more_than_checked"),
        ({"outcome": "no_access"}, "counts_without_access"),
        ({"rental_inspected": "否", "group_renting_found": "是"}, "found_uninspected"),
        ({"dwelling_code": "D99"}, "unknown_dwelling"),
        ({"visited_at": "2026-11-22 00:00"}, "future"),
        ({"visited_at": "下午"}, "not_a_time"),
        ({"outcome": "拒绝"}, "not_in_list"),
        ({"visit_id": ""}, "missing"),
    ],
)
def test_a_visit_that_cannot_be_is_rejected(
    changes: dict[str, object], kind: str, write: Any, load: Any, context: Any
) -> None:
    frame, reading = load("checks", write("c.csv", as_csv(visit(), visit(**changes))), context=context)
    assert frame.index.tolist() == [2]
    assert {(p.row, p.kind) for p in reading.report.problems if p.severity == "error"} == {(3, kind)}


def test_parts_that_do_not_add_up_are_rejected(write: Any, load: Any, kinds_of: Any) -> None:
    frame, reading = load("checks", write("c.csv", as_csv(visit(checked=9), visit(correct=""))))
    assert frame.empty
    assert kinds_of(reading) == {"counts_disagree": 2}


def test_a_visit_that_gives_only_the_parts_gets_their_sum(write: Any, load: Any) -> None:
    frame, _ = load("checks", write("c.csv", as_csv(visit(checked="", wrong_particulars=""))))
    assert frame.checked.tolist() == [4]
    assert frame.wrong_particulars.isna().all()


def test_nobody_met_and_nothing_counted_is_a_visit(write: Any, load: Any) -> None:
    nothing = dict.fromkeys(["checked", "correct", "to_register", "to_deregister", "wrong_particulars"], "")
    frame, _ = load("checks", write("c.csv", as_csv(visit(outcome="无人应门", **nothing))))
    assert frame.outcome.tolist() == ["no_access"]
    assert frame.checked.isna().all()


def test_a_position_far_away_or_swapped_is_left_out_and_the_visit_stays(
    write: Any, load: Any, context: Any, kinds_of: Any
) -> None:
    visits = [
        visit(),
        visit(),
        visit(lon=116.4, lat=39.9),
        visit(lon=31.23, lat=121.47),
        visit(lon="", lat=""),
    ]
    frame, reading = load("checks", write("c.csv", as_csv(*visits)), context=context)
    assert frame.lon.isna().tolist() == [False, False, True, True, True]
    assert kinds_of(reading) == {"outside_town": 1, "swapped_row": 1}


def test_positions_in_gcj02_are_put_right(write: Any, load: Any) -> None:
    lon, lat = gcj02_from_wgs84(121.47, 31.23)
    frame, _ = load("checks", write("c.csv", as_csv(visit(lon=lon, lat=lat))), crs="gcj02")
    assert np.allclose(frame[["lon", "lat"]], (121.47, 31.23), atol=1e-8)


def test_results_per_record_are_hashed_while_reading(
    write: Any, load: Any, key: HashKey, kinds_of: Any
) -> None:
    visits = [visit(results="R1:正确；R2:应消未消"), visit(results="R3:走了"), visit(results="")]
    frame, reading = load("checks", write("c.csv", as_csv(*visits)), hash_key=key)
    assert frame.results.iloc[0] == [
        (record_hash("R1", key), "correct"),
        (record_hash("R2", key), "to_deregister"),
    ]
    assert frame.results.isna().tolist() == [False, True, True]
    assert kinds_of(reading) == {"not_records": 1}


def test_the_same_visit_twice_counts_once(write: Any, load: Any) -> None:
    same = visit()
    frame, reading = load("checks", write("c.csv", as_csv(same, same)))
    assert len(frame) == 1
    assert reading.report.counts["duplicate", "visit_id", "error"] == 1
