from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.errors import InputError
from grids.indicators.counts import (
    FLOWS,
    building_month,
    differences,
    results_of,
)
from grids.indicators.figures import UNASSIGNED, month_figures, sum_by_area
from grids.indicators.stocks import STOCKS, building_stock, stock_at


def a_dwelling(code: str, building: str = "b1", **facts: object) -> dict[str, object]:
    base = {"use": "owner_occupied", "status": "occupied", "created_on": None, "retired_on": None}
    return {"code": code, "building_code": building, **base, **facts}


def a_visit(visit: str, dwelling: str, day: str, **facts: object) -> dict[str, object]:
    base: dict[str, object] = {
        "visit_id": visit,
        "dwelling_code": dwelling,
        "visited_at": pd.Timestamp(day, tz="Asia/Shanghai"),
        "frame": "register",
        "outcome": "done",
        "checked": 0,
        "correct": 0,
        "to_register": 0,
        "to_deregister": 0,
        "wrong_particulars": 0,
        "rental_inspected": False,
        "group_renting_found": False,
    }
    return {**base, **facts}


DWELLINGS = pd.DataFrame([a_dwelling("d1"), a_dwelling("d2"), a_dwelling("d3", "b2", use="rented")])


def of(table: pd.DataFrame, building: str, month: str) -> pd.Series:
    return table.set_index(["building_code", "month"]).loc[(building, pd.Timestamp(month))]


def test_a_month_has_every_flow_of_its_building() -> None:
    checks = pd.DataFrame(
        [
            a_visit("v1", "d1", "2024-03-02", checked=3, correct=2, wrong_particulars=1),
            a_visit("v2", "d1", "2024-03-20", checked=3, correct=3),
            a_visit("v3", "d2", "2024-03-05", outcome="no_access"),
            a_visit("v4", "d3", "2024-03-06", frame="ground", checked=4, correct=3, to_register=1),
            a_visit("v5", "d3", "2024-03-07", rental_inspected=True),
            a_visit("v6", "d3", "2024-03-09", group_renting_found=True),
        ]
    )
    activity = pd.DataFrame(
        {"building_code": ["b1", "b1"], "day": ["2024-03-31"] * 2, "kind": ["addition", "query"], "n": [4, 9]}
    )
    table = building_month(checks, DWELLINGS, activity=activity)
    b1, b2 = of(table, "b1", "2024-03"), of(table, "b2", "2024-03")
    assert (b1.visits, b1.visits_no_access, b1.dwellings_checked) == (3, 1, 1)
    assert (b1.checked, b1.correct, b1.wrong_particulars) == (6, 5, 1)
    assert (b1.additions, b1.queries, b1.changes) == (4, 9, 0)
    assert (b2.ground_checked, b2.ground_correct, b2.ground_to_register, b2.checked) == (4, 3, 1, 0)
    assert (b2.rental_inspected, b2.group_renting_found) == (1, 1)


def test_the_month_is_the_shanghai_month_not_the_utc_one() -> None:
    visit = a_visit("v1", "d1", "2024-03-01", visited_at=pd.Timestamp("2024-02-29T17:00", tz="UTC"))
    assert building_month(pd.DataFrame([visit]), DWELLINGS)["month"].tolist() == [pd.Timestamp("2024-03-01")]


def test_a_dwelling_moved_within_the_month_is_counted_once() -> None:
    checks = pd.DataFrame(
        [
            a_visit("v1", "d1", "2024-03-02", building_code="b1"),
            a_visit("v2", "d1", "2024-03-22", building_code="b9"),
            a_visit("v3", "d1", "2024-04-22", building_code="b9"),
        ]
    )
    table = building_month(checks, DWELLINGS)
    assert table["dwellings_checked"].sum() == 2
    assert table["first_dwellings_checked"].sum() == 1
    assert of(table, "b9", "2024-03").visits == 1


def test_the_building_of_a_check_is_the_one_of_that_day() -> None:
    moved = pd.DataFrame(
        [a_dwelling("d1", "b1", retired_on="2024-03-01"), a_dwelling("d1", "b2", created_on="2024-03-01")]
    )
    checks = pd.DataFrame([a_visit("v1", "d1", "2024-02-10"), a_visit("v2", "d1", "2024-03-10")])
    table = building_month(checks, moved)
    assert table[["building_code", "visits"]].to_numpy().tolist() == [["b1", 1], ["b2", 1]]


