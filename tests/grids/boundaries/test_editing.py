from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, box

from grids.boundaries.editing import (
    Drawing,
    History,
    Operation,
    complete_to_balance,
    divide_committee,
    figures,
    lock,
    merge,
    move_border_by_line,
    paint,
    refuse_conflict,
    rename,
    renumber,
    repair_committee,
    split_by_line,
    split_plot,
    transfer_plot,
    unlock,
)
from grids.boundaries.editing.errors import (
    AcrossCommittee,
    AlreadyIssued,
    BuildingOnPlot,
    EditConflict,
    GridEmptied,
    GridInPieces,
    GridLocked,
    GroundTooThin,
    LineCrossesNothing,
    LineEndsInside,
    LineMovesNothing,
    NothingChanges,
    NotNeighbours,
    UnknownCommittee,
    UnknownGrid,
    UnknownPlot,
)
from grids.boundaries.polygons import dissolve
from grids.errors import InputError

K1, K2 = "310117101001", "310117101002"
A, B, C, D = (f"{K1}{n:03d}" for n in (1, 2, 3, 4))
E = f"{K2}001"


@pytest.fixture
def drawing() -> Drawing:
    """Plots of 10 m, numbered row by row from the south: 8 × 4 in committee K1 (grids A, B, C, D from west to
    east, two columns each), then two columns of K2 (grid E). Plot 100 × row + column; plot 307 is open ground."""
    rows = []
    for row in range(4):
        for column in range(10):
            plot = 100 * row + column
            house = None if plot == 307 else f"B{plot}"
            grid = E if column > 7 else (A, B, C, D)[column // 2]
            rows.append((plot, house, K2 if column > 7 else K1, grid, 0.0 if house is None else 10.0 + row,
                         box(10 * column, 10 * row, 10 * column + 10, 10 * row + 10)))  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["plot_id", "building_code", "committee_code", "grid", "residents", "geometry"]
    )
    frame = frame.set_index("plot_id")
    plots = gpd.GeoDataFrame(frame.drop(columns="grid").assign(block_id=1, compound_code=None), crs=4549)
    return Drawing(plots, frame["grid"].rename("grid_code"))


def test_a_line_splits_a_grid_and_the_heavier_part_keeps_the_code(drawing):
    operation = split_by_line(drawing, A, LineString([(-5, 10), (25, 10)]))
    assert operation.created == (f"{K1}005",)
    assert set(operation.moved) == {0, 1}
    later = drawing.after(operation)
    assert later.assignment[[0, 1, 100, 301]].tolist() == [f"{K1}005", f"{K1}005", A, A]


def test_a_split_bends_round_plots_that_lie_mostly_on_one_side(drawing):
    later = drawing.after(split_by_line(drawing, A, LineString([(-5, 18), (25, 23)])))
    assert dissolve(later.plots, later.assignment).geometry[A].area == pytest.approx(400)


def test_the_building_decides_on_which_side_a_plot_lies(drawing):
    houses = gpd.GeoSeries({"B100": box(1, 11, 9, 13), "B101": box(11, 11, 19, 13)}, crs=4549)
    line = LineString([(-5, 14), (25, 14)])
    by_ground = Drawing(drawing.plots, drawing.assignment).after(split_by_line(drawing, A, line))
    built = Drawing(drawing.plots, drawing.assignment, buildings=houses)
    by_house = built.after(split_by_line(built, A, line))
    assert by_ground.assignment[100] == by_ground.assignment[200]
    assert by_house.assignment[100] == by_house.assignment[0]


def test_a_line_that_crosses_three_times_makes_as_many_connected_grids(drawing):
    zigzag = LineString([(-5, 10), (25, 10), (25, 20), (-5, 20), (-5, 30), (25, 30)])
    operation = split_by_line(drawing, A, zigzag)
    assert len(operation.created) == 3
    assert [problem.kind for problem in operation.problems] == ["many_parts"]
    later = drawing.after(operation)
    assert (later.assignment[[0, 100, 200, 300]].nunique()) == 4


