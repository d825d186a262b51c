"""After any sequence of edits the drawing still tiles every committee, cuts no building, and undo is exact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.boundaries.coverage import check
from grids.boundaries.division import adjacency
from grids.boundaries.editing import (
    Drawing,
    EditRefused,
    History,
    Operation,
    complete_to_balance,
    lock,
    merge,
    move_border_by_line,
    paint,
    rename,
    renumber,
    split_by_line,
    split_plot,
    transfer_plot,
    unlock,
)
from grids.boundaries.polygons import derive, dissolve

KINDS = [
    "split",
    "merge",
    "border",
    "paint",
    "lock",
    "unlock",
    "rename",
    "renumber",
    "complete",
    "ground",
    "transfer",
]


def _line(rng: np.random.Generator, bounds: np.ndarray) -> shapely.LineString:
    """Two to five random corners in and around the box: crosses, ends inside, misses, crosses itself."""
    low, high = bounds[:2] - 20, bounds[2:] + 20
    return shapely.LineString(rng.uniform(low, high, (rng.integers(2, 6), 2)))


def _wish(drawing: Drawing, kind: str, rng: np.random.Generator) -> Operation:
    codes = list(drawing.codes)
    one, other = rng.choice(codes), rng.choice(codes)
    plot = int(rng.choice(drawing.plots.index))
    if kind == "split":
        return split_by_line(drawing, one, _line(rng, drawing.plots_of(one).total_bounds))
    if kind == "border":
        return move_border_by_line(drawing, one, other, _line(rng, drawing.plots_of(one, other).total_bounds))
    if kind == "paint":
        beside = drawing.graph.neighbours(plot).index
        return paint(drawing, [plot], drawing.assignment[int(rng.choice(beside))])
    if kind == "ground":
        empty = drawing.plots.index[drawing.plots.building_code.isna()]
        chosen = int(rng.choice(empty)) if len(empty) else plot
        return split_plot(drawing, chosen, _line(rng, drawing.plots.loc[[chosen]].total_bounds))
    if kind == "transfer":
        return transfer_plot(
            drawing, plot, drawing.assignment[int(rng.choice(drawing.graph.neighbours(plot).index))]
        )
    if kind == "rename":
        return rename(drawing, one, rng.choice(["东里", "西里", None]))
    if kind == "complete":
        return complete_to_balance(drawing, one, target=float(rng.uniform(100, 900)))
    simple = {"merge": lambda: merge(drawing, [one, other]), "lock": lambda: lock(drawing, [one]),
              "unlock": lambda: unlock(drawing, [one]), "renumber": lambda: renumber(drawing)}  # fmt: skip
    return simple[kind]()


def _session(drawing: Drawing, kinds: list[str], seed: int) -> History:
    rng, history = np.random.default_rng(seed), History(drawing)
    for kind in kinds:
        try:
            history = history.do(_wish(history.drawing, kind, rng))
        except EditRefused:
            continue
    return history


def _same(one: Drawing, other: Drawing) -> bool:
    pd.testing.assert_frame_equal(one.plots.drop(columns="geometry"), other.plots.drop(columns="geometry"))
    pd.testing.assert_series_equal(one.assignment, other.assignment)
    shapes = one.plots.geometry.to_numpy(), other.plots.geometry.to_numpy()
    return bool(
        shapely.equals_exact(*shapes, tolerance=0).all()
        and (one.locked, dict(one.names), one.retired) == (other.locked, dict(other.names), other.retired)
    )


sessions = given(
    seed=st.integers(0, 100_000), kinds=st.lists(st.sampled_from(KINDS), min_size=3, max_size=14)
)


@settings(max_examples=25, deadline=None)
@sessions
def test_after_any_edits_the_grids_tile_each_committee_and_cut_no_building(small_town, seed, kinds):
    town = small_town(seed % 50, 8, 5)
    start = Drawing(town.plots, town.assignment, buildings=town.buildings)
    drawing = _session(start, kinds, seed).drawing
    whole = shapely.coverage_union_all(town.plots.geometry.to_numpy())
    assert shapely.coverage_is_valid(drawing.plots.geometry.to_numpy())
    grids = derive(drawing.plots, drawing.assignment, buildings=town.buildings)
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    committees = drawing.plots.dissolve("committee_code")
    report = check(
        grids, within=committees, buildings=town.buildings.to_frame("geometry"), committees=committees
    )
    for kind in ("overlaps", "invalid", "cut_buildings", "crossing_committees", "multipart"):
        assert getattr(report, kind) == (), kind
    assert sum(d.area_m2 for d in (*report.gaps, *report.outside)) < 1e-6
    assert shapely.union_all(grids.geometry.to_numpy()).symmetric_difference(whole).area < 1e-6


@settings(max_examples=25, deadline=None)
@sessions
def test_undo_returns_exactly_and_redo_comes_back(small_town, seed, kinds):
    town = small_town(seed % 50, 6, 5)
    start = Drawing(town.plots, town.assignment, buildings=town.buildings)
    end = history = _session(start, kinds, seed)
    while history.done:
        history = history.undo()
    assert _same(history.drawing, start)
    while history.undone:
        history = history.redo()
    assert _same(history.drawing, end.drawing)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    kinds=st.lists(st.sampled_from(["ground", "transfer"]), min_size=3, max_size=8),
)
def test_the_graph_after_changes_of_ground_equals_a_fresh_one(small_town, seed, kinds):
    town = small_town(seed % 50, 6, 5)
    drawing = _session(Drawing(town.plots, town.assignment), kinds, seed).drawing
    kept, fresh = drawing.graph, adjacency(drawing.plots)
    for name in ("plot_ids", "committee", "left", "right"):
        assert (getattr(kept, name) == getattr(fresh, name)).all(), name
    assert kept.committees == fresh.committees
    for name in ("length_m", "cost", "perimeter_m", "area_m2"):
        assert np.allclose(getattr(kept, name), getattr(fresh, name)), name


@settings(max_examples=30, deadline=None)
@sessions
def test_every_grid_stays_in_one_piece_and_locked_grids_stay_as_they_are(small_town, seed, kinds):
    town = small_town(seed % 50, 6, 6)
    start = Drawing(town.plots, town.assignment)
    kept = town.assignment.iloc[0]
    locked = start.after(lock(start, [kept]))
    edits = [kind for kind in kinds if kind not in ("unlock", "renumber")]
    drawing = _session(locked, edits, seed).drawing
    assert set(drawing.plots_of(kept).index) == set(start.plots_of(kept).index)
    for code in drawing.codes:
        assert len(drawing.pieces(drawing.plots_of(code).index)) == 1
    assert dissolve(drawing.plots, drawing.assignment).geometry.geom_type.eq("Polygon").all()