def test_a_corrected_check_changes_its_own_month_only() -> None:
    first = pd.DataFrame(
        [
            a_visit("v1", "d1", "2024-03-02", checked=3, correct=1),
            a_visit("v2", "d1", "2024-04-02", checked=2),
        ]
    )
    corrected = pd.concat([first, pd.DataFrame([a_visit("v1", "d1", "2024-03-02", checked=3, correct=3)])])
    changed = differences(
        building_month(first, DWELLINGS), building_month(corrected, DWELLINGS), ("building_code", "month")
    )
    assert changed[["month", "column", "stored", "recounted"]].to_numpy().tolist() == [
        [pd.Timestamp("2024-03-01"), "correct", 1, 3]
    ]


def test_five_looks_at_four_records_are_four_records_and_a_count_only_visit_makes_them_absent() -> None:
    checks = pd.DataFrame(
        [a_visit("v1", "d1", "2024-03-02", checked=3), a_visit("v2", "d1", "2024-03-09", checked=2)]
    )
    results = pd.DataFrame(
        {"visit_id": ["v1", "v1", "v1", "v2", "v2"], "record_hash": [b"1", b"2", b"3", b"3", b"4"]}
    )
    assert of(building_month(checks, DWELLINGS, results=results), "b1", "2024-03").records_checked == 4
    partly = building_month(checks, DWELLINGS, results=results[results["visit_id"] == "v1"])
    assert partly["records_checked"].isna().all()
    assert partly["checked"].tolist() == [5]


def test_a_check_of_an_unknown_dwelling_needs_a_place_to_be_counted() -> None:
    checks = pd.DataFrame([a_visit("v1", "nowhere", "2024-03-02")])
    with pytest.raises(InputError, match="1 checks name no known building"):
        building_month(checks, DWELLINGS)
    assert building_month(checks, DWELLINGS, unlocated="u1")["building_code"].tolist() == ["u1"]


def test_no_checks_at_all_give_an_empty_table() -> None:
    empty = pd.DataFrame([a_visit("v1", "d1", "2024-03-02")]).iloc[:0]
    assert list(building_month(empty, DWELLINGS).columns) == ["building_code", "month", *FLOWS]


def test_stocks_follow_arrivals_and_departures() -> None:
    records = pd.DataFrame(
        {
            "dwelling_code": ["d1", "d1", "d3"],
            "since": ["2024-01-15", "2024-02-01", "2024-01-31"],
            "until": ["2024-03-31", None, "2024-02-29"],
        }
    )
    stock = building_stock(DWELLINGS, records)
    residents = [
        stock_at(stock, m)["residents"].to_dict() for m in ("2023-12", "2024-01", "2024-02", "2024-03")
    ]
    assert residents == [{"b1": 0, "b2": 0}, {"b1": 1, "b2": 1}, {"b1": 2, "b2": 0}, {"b1": 1, "b2": 0}]
    empty = [
        stock_at(stock, m)["occupied_without_records"].to_dict() for m in ("2023-12", "2024-01", "2024-02")
    ]
    assert empty == [{"b1": 2, "b2": 1}, {"b1": 1, "b2": 0}, {"b1": 1, "b2": 1}]


def test_a_record_that_arrives_a_year_late_changes_its_own_months() -> None:
    on_time = pd.DataFrame({"dwelling_code": ["d1"], "since": ["2024-01-15"], "until": [None]})
    late = pd.concat(
        [on_time, pd.DataFrame({"dwelling_code": ["d2"], "since": ["2023-01-15"], "until": [None]})]
    )
    before, after = building_stock(DWELLINGS, on_time), building_stock(DWELLINGS, late)
    assert stock_at(before, "2023-06").loc["b1", "residents"] == 0
    assert stock_at(after, "2023-06").loc["b1", "residents"] == 1