def test_new_codes_of_a_split_run_in_reading_order(drawing):
    zigzag = LineString([(-5, 10), (25, 10), (25, 20), (-5, 20), (-5, 30), (25, 30)])
    later = drawing.after(split_by_line(drawing, A, zigzag))
    assert later.assignment[[300, 200, 100, 0]].tolist() == [A, f"{K1}005", f"{K1}006", f"{K1}007"]


def test_a_line_that_ends_inside_is_refused_and_the_end_is_named(drawing):
    with pytest.raises(LineEndsInside) as refused:
        split_by_line(drawing, A, LineString([(-5, 12), (12, 12)]))
    assert refused.value.at == (12, 12)


def test_a_line_that_divides_and_then_ends_inside_is_used_with_a_word(drawing):
    line = LineString([(-5, 10), (25, 10), (25, 25), (12, 25)])
    operation = split_by_line(drawing, A, line)
    assert len(operation.created) == 1
    assert [problem.kind for problem in operation.problems] == ["loose_end"]


@pytest.mark.parametrize("line", [LineString([(500, 0), (500, 90)]), LineString([(0, -5), (0, 60)])])
def test_a_line_that_crosses_nothing_is_refused(drawing, line):
    with pytest.raises(LineCrossesNothing, match=A):
        split_by_line(drawing, A, line)


def test_a_line_that_only_shaves_plots_is_refused(drawing):
    with pytest.raises(LineMovesNothing):
        split_by_line(drawing, A, LineString([(-5, 2), (25, 2)]))


def test_a_closed_line_inside_cuts_out_an_enclave(drawing):
    whole = drawing.after(merge(drawing, [A, B, C, D]))
    later = whole.after(split_by_line(whole, A, box(20, 10, 50, 30).exterior))
    assert (later.assignment != A).sum() == 6 + 8


def test_merging_keeps_the_first_code_and_retires_the_others(drawing):
    operation = merge(drawing, [B, A])
    assert operation.retired == (A,)
    later = drawing.after(operation)
    assert set(later.assignment) == {B, C, D, E}
    assert later.new_codes(K1, 1) == [f"{K1}005"]


def test_a_retired_code_is_never_given_again(drawing):
    later = drawing.after(merge(drawing, [C, D]))
    operation = split_by_line(later, A, LineString([(-5, 10), (25, 10)]))
    assert operation.created == (f"{K1}005",)


def test_merging_grids_that_do_not_touch_is_refused(drawing):
    with pytest.raises(NotNeighbours):
        merge(drawing, [A, C])


def test_merging_across_committees_is_refused(drawing):
    with pytest.raises(AcrossCommittee, match=K2):
        merge(drawing, [D, E])


def test_a_merge_needs_two_grids(drawing):
    with pytest.raises(NothingChanges):
        merge(drawing, [A, A])


def test_painting_moves_plots_to_a_neighbour(drawing):
    operation = paint(drawing, [1, 101], B)
    assert dict(operation.moved) == {1: (A, B), 101: (A, B)}
    assert operation.changed == (A, B)


def test_painting_a_grid_in_two_is_refused_and_the_loose_plots_are_named(drawing):
    with pytest.raises(GridInPieces) as refused:
        paint(drawing, [102, 103], A)
    assert refused.value.grid_code == B
    assert refused.value.plot_ids == (2, 3)


def test_painting_a_plot_that_does_not_touch_the_grid_is_refused(drawing):
    with pytest.raises(GridInPieces):
        paint(drawing, [7], A)


def test_painting_a_grids_last_plot_is_refused(drawing):
    with pytest.raises(GridEmptied, match=A):
        paint(drawing, drawing.plots_of(A).index, B)


def test_painting_across_a_committee_is_refused(drawing):
    with pytest.raises(AcrossCommittee):
        paint(drawing, [8], D)


