"""Edits that bring grids to their share of residents."""

from __future__ import annotations

from grids.boundaries.editing import (
    complete_to_balance,
    divide_committee,
    figures,
    lock,
    paint,
    repair_committee,
)

K1 = "310117101001"
A, B, C, D = (f"{K1}{n:03d}" for n in (1, 2, 3, 4))
E = "310117101002001"


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