def test_a_record_of_a_retired_dwelling_is_unlinked_from_then_on() -> None:
    gone = pd.DataFrame([a_dwelling("d1", retired_on="2024-02-10")])
    records = pd.DataFrame(
        {"dwelling_code": ["d1", "lost"], "since": ["2024-01-01", "2024-01-01"], "until": [None, None]}
    )
    stock = building_stock(gone, records, unlocated="u1")
    assert stock_at(stock, "2024-01")[["residents", "records_unlinked"]].to_numpy().tolist() == [
        [1, 0],
        [0, 1],
    ]
    assert stock_at(stock, "2024-02")[["residents", "records_unlinked", "dwellings"]].to_numpy().tolist() == [
        [0, 1, 0],
        [0, 1, 0],
    ]
    with pytest.raises(InputError, match="1 registrations"):
        building_stock(gone, records)


def test_a_dwelling_cannot_stand_in_two_buildings_at_once() -> None:
    twice = pd.DataFrame([a_dwelling("d1", "b1"), a_dwelling("d1", "b2", created_on="2024-01-01")])
    with pytest.raises(InputError, match="two buildings"):
        building_stock(twice, pd.DataFrame({"dwelling_code": [], "since": [], "until": []}))


def test_a_site_over_several_buildings_counts_once() -> None:
    sites = pd.DataFrame(
        {
            "building_codes": ["b1;b2", ["b2"]],
            "opened_on": ["2024-01-05", "2024-02-01"],
            "closed_on": [None, "2024-03-01"],
        }
    )
    none = pd.DataFrame({"dwelling_code": [], "since": [], "until": []})
    stock = building_stock(DWELLINGS, none, key_sites=sites)
    assert [stock_at(stock, m)["key_sites"].sum() for m in ("2023-12", "2024-01", "2024-02", "2024-03")] == [
        0,
        1,
        2,
        1,
    ]


@st.composite
def histories(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 60))
    dwellings = pd.DataFrame(
        [
            a_dwelling(f"d{i}", f"b{rng.integers(6)}", status=rng.choice(["occupied", "vacant"]))
            for i in range(12)
        ]
    )
    days = pd.Timestamp("2023-11-20") + pd.to_timedelta(rng.integers(0, 120, n), "D")
    checks = pd.DataFrame(
        [
            a_visit(
                f"v{i}",
                f"d{rng.integers(12)}",
                str(d.date()),
                checked=int(rng.integers(3)),
                outcome=rng.choice(["done", "no_access"]),
                rental_inspected=bool(rng.integers(2)),
            )
            for i, d in enumerate(days)
        ]
    )
    done = checks[(checks["checked"] > 0) & (checks["outcome"] == "done")]
    results = pd.DataFrame(
        {"visit_id": done["visit_id"], "record_hash": [f"r{rng.integers(9)}" for _ in range(len(done))]}
    )
    since = pd.Timestamp("2023-10-01") + pd.to_timedelta(rng.integers(0, 150, n), "D")
    until = [s + pd.Timedelta(days=int(rng.integers(0, 90))) if rng.random() < 0.5 else None for s in since]
    records = pd.DataFrame(
        {"dwelling_code": [f"d{rng.integers(12)}" for _ in range(n)], "since": since, "until": until}
    )
    return dwellings, checks, results, records


@settings(max_examples=25, deadline=None)
@given(histories(), st.integers(1, 5))
def test_figures_of_any_partition_add_up_to_the_whole(history: tuple, parts: int) -> None:
    dwellings, checks, results, records = history
    months, stock = building_month(checks, dwellings, results=results), building_stock(dwellings, records)
    buildings = [f"b{i}" for i in range(6)]
    area_of = pd.Series({b: f"A{int(b[1:]) % parts}" if b != "b5" else None for b in buildings})
    for month in ("2023-11", "2024-01", "2024-02"):
        split = month_figures(months, stock, month, area_of)
        whole = month_figures(months, stock, month, pd.Series("all", index=buildings))
        assert split.sum().astype(float).equals(whole.loc["all"].astype(float))
        assert set(split.index) >= set(area_of.dropna())