def test_unknown_plots_grids_and_committees_are_named(drawing):
    with pytest.raises(UnknownPlot, match="999"):
        paint(drawing, [999], A)
    with pytest.raises(UnknownGrid, match="nowhere"):
        paint(drawing, [1], "nowhere")
    with pytest.raises(UnknownCommittee):
        divide_committee(drawing, "nowhere")


def test_what_is_already_so_changes_nothing(drawing):
    with pytest.raises(NothingChanges):
        paint(drawing, [1], A)


def test_a_locked_grid_takes_part_in_nothing(drawing):
    locked = drawing.after(lock(drawing, [B]))
    for refused in (
        lambda: paint(locked, [1], B),
        lambda: paint(locked, [2], A),
        lambda: merge(locked, [A, B]),
        lambda: split_by_line(locked, B, LineString([(15, 10), (45, 10)])),
        lambda: move_border_by_line(locked, A, B, LineString([(10, -5), (10, 45)])),
        lambda: complete_to_balance(locked, B, target=120),
    ):
        with pytest.raises(GridLocked, match=B):
            refused()
    opened = locked.after(unlock(locked, [B]))
    assert opened.after(paint(opened, [1], B)).assignment[1] == B


def test_a_line_across_both_grids_becomes_their_border(drawing):
    later = drawing.after(move_border_by_line(drawing, A, B, LineString([(10, -5), (10, 45)])))
    assert later.assignment[[0, 1, 2, 3]].tolist() == [A, B, B, B]


def test_a_border_can_move_past_most_of_a_grid(drawing):
    later = drawing.after(move_border_by_line(drawing, A, B, LineString([(30, -5), (30, 45)])))
    assert later.assignment[[0, 1, 2, 3]].tolist() == [A, A, A, B]


def test_a_line_that_leaves_the_border_and_comes_back_hands_over_the_pocket(drawing):
    pocket = LineString([(22, 10), (9, 10), (9, 30), (22, 30)])
    operation = move_border_by_line(drawing, A, B, pocket)
    assert dict(operation.moved) == {101: (A, B), 201: (A, B)}


def test_a_border_line_that_ends_inside_or_elsewhere_is_refused(drawing):
    with pytest.raises(LineEndsInside):
        move_border_by_line(drawing, A, B, LineString([(10, -5), (10, 22)]))
    with pytest.raises(LineCrossesNothing):
        move_border_by_line(drawing, A, B, LineString([(70, -5), (70, 45)]))
    with pytest.raises(LineMovesNothing):
        move_border_by_line(drawing, A, B, LineString([(21, -5), (21, 45)]))
    with pytest.raises(NotNeighbours):
        move_border_by_line(drawing, A, C, LineString([(10, -5), (10, 45)]))


def test_names_follow_and_go_with_their_grid(drawing):
    named = drawing.after(rename(drawing, A, " 东一里 "))
    assert named.names == {A: "东一里"}
    gone = named.after(merge(named, [B, A]))
    assert gone.names == {}
    with pytest.raises(NothingChanges):
        rename(named, A, "东一里")


def test_numbers_are_given_in_reading_order_and_take_names_and_locks_along(drawing):
    merged = drawing.after(merge(drawing, [B, A]))
    named = merged.after(rename(merged, B, "西里"))
    locked = named.after(lock(named, [B]))
    later = locked.after(renumber(locked, K1))
    assert later.assignment[[0, 4, 6]].tolist() == [A, B, C]
    assert later.names == {A: "西里"}
    assert later.locked == {A}


def test_published_codes_are_never_renumbered(drawing):
    issued = Drawing(drawing.plots, drawing.assignment, issued=frozenset({C}))
    with pytest.raises(AlreadyIssued, match=C):
        renumber(issued)


def test_a_transfer_moves_a_plot_to_another_committee_openly(drawing):
    operation = transfer_plot(drawing, 7, E)
    assert dict(operation.committees) == {7: (K1, K2)}
    later = drawing.after(operation)
    assert later.plots.committee_code[7] == K2
    assert later.assignment[7] == E
    back = later.after(operation.inverse())
    assert same(back, drawing)
    with pytest.raises(GridInPieces):
        transfer_plot(drawing, 6, E)
    with pytest.raises(NothingChanges):
        transfer_plot(drawing, 6, A)


