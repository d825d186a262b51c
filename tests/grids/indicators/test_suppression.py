from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.indicators.atoms import merged, unsafe_counts
from grids.indicators.suppression import gives_away, hide_rate, hide_small

M6 = [
    ([12, 3, 7, 25], [False, True, True, False]),
    ([12, 0, 7], [False, False, False]),
    ([1, 2, 30, 9], [True, True, False, True]),
    ([4, 4, 30], [True, True, True]),
]


@pytest.mark.parametrize(("counts", "hidden"), M6)
def test_the_vectors_of_m6(counts: list[int], hidden: list[bool]) -> None:
    assert hide_small(counts).cells == hidden
    assert not hide_small(counts).total


def test_without_a_total_only_small_cells_are_hidden() -> None:
    assert hide_small([12, 3, 7], total_published=False).cells == [False, True, False]


def test_the_total_goes_when_nothing_is_left_to_hide_behind() -> None:
    assert hide_small([3]).total
    assert hide_small([4, 4, 0]).total
    assert not hide_small([3, 40]).total


def test_zeros_are_hidden_too_where_the_rule_says_so() -> None:
    assert hide_small([0, 12, 30], keep_zero=False).cells == [True, True, False]


def readings(values: list[int], k: int) -> list[set[int]]:
    """Values each hidden cell can have for somebody who knows the sum and which cells are small."""
    choices = [range(1, k) if v < k else range(k, sum(values) + 1) for v in values]
    fitting = [c for c in product(*choices) if sum(c) == sum(values)]
    return [{c[i] for c in fitting} for i in range(len(values))]


@settings(deadline=None)  # a machine that does other things as well
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_what_gives_away_is_what_leaves_a_small_cell_one_reading(values: list[int]) -> None:
    left = [r for v, r in zip(values, readings(values, 5), strict=True) if v < 5]
    told = bool(left) and (sum(values) < 5 or any(len(r) == 1 for r in left))
    assert gives_away(values) == told


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_hidden_cells_never_give_a_small_one_away(counts: list[int]) -> None:
    hidden = hide_small(counts)
    assert all(h for c, h in zip(counts, hidden.cells, strict=True) if 1 <= c < 5)
    if not hidden.total:
        assert not gives_away([c for c, h in zip(counts, hidden.cells, strict=True) if h])


@pytest.mark.parametrize(("counts", "hidden"), M6)
def test_atoms_join_what_m6_hides(counts: list[int], hidden: list[bool]) -> None:
    whole = pd.Series("town", index=range(len(counts)))
    atoms = merged(np.arange(len(counts)), np.array(counts)[:, None], unsafe_counts(5), [whole])
    joined = pd.Series(atoms.labels).duplicated(keep=False)
    assert joined.tolist() == hidden
    assert atoms.unsafe == []


def test_rates_with_few_cases_are_hidden_and_absent_ones_are_not() -> None:
    numerator, denominator = pd.Series([3, 10, 18, 0, 0]), pd.Series([40, 19, 20, 25, 0])
    assert hide_rate(numerator, denominator, about_homes=True).tolist() == [True, True, True, False, False]
    assert hide_rate(numerator, denominator, about_homes=False).tolist() == [False, True, False, False, False]