@settings(max_examples=15, deadline=None)
@given(histories())
def test_stocks_equal_a_plain_count_of_what_is_in_force_at_each_month_end(history: tuple) -> None:
    dwellings, _, _, records = history
    stock = building_stock(dwellings, records)
    home = dwellings.set_index("code")["building_code"]
    occupied = dwellings[dwellings["status"] == "occupied"]
    for month in pd.period_range("2023-09", "2024-06", freq="M"):
        end = month.end_time.normalize()
        force = records[(records["since"] <= end) & ~(pd.to_datetime(records["until"]) <= end)]
        at = stock_at(stock, month.start_time)
        plain = force["dwelling_code"].map(home).value_counts()
        assert at["residents"].to_dict() == plain.reindex(at.index, fill_value=0).to_dict()
        bare = occupied[~occupied["code"].isin(force["dwelling_code"])]["building_code"].value_counts()
        assert at["occupied_without_records"].to_dict() == bare.reindex(at.index, fill_value=0).to_dict()


@settings(max_examples=15, deadline=None)
@given(histories())
def test_distinct_counts_equal_a_plain_distinct_count_of_the_town(history: tuple) -> None:
    dwellings, checks, results, _ = history
    table = building_month(checks, dwellings, results=results)
    done = checks[checks["outcome"] == "done"].assign(
        month=lambda c: c["visited_at"].dt.tz_localize(None).dt.to_period("M")
    )
    assert table["dwellings_checked"].sum() == done.groupby("month")["dwelling_code"].nunique().sum()
    joined = done.merge(results, on="visit_id")
    assert table["records_checked"].sum() == joined.groupby("month")["record_hash"].nunique().sum()
    year = joined.groupby(joined["month"].dt.year)["record_hash"].nunique().sum()
    assert table["first_records_checked"].sum() == year


def test_results_come_as_rows_or_as_lists_within_the_checks() -> None:
    lists = [[(b"1", "correct"), (b"2", "to_deregister")], None, []]
    table = results_of(pd.DataFrame({"visit_id": ["v1", "v2", "v3"], "results": lists}))
    assert table[["visit_id", "record_hash"]].to_numpy().tolist() == [["v1", b"1"], ["v1", b"2"]]


def test_plain_dates_categories_and_strings_give_the_same_figures() -> None:
    checks = pd.DataFrame([a_visit("v1", "d1", "2024-03-02", checked=3), a_visit("v2", "d3", "2024-02-02")])
    records = pd.DataFrame({"dwelling_code": ["d1"], "since": [date(2024, 1, 5)], "until": [None]})
    months, stock = building_month(checks, DWELLINGS), building_stock(DWELLINGS, records)
    area_of = pd.Series({"b2": "G2", "b1": "G1"})
    plain = month_figures(months, stock, date(2024, 3, 9), area_of)
    kind = pd.CategoricalDtype(["b2", "b9", "b1"])
    dated = months.assign(month=months["month"].dt.date), stock.assign(from_month=stock["from_month"].dt.date)
    assert plain.equals(month_figures(*dated, "2024-03", area_of))
    sorted_by = [t.astype({"building_code": kind}) for t in (months, stock)]
    assert plain.equals(month_figures(*sorted_by, "2024-03", area_of))
    assert plain.loc["G1", ["residents", "residents_at_start", "visits"]].tolist() == [1, 1, 1]


def test_stocks_out_of_order_are_refused() -> None:
    records = pd.DataFrame({"dwelling_code": ["d1"], "since": ["2024-01-05"], "until": [None]})
    stock = building_stock(DWELLINGS, records)
    with pytest.raises(InputError, match="order"):
        stock_at(stock[::-1], "2024-03")


def test_buildings_outside_every_area_keep_a_row_of_their_own() -> None:
    values = pd.DataFrame({"n": [1, 2]}, index=["b1", "b2"])
    assert sum_by_area(values, pd.Series({"b1": "G"}))["n"].to_dict() == {"G": 1, UNASSIGNED: 2}


def test_an_area_where_nothing_happened_has_zeros_and_an_absent_part_makes_the_sum_absent() -> None:
    checks = pd.DataFrame([a_visit("v1", "d1", "2024-03-02", checked=3)])
    months = building_month(checks, DWELLINGS)
    stock = building_stock(DWELLINGS, pd.DataFrame({"dwelling_code": [], "since": [], "until": []}))
    figures = month_figures(months, stock, "2024-03", pd.Series({"b1": "G1", "b2": "G2"}))
    assert figures.loc["G2", "visits"] == 0
    assert figures.loc["G2", "records_checked"] == 0
    assert pd.isna(figures.loc["G1", "records_checked"])
    assert set(STOCKS) <= set(figures.columns)