def test_open_ground_is_split_by_a_free_line_and_neighbours_stay_matched(drawing):
    operation = split_plot(drawing, 307, LineString([(70, 34), (90, 36)]))
    later = drawing.after(operation)
    assert len(later.plots) == len(drawing.plots) + 1
    assert 307 not in later.plots.index
    assert shapely.coverage_is_valid(later.plots.geometry.to_numpy())
    assert later.assignment[[310, 311]].tolist() == [D, D]
    assert later.plots.area[[310, 311]].sum() == pytest.approx(100)
    assert same(later.after(operation.inverse()), drawing)


def test_numbers_on_split_ground_are_shared_by_area(drawing):
    plots = drawing.plots.copy()
    plots.loc[307, "residents"] = 8.0
    shed = Drawing(plots, drawing.assignment)
    later = shed.after(split_plot(shed, 307, LineString([(72.5, 25), (72.5, 45)])))
    assert sorted(later.plots.residents[[310, 311]]) == [2.0, 6.0]
    assert figures(later).residents.sum() == pytest.approx(figures(shed).residents.sum())


def test_a_strip_of_ground_that_nobody_can_use_is_refused(drawing):
    with pytest.raises(GroundTooThin):
        split_plot(drawing, 307, LineString([(70.2, 25), (70.2, 45)]))


def test_no_crumb_of_ground_is_lost_where_a_line_grazes_the_edge(drawing):
    crumb = [(80.05, 35.05), (79.95, 35.1), (80.05, 35.2)]
    grazing = LineString([(69, 35), (79.95, 35), *crumb])
    with pytest.raises(GroundTooThin):
        split_plot(drawing, 307, grazing)


def test_a_plot_with_a_building_is_never_split(drawing):
    with pytest.raises(BuildingOnPlot, match="B306"):
        split_plot(drawing, 306, LineString([(65, 25), (65, 45)]))


def test_a_grid_is_completed_to_its_share(drawing):
    small = drawing.after(paint(drawing, [1, 101, 201, 301], B))
    before = figures(small).residents[A]
    later = small.after(complete_to_balance(small, A, tolerance=0.1))
    share = figures(drawing, [A, B, C, D]).residents.sum() / 4
    assert abs(figures(later).residents[A] - share) <= 0.1 * share < abs(before - share)


def test_a_heavy_grid_gives_plots_away(drawing):
    operation = complete_to_balance(drawing, B, target=60)
    later = drawing.after(operation)
    assert abs(figures(later).residents[B] - 60) <= 0.1 * 60
    assert all(before == B for before, _ in operation.moved.values())


def test_a_share_out_of_reach_is_told(drawing):
    locked = drawing.after(lock(drawing, [C, D]))
    operation = complete_to_balance(locked, A, target=10_000)
    assert [problem.kind for problem in operation.problems] == ["off_target"]


def test_a_committee_is_divided_around_its_locked_grids_and_keeps_codes(drawing):
    locked = drawing.after(lock(drawing, [A]))
    operation = divide_committee(locked, K1, k=2, tolerance=0.1)
    later = locked.after(operation)
    assert (later.assignment[drawing.assignment == A] == A).all()
    assert figures(later).index.tolist() == sorted({A, E} | (set(later.assignment) - {A, E}))
    assert len(set(later.assignment)) == 4
    assert set(operation.retired) < {B, C, D}


def test_a_repair_brings_a_committee_back_within_the_tolerance(drawing):
    skewed = drawing.after(paint(drawing, [2, 102, 202], A))
    later = skewed.after(repair_committee(skewed, K1, tolerance=0.1))
    residents = figures(later, [A, B, C, D]).residents
    assert (abs(residents / residents.mean() - 1) <= 0.1 + 1e-9).all()


