from __future__ import annotations

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
from esda.getisord import G_Local
from libpysal.weights import W
from shapely import Point, box

from grids.errors import CrsError, InputError
from grids.indicators.cells import cell_neighbours, cell_polygons, cells_of
from grids.indicators.hotspots import compare_months, discoveries, rate_hotspots

CENTRE = h3.latlng_to_cell(31.2, 121.45, 10)


def a_town(radius: int, seed: int, planted: int = -1) -> tuple[list[str], pd.Series, pd.Series]:
    """Cells around a centre; 4 % of inspections find something, 35 % in a planted disk off the centre."""
    rng = np.random.default_rng(seed)
    cells = sorted(h3.grid_disk(CENTRE, radius))
    inspected = pd.Series(rng.poisson(10, len(cells)), index=cells)
    chance = pd.Series(0.04, index=cells)
    if planted >= 0:
        chance[h3.grid_disk(h3.grid_ring(CENTRE, radius // 2)[0], planted)] = 0.35
    return cells, pd.Series(rng.binomial(inspected, chance), index=cells), inspected


def hot(radius: int, seed: int, planted: int = -1, permutations: int = 9999) -> set[str]:
    cells, found, inspected = a_town(radius, seed, planted)
    table = rate_hotspots(found, inspected, cell_neighbours(cells), seed=seed, permutations=permutations)
    return set(table.index[table["verdict"] == "hot"])


def test_a_planted_hotspot_is_found_and_little_else() -> None:
    cells = hot(10, 1, planted=1)
    truth = set(h3.grid_disk(h3.grid_ring(CENTRE, 5)[0], 1))
    around = set(h3.grid_disk(h3.grid_ring(CENTRE, 5)[0], 2))
    assert len(cells & truth) >= 6
    assert len(cells - around) <= 1


def test_an_unclustered_town_shows_no_hotspot() -> None:
    assert [hot(8, seed, permutations=1999) for seed in range(4)] == [set()] * 4


@pytest.mark.soak
def test_planted_hotspots_are_found_and_unplanted_ones_are_not_in_95_of_100_seeds() -> None:
    assert sum(bool(hot(10, seed, planted=1)) for seed in range(100)) >= 95
    assert sum(not hot(10, seed) for seed in range(100, 200)) >= 95


def test_the_same_seed_gives_the_same_result() -> None:
    cells, found, inspected = a_town(5, 3, planted=1)
    one, same = (
        rate_hotspots(found, inspected, cell_neighbours(cells), seed=8, permutations=499) for _ in range(2)
    )
    assert one.equals(same)


def test_the_statistic_is_esdas_and_the_p_values_agree_when_inspections_are_equal() -> None:
    cells, found, _ = a_town(6, 3, planted=1)
    inspected = pd.Series(10, index=cells)
    table = rate_hotspots(found, inspected, cell_neighbours(cells), seed=8, permutations=4999)
    disk = {c: [n for n in h3.grid_disk(c, 1) if n in found.index] for c in cells}
    theirs = G_Local(
        (found / inspected).to_numpy(),
        W(disk, silence_warnings=True),
        transform="B",
        star=True,
        permutations=0,
    )
    order = [theirs.w.id_order.index(c) for c in cells]
    assert np.allclose(table["z"], theirs.Zs[order])
    clear = table["z"].abs() > 3
    assert (table.loc[clear & (table["z"] > 0), "p_hot"] < 0.02).all()
    assert table["z"].corr(table["p_hot"], method="spearman") < -0.95


def test_findings_that_only_follow_inspections_are_no_hotspot() -> None:
    cells, _, _ = a_town(8, 0)
    rng = np.random.default_rng(5)
    busy = set(h3.grid_disk(CENTRE, 2))
    inspected = pd.Series([200 if c in busy else 8 for c in cells], index=cells)
    found = pd.Series(rng.binomial(inspected, 0.04), index=cells)
    table = rate_hotspots(found, inspected, cell_neighbours(cells), seed=1, permutations=1999)
    assert found[list(busy)].mean() > 15 * found.drop(list(busy)).mean()
    assert "hot" not in set(table["verdict"])


def test_islands_constant_towns_and_unseen_places_are_never_hot() -> None:
    far = h3.latlng_to_cell(31.5, 121.9, 10)
    cells = [*sorted(h3.grid_disk(CENTRE, 2)), far]
    found = pd.Series(0, index=cells)
    inspected = pd.Series(10, index=cells)
    inspected.iloc[0] = 0
    constant = rate_hotspots(found, inspected, cell_neighbours(cells), seed=1, permutations=99)
    assert constant["verdict"].value_counts().to_dict() == {"constant": 18, "too_few": 1, "island": 1}
    assert constant["p_hot"].isna().all()
    found[far] = 10
    found.iloc[5] = 1
    assert (
        rate_hotspots(found, inspected, cell_neighbours(cells), seed=1, permutations=99).loc[far, "verdict"]
        == "island"
    )


def test_more_findings_than_inspections_are_refused() -> None:
    with pytest.raises(InputError):
        rate_hotspots(pd.Series([2]), pd.Series([1]), (np.array([], int), np.array([], int)), seed=1)


def test_months_are_compared_place_by_place() -> None:
    before = pd.DataFrame({"verdict": ["hot", "hot", "none", "too_few"]}, index=list("abcd"))
    after = pd.DataFrame({"verdict": ["hot", "none", "hot", "hot"]}, index=list("abcd"))
    assert compare_months(before, after).tolist() == ["lasting", "gone", "new", "unknown"]


def test_discoveries_step_up_past_a_p_value_that_fails_alone() -> None:
    assert discoveries(np.array([0.02, 0.04, 0.03, 0.049])).all()
    assert not discoveries(np.array([0.2, 0.9])).any()


def test_small_buildings_have_a_cell_and_those_without_geometry_none() -> None:
    shapes = gpd.GeoSeries(
        {"b1": box(121.45, 31.2, 121.4504, 31.2001), "b2": None, "b3": Point(121.45, 31.2)}, crs=4326
    )
    cells = cells_of(shapes)
    assert cells.isna().tolist() == [False, True, False]
    assert cell_polygons([cells["b1"]]).iloc[0].contains(shapes["b1"].representative_point())
    with pytest.raises(CrsError):
        cells_of(shapes.to_crs(4549))
    with pytest.raises(InputError):
        cells_of(shapes, resolution=16)
