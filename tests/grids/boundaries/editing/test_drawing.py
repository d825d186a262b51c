"""A drawing and its figures."""

from __future__ import annotations

import pytest

from grids.boundaries.editing import (
    Drawing,
    figures,
)
from grids.errors import InputError

A, D = (f"310117101001{n:03d}" for n in (1, 4))


def test_figures_are_sums_over_plots(drawing):
    table = figures(drawing)
    assert table.residents.sum() == drawing.plots.residents.sum()
    assert table.loc[D, ["plots", "buildings", "area_m2", "staff_needed"]].tolist() == [8, 7, 800, 1]
    assert figures(drawing, [A]).index.tolist() == [A]


def test_plots_and_assignment_must_name_the_same_plots(drawing, same):
    with pytest.raises(InputError):
        Drawing(drawing.plots, drawing.assignment.drop(7))
    shuffled = Drawing(drawing.plots.iloc[::-1], drawing.assignment.sample(frac=1, random_state=1))
    assert same(shuffled, drawing)