def test_figures_are_sums_over_plots(drawing):
    table = figures(drawing)
    assert table.residents.sum() == drawing.plots.residents.sum()
    assert table.loc[D, ["plots", "buildings", "area_m2", "staff_needed"]].tolist() == [8, 7, 800, 1]
    assert figures(drawing, [A]).index.tolist() == [A]


def test_the_second_to_change_a_grid_gets_a_conflict_with_what_changed(drawing):
    mine, theirs = paint(drawing, [1], B), paint(drawing, [1, 101], B)
    now = drawing.after(theirs)
    with pytest.raises(EditConflict) as conflict:
        now.after(mine)
    assert conflict.value.plot_ids == (1,)
    assert conflict.value.grid_codes == (B,)


def test_edits_of_different_grids_do_not_conflict(drawing):
    mine, theirs = paint(drawing, [1], B), paint(drawing, [5, 105, 205, 305], D)
    assert drawing.after(theirs).after(mine).assignment[[1, 5]].tolist() == [B, D]


def test_two_planners_in_one_grid_conflict_even_when_their_plots_differ(drawing):
    theirs, mine, elsewhere = paint(drawing, [301], B), paint(drawing, [1], B), paint(drawing, [6], C)
    with pytest.raises(EditConflict) as conflict:
        refuse_conflict(mine, [elsewhere, theirs])
    assert conflict.value.grid_codes == (A, B)
    assert conflict.value.plot_ids == (301,)
    refuse_conflict(elsewhere, [theirs])


def test_a_stored_operation_does_and_undoes_the_same(drawing):
    history = History(drawing)
    for make in (
        lambda d: split_by_line(d, A, LineString([(-5, 10), (25, 10)])),
        lambda d: rename(d, A, "东里"),
        lambda d: split_plot(d, 307, LineString([(70, 34), (90, 36)])),
        lambda d: transfer_plot(d, 107, E),
        lambda d: merge(d, [D, C]),
        lambda d: renumber(d, K1),
    ):
        history = history.do(make(history.drawing))
    stored = json.loads(json.dumps([operation.to_dict() for operation in history.done]))
    replayed = drawing
    for one in stored:
        replayed = replayed.after(Operation.from_dict(one, drawing.plots.crs))
    assert same(replayed, history.drawing)
    for one in reversed(stored):
        replayed = replayed.after(Operation.from_dict(one, drawing.plots.crs).inverse())
    assert same(replayed, drawing)


def test_an_operation_is_its_inverse_inverted(drawing):
    operation = split_by_line(drawing, A, LineString([(-5, 10), (25, 10)]))
    assert operation.inverse().inverse().to_dict() == operation.to_dict()


def test_a_new_edit_ends_what_could_be_redone(drawing):
    history = History(drawing).do(paint(drawing, [1], B)).undo().do(paint(drawing, [2], A))
    with pytest.raises(NothingChanges):
        history.redo()
    with pytest.raises(NothingChanges):
        history.undo().undo()


def test_plots_and_assignment_must_name_the_same_plots(drawing):
    with pytest.raises(InputError):
        Drawing(drawing.plots, drawing.assignment.drop(7))
    shuffled = Drawing(drawing.plots.iloc[::-1], drawing.assignment.sample(frac=1, random_state=1))
    assert same(shuffled, drawing)


def same(one: Drawing, other: Drawing) -> bool:
    """Equal in everything that is stored, geometry to the last bit."""
    plain = [d.plots.drop(columns="geometry") for d in (one, other)]
    pd.testing.assert_frame_equal(*plain)
    pd.testing.assert_series_equal(one.assignment, other.assignment)
    assert shapely.equals_exact(
        one.plots.geometry.to_numpy(), other.plots.geometry.to_numpy(), tolerance=0
    ).all()
    assert np.array_equal(one.codes, other.codes)
    return (one.locked, dict(one.names), one.retired) == (other.locked, dict(other.names), other.retired)
