from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from shapely import box

from grids.errors import InputError
from grids.indicators.blocks import block_shapes, blocks_in, build_blocks
from grids.indicators.rates import wilson
from grids.indicators.release import FAMILIES, Release, build_release, figures_of, published_rate

K = 5
PARTS = {"dwellings_occupied": "dwellings", "dwellings_vacant": "dwellings", "dwellings_rented": "dwellings"}
PARTS |= {"occupied_without_records": "dwellings_occupied", "group_renting_found": "rental_inspected"}
MEASURES = ["residents", "dwellings", "rental_inspected", *PARTS]


class Town:
    """A small town of square plots with one building each, its blocks, areas and true counts per building."""

    def __init__(self, seed: int, columns: int = 8, rows: int = 4) -> None:
        rng = np.random.default_rng(seed)
        places = [(x, y) for x in range(columns) for y in range(rows)]
        n = len(places)
        homes = rng.integers(0, 9, n)
        occupied = rng.binomial(homes, 0.8)
        self.counts = pd.DataFrame(
            {
                "residents": occupied * rng.integers(1, 4, n),
                "dwellings": homes,
                "dwellings_occupied": occupied,
                "dwellings_vacant": homes - occupied,
                "dwellings_rented": rng.binomial(homes, 0.3),
                "occupied_without_records": rng.binomial(occupied, 0.15),
                "rental_inspected": rng.binomial(homes, 0.3),
            }
        )
        self.counts["group_renting_found"] = rng.binomial(self.counts["rental_inspected"], 0.2)
        self.counts["checked"] = rng.integers(0, 12, n)
        self.counts["correct"] = rng.binomial(self.counts["checked"], 0.95)
        for outcome in ("to_register", "to_deregister", "wrong_particulars"):
            self.counts[outcome] = 0
        self.plots = gpd.GeoDataFrame(
            {
                "building_code": [f"b{i}" for i in range(n)],
                "committee_code": ["C1" if x < columns // 2 else "C2" for x, _ in places],
                "residents": self.counts["residents"].astype(float),
            },
            geometry=[box(x, y, x + 1, y + 1) for x, y in places],
            index=pd.RangeIndex(n, name="plot_id"),
            crs=4549,
        )
        grid = pd.Series(
            [f"{'W' if x < columns // 2 else 'E'}{y // 2}" for x, y in places], index=self.plots.index
        )
        self.blocks = build_blocks(self.plots, grid, floor_buildings=2, floor_residents=12)
        self.shapes = block_shapes(self.plots, self.blocks)
        first = ~self.blocks.duplicated()
        self.members = pd.DataFrame(
            {
                "committee": self.plots["committee_code"][first].to_numpy(),
                "micro_grid": grid[first].to_numpy(),
                "cell": [f"h{(x + y) // 3}" for (x, y), f in zip(places, first, strict=True) if f],
            },
            index=pd.Index(self.blocks[first], name="block_code"),
        )

    @property
    def values(self) -> pd.DataFrame:
        return self.counts.groupby(self.blocks.to_numpy()).sum().assign(buildings=self.blocks.value_counts())

    def release(self, previous: Release | None = None, month: str = "2024-03", **more: object) -> Release:
        floors = {"floor_buildings": 2, "floor_residents": 12}
        return build_release(self.values, self.members, month, previous=previous, **floors, **more)  # type: ignore[arg-type]


class Partner:
    """Everything a partner can get: per measure, rows of blocks and the value given for each.

    All tables of all layers, and drawn polygons of many sizes and places, each also moved by one building.
    """

    def __init__(self, town: Town, release: Release) -> None:
        self.values = town.values.reindex(release.members.index)
        order = release.members.index
        layers = release.members.assign(subdistrict="subdistrict", block=order)
        inside = {layer: dict(zip(*_indicators(layers[layer]), strict=True)) for layer in layers}
        self.got: dict[str, tuple[list[np.ndarray], list[int]]] = {m: ([], []) for m in MEASURES}
        shown = release.figures[release.figures["measure"].isin(MEASURES) & ~release.figures["withheld"]]
        for layer, code, measure, value in shown[["layer", "area_code", "measure", "value"]].itertuples(
            index=False
        ):
            self._add(measure, inside[layer][code], value)
        rng = np.random.default_rng(0)
        for x, y, w, h in rng.integers(0, 8, (25, 4)):
            for moved in (0, 1):
                drawn = blocks_in(town.shapes, box(x, y, x + w + 1 + moved, y + h + 1))
                for answer in figures_of(release, drawn).itertuples():
                    if answer.measure in MEASURES and answer.blocks_counted:
                        atom, table = release.atoms[answer.family], release.published[answer.family]
                        held = [a for a in table.index if set(order[atom == a]) <= set(drawn)]
                        self._add(answer.measure, atom.isin(held).to_numpy(), answer.value)
                        assert answer.blocks_counted == atom.isin(held).sum()

    def _add(self, measure: str, row: np.ndarray, value: int) -> None:
        self.got[measure][0].append(row)
        self.got[measure][1].append(value)

    def rows(self, measure: str) -> np.ndarray:
        return np.array(self.got[measure][0], dtype=float).reshape(-1, len(self.values))

    def given(self, measure: str) -> np.ndarray:
        return np.array(self.got[measure][1], dtype=float)

    def truth(self, measure: str) -> np.ndarray:
        return self.values[measure].to_numpy(dtype=float)


def _indicators(areas: pd.Series) -> tuple[list[str], list[np.ndarray]]:
    codes = list(areas.unique())
    return codes, [(areas == c).to_numpy() for c in codes]


def reachable(rows: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Which targets some linear combination of the rows equals."""
    if not len(rows):
        return np.zeros(len(targets), dtype=bool)
    _, size, basis = np.linalg.svd(rows, full_matrices=False)
    basis = basis[size > 1e-9]
    return np.abs(targets - (targets @ basis.T) @ basis).max(axis=1) < 1e-7


def subsets(n: int) -> np.ndarray:
    return ((np.arange(1, 2**n)[:, None] >> np.arange(n)) & 1).astype(float)


def attack_by_subtraction(partner: Partner) -> int:
    """No linear combination of all published figures may be a count of 1…4 homes or people of any set of blocks."""
    chosen = subsets(len(partner.values))
    told = {m: reachable(partner.rows(m), chosen) for m in MEASURES}
    for measure in MEASURES:
        truth = partner.truth(measure)
        assert np.array_equal(partner.rows(measure) @ truth, partner.given(measure)), measure
        small = chosen[told[measure]] @ truth
        assert not ((small > 0) & (small < K)).any(), measure
        if measure in PARTS:
            together = told[measure] & told[PARTS[measure]]
            rest = chosen[together] @ (partner.truth(PARTS[measure]) - truth)
            assert not ((rest > 0) & (rest < K)).any(), f"complement of {measure}"
    return int(sum(t.sum() for t in told.values()))


def attack_by_fitting(partner: Partner) -> int:
    """No count of 1…4 of a block may be the only whole number that fits everything published together."""
    names, n = MEASURES, len(partner.values)
    at = {name: slice(i * n, (i + 1) * n) for i, name in enumerate(names)}
    constraints = []

    def fits(terms: dict[str, np.ndarray], low: object, high: object) -> None:
        wide = np.zeros((len(next(iter(terms.values()))), n * len(names)))
        for name, rows in terms.items():
            wide[:, at[name]] = rows
        constraints.append(LinearConstraint(wide, low, high))

    for name in names:
        rows, first = np.unique(partner.rows(name), axis=0, return_index=True)
        if len(rows):
            fits({name: rows}, partner.given(name)[first], partner.given(name)[first])
    for part, base in PARTS.items():
        fits({base: np.eye(n), part: -np.eye(n)}, 0, np.inf)
    fits({"dwellings": np.eye(n), "dwellings_occupied": -np.eye(n), "dwellings_vacant": -np.eye(n)}, 0, 0)
    small = [(m, j) for m in names for j in np.flatnonzero((partner.truth(m) > 0) & (partner.truth(m) < K))]
    for measure, j in small:
        aim = np.zeros(n * len(names))
        aim[at[measure].start + j] = 1
        bounds = Bounds(0, 300)
        ends = [s * milp(s * aim, constraints=constraints, integrality=1, bounds=bounds).fun for s in (1, -1)]
        assert ends[1] > ends[0] + 0.5, (measure, partner.values.index[j])
    return len(small)


@pytest.mark.parametrize("seed", range(6))
def test_no_subtraction_over_everything_published_isolates_one_to_four(seed: int) -> None:
    town = Town(seed)
    assert len(town.members) <= 14
    assert attack_by_subtraction(Partner(town, town.release())) > 0


@pytest.mark.parametrize("seed", range(2))
def test_no_small_count_is_the_only_one_that_fits(seed: int) -> None:
    town = Town(seed)
    assert attack_by_fitting(Partner(town, town.release())) > 10


@pytest.mark.soak
def test_the_attacks_fail_on_60_towns() -> None:
    for seed in range(100, 160):
        town = Town(seed)
        partner = Partner(town, town.release())
        attack_by_subtraction(partner)
        if seed < 110:
            attack_by_fitting(partner)


def test_the_attack_itself_succeeds_on_an_unprotected_release() -> None:
    town = Town(1)
    open_release = town.release(k=1)
    with pytest.raises(AssertionError):
        attack_by_subtraction(Partner(town, open_release))
    with pytest.raises(AssertionError):
        attack_by_fitting(Partner(town, open_release))


def test_published_figures_are_true_and_mostly_there() -> None:
    town = Town(2)
    release = town.release()
    layers = release.members.assign(subdistrict="subdistrict", block=release.members.index)
    for row in release.figures.dropna(subset="value").itertuples():
        inside = layers.index[layers[row.layer] == row.area_code]
        assert town.values.loc[inside, row.measure].sum() == row.value
    shown = release.figures[release.figures["measure"].isin(["residents", "dwellings"])]
    by_layer = (~shown["withheld"]).groupby(shown["layer"]).mean()
    assert by_layer["block"] == by_layer["micro_grid"] == by_layer["committee"] == by_layer["cell"] == 1


def test_committee_check_outcomes_are_official_and_never_withheld() -> None:
    town = Town(3)
    town.counts["checked"] = 1
    town.counts["correct"] = 1
    figures = town.release().figures
    outcomes = figures[figures["family"] == "register"]
    assert not outcomes.loc[outcomes["layer"] == "committee", "withheld"].any()
    assert outcomes.loc[
        (outcomes["measure"] == "checked") & (outcomes["layer"] == "committee"), "value"
    ].tolist() == [16, 16]
    assert outcomes.loc[outcomes["layer"].isin(["block", "micro_grid"]), "withheld"].all()


def test_no_rate_of_fewer_than_twenty_checks_is_published_below_the_committee() -> None:
    figures = Town(4).release().figures
    checked = figures[(figures["measure"] == "checked") & (figures["layer"] != "committee")]["value"].dropna()
    assert len(checked) > 0
    assert ((checked == 0) | (checked >= 20)).all()


def test_a_town_with_three_findings_in_all_withholds_the_total_too() -> None:
    town = Town(5)
    town.counts["group_renting_found"] = 0
    busiest = town.counts["rental_inspected"].idxmax()
    town.counts.loc[busiest, "group_renting_found"] = 3
    found = town.release().figures.query("measure == 'group_renting_found' and layer == 'subdistrict'")
    assert found["withheld"].tolist() == [True]


def test_a_later_month_never_splits_what_an_earlier_one_joined() -> None:
    town = Town(6)
    march = town.release()
    town.counts[["dwellings_vacant", "dwellings_rented"]] = 0
    town.counts["dwellings_occupied"] = town.counts["dwellings"]
    april = town.release(previous=march, month="2024-04")
    for family, atoms in march.atoms.items():
        assert april.atoms[family].groupby(atoms).nunique().max() == 1, family


def test_a_change_of_fewer_than_five_residents_is_not_published_yet() -> None:
    town = Town(7)
    march = town.release()
    town.counts.loc[0, "residents"] += 2
    town.counts.loc[31, "residents"] += 9
    april = town.release(previous=march, month="2024-04")
    blocks = [
        f.figures.query("layer == 'block' and measure == 'residents'").set_index("area_code")
        for f in (march, april)
    ]
    quiet, moved = town.blocks[0], town.blocks[31]
    assert blocks[1].loc[quiet, "value"] == blocks[0].loc[quiet, "value"]
    assert blocks[1].loc[quiet, "as_of"] == pd.Timestamp("2024-03-01")
    assert blocks[1].loc[moved, "value"] == blocks[0].loc[moved, "value"] + 9
    assert blocks[1].loc[moved, "as_of"] == pd.Timestamp("2024-04-01")


def test_two_boundary_versions_over_the_same_blocks_add_nothing_to_subtract() -> None:
    town = Town(8)
    before = town.release()
    moved = town.members.index[0]
    town.members.loc[moved, "micro_grid"] = town.members["micro_grid"].iloc[-1]
    after = town.release(previous=before, month="2024-04")
    one, other = Partner(town, before), Partner(town, after)
    for measure in MEASURES:
        one.got[measure][0].extend(other.got[measure][0])
        one.got[measure][1].extend(other.got[measure][1])
    assert attack_by_subtraction(one) > 0


def test_published_rates_tell_withheld_from_absent() -> None:
    town = Town(9)
    town.counts.loc[town.plots["committee_code"] == "C2", ["rental_inspected", "group_renting_found"]] = 0
    release = town.release()
    rates = published_rate(
        release, "group_renting_found", "rental_inspected", about_homes=True, interval=wilson
    )
    nothing = rates.loc[("committee", "C2")]
    assert (nothing["withheld"], nothing["n"]) == (False, 0)
    assert pd.isna(nothing["value"])
    assert rates.loc[rates["withheld"], ["value", "low", "high"]].isna().all(axis=None)
    assert rates.loc[rates["denominator"].fillna(0).between(1, 19), "withheld"].all()
    accuracies = published_rate(release, "correct", "checked", about_homes=False, interval=wilson)
    assert not accuracies.loc["committee", "withheld"].any()
    assert accuracies.loc["committee", "value"].between(0.8, 1).all()


def test_bad_input_is_refused() -> None:
    town = Town(1)
    with pytest.raises(InputError, match="committee"):
        build_release(town.values, town.members.drop(columns="committee"), "2024-03")
    with pytest.raises(InputError, match="different release blocks"):
        build_release(town.values.iloc[1:], town.members, "2024-03")
    with pytest.raises(InputError, match="0 or more"):
        build_release(town.values.replace(town.values.iloc[0, 0], -1), town.members, "2024-03")
    with pytest.raises(InputError, match="released before"):
        build_release(town.values, town.members, "2024-03", families=[replace(FAMILIES[2])])


def test_a_drawing_over_no_block_has_no_figures() -> None:
    town = Town(1)
    answer = figures_of(town.release(), [])
    assert answer["value"].isna().all()
    assert (answer["blocks_drawn"] == 0).all()
