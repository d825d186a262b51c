"""One release for partners (CV-11): counts of one month that cannot be subtracted back to a household.

The idea: nothing is published but *atoms*, groups of release blocks, and sums of whole atoms. For each family of
linked measures the atoms are chosen so that every measure and every complement (base minus measure) is 0, or at least
k, and blocks inside an atom keep room for doubt (``suppression.gives_away``). Every layer (micro-grid, committee,
cell, block, drawn polygon) adds up whole atoms or is withheld, so any linear combination of everything published is a
combination of atoms, and no combination says more than the atoms do.

Where the idea stops working: it cannot forget what somebody knows already. Whoever knows all homes of an atom but one
learns that one, as with every exact count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grids.errors import InputError
from grids.indicators.atoms import Unsafe, closed, join_labels, merged, unsafe_below, unsafe_counts
from grids.indicators.blocks import FLOOR_BUILDINGS, FLOOR_RESIDENTS
from grids.indicators.counts import GROUND, OUTCOMES
from grids.indicators.rates import Interval, rate
from grids.indicators.stocks import month_start
from grids.indicators.suppression import FEWEST, K, hide_rate

WHOLE = "subdistrict"


@dataclass(frozen=True)
class Family:
    """Measures published on the same atoms because sums or differences tie them together.

    ``base``: the measure they are parts of; their atoms are unions of its atoms and complements are guarded too.
    ``official``: check outcomes; they measure the register, so they need only enough checks (the first measure is the
    number checked), and committees' totals are always published.
    ``held``: a stock whose change since the last release is smaller than k stays as it was published.
    """

    name: str
    measures: tuple[str, ...]
    base: str | None = None
    official: bool = False
    held: bool = False


# Flows of a year so far are left out on purpose: two of them subtract to one month at another grain.
FAMILIES = (
    Family("residents", ("residents",), held=True),
    Family("dwellings", ("dwellings",)),
    Family("status", ("dwellings_occupied", "dwellings_vacant"), base="dwellings"),
    Family("rented", ("dwellings_rented",), base="dwellings"),
    Family("without_records", ("occupied_without_records",), base="dwellings_occupied"),
    Family("unlinked", ("records_unlinked",)),
    Family("visits", ("visits",)),
    Family("dwellings_checked", ("dwellings_checked",), base="dwellings"),
    Family("inspections", ("rental_inspected",)),
    Family("findings", ("group_renting_found",), base="rental_inspected"),
    Family("register", OUTCOMES, official=True),
    Family("ground", GROUND, official=True),
)


@dataclass(frozen=True)
class Release:
    """What was published: the stored answer to every later question about that month.

    ``members``: per block, its area in each layer · ``atoms``: family → atom number per block · ``published``: family
    → figures per publishable atom, with ``as_of`` · ``figures``: layer, area_code, family, measure, value (absent when
    withheld), withheld, as_of.
    """

    month: pd.Timestamp
    k: int
    members: pd.DataFrame
    atoms: dict[str, pd.Series]
    published: dict[str, pd.DataFrame]
    figures: pd.DataFrame


def build_release(
    values: pd.DataFrame,
    members: pd.DataFrame,
    month: object,
    *,
    previous: Release | None = None,
    families: Sequence[Family] = FAMILIES,
    k: int = K,
    fewest: int = FEWEST,
    floor_buildings: int = FLOOR_BUILDINGS,
    floor_residents: int = FLOOR_RESIDENTS,
) -> Release:
    """Make the one consistent release of a month.

    ``values``: per block, ``buildings``, ``residents`` and the measures of the families (whole numbers, 0 or more;
    families whose columns are missing are left out). ``members``: per block, its area in each layer; it must have
    ``committee`` and may have ``micro_grid``, ``cell`` and others. ``previous``: the last release on the same blocks; its
    atoms are only ever made larger, so that no month splits what another joined.
    """
    values, members = _checked(values, members, previous)
    levels = [members["committee"]]
    if "micro_grid" in members:  # within the committee, should a grid ever reach beyond one
        levels.insert(0, members["committee"].astype(str) + " " + members["micro_grid"].astype(str))
    whole = pd.Series(WHOLE, index=members.index)
    sizes = values[["buildings", "residents"]].to_numpy(dtype="int64")
    alone = np.arange(len(values))
    floor = unsafe_below(sizes, (floor_buildings, floor_residents))
    ground = merged(alone, sizes, floor, [*levels, whole])
    start, too_small = ground.labels, np.isin(ground.labels, ground.unsafe)
    atoms: dict[str, pd.Series] = {}
    published: dict[str, pd.DataFrame] = {}
    home = {m: f for f in families for m in f.measures}
    for family in families:
        if not set(family.measures) <= set(values.columns):
            continue
        labels = start
        if family.base is not None:
            if family.base not in home or home[family.base].name not in atoms:
                raise InputError(f"{family.name} needs {family.base}, which must be released before it.")
            labels = atoms[home[family.base].name].to_numpy()
        if previous is not None and family.name in previous.atoms:
            labels = join_labels(labels, previous.atoms[family.name].to_numpy())
        guarded, unsafe = _guard(values, family, k, fewest)
        result = merged(labels, guarded, unsafe, levels if family.official else [*levels, whole])
        atoms[family.name] = pd.Series(result.labels, index=values.index, name="atom")
        table = values[list(family.measures)].groupby(result.labels).sum().assign(as_of=month_start(month))
        table = table[~table.index.isin([*result.unsafe, *result.labels[too_small]])]
        if family.held and previous is not None:
            table = _hold(table, family, atoms[family.name], previous, k)
        published[family.name] = table
    figures = _figures(
        values, members.assign(**{WHOLE: whole}), atoms, published, families, month_start(month)
    )
    return Release(month_start(month), k, members, atoms, published, figures)


def figures_of(release: Release, blocks: Iterable[str]) -> pd.DataFrame:
    """Figures of a drawn area from the stored release: the whole atoms inside its blocks, family by family.

    Columns: family, measure, value (absent when no whole atom lies inside), blocks_counted, blocks_drawn, as_of. Blocks
    whose atom reaches beyond the drawing are not counted; the two block columns say how many that were.
    """
    drawn = release.members.index.isin(list(blocks))
    rows = []
    for name, atom in release.atoms.items():
        table = release.published[name]
        inside, _ = closed(atom.to_numpy(), drawn)
        inside = inside[np.isin(inside, table.index)]
        counted = int(np.isin(atom.to_numpy(), inside).sum())
        sums = table.loc[inside]
        for measure in table.columns.drop("as_of"):
            value = int(sums[measure].sum()) if counted else pd.NA
            as_of = sums["as_of"].min() if counted else pd.NaT
            rows.append((name, measure, value, counted, int(drawn.sum()), as_of))
    columns = ["family", "measure", "value", "blocks_counted", "blocks_drawn", "as_of"]
    return pd.DataFrame(rows, columns=columns).astype({"value": "Int64"})


def published_rate(
    release: Release, numerator: str, denominator: str, *, about_homes: bool, interval: Interval | None = None
) -> pd.DataFrame:
    """A rate of two published measures: indexed by layer and area_code, the columns of ``rates.rate`` and ``withheld``.

    Absent with ``withheld`` false means 0 of 0; true means that a count is withheld or that the rate rests on too few
    (``suppression.hide_rate``). Check outcomes have ``about_homes=False``.
    """
    wanted = release.figures[release.figures["measure"].isin([numerator, denominator])]
    wide = wanted.pivot(index=["layer", "area_code"], columns="measure", values="value")
    table = rate(wide[numerator], wide[denominator], interval)
    missing = wide[[numerator, denominator]].isna().any(axis=1)
    few = hide_rate(
        wide[numerator].fillna(0), wide[denominator].fillna(0), about_homes=about_homes, k=release.k
    )
    withheld = missing | few
    if not about_homes:  # a committee's accuracy is an official figure
        withheld &= table.index.get_level_values("layer") != "committee"
    table[["value", "low", "high"]] = table[["value", "low", "high"]].mask(withheld)
    return table.assign(withheld=withheld)


def _checked(
    values: pd.DataFrame, members: pd.DataFrame, previous: Release | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if "committee" not in members or members["committee"].isna().any():
        raise InputError("Every release block lies in a committee.")
    if not values.index.sort_values().equals(members.index.sort_values()) or values.index.has_duplicates:
        raise InputError("The figures and the areas name different release blocks.")
    if previous is not None and not previous.members.index.equals(members.index.sort_values()):
        raise InputError("The previous release has other blocks; begin a new series with a new plot set.")
    values = values.sort_index()
    if values.isna().any(axis=None) or (values < 0).any(axis=None):
        raise InputError("Counts of release blocks are whole numbers of 0 or more.")
    return values.astype("int64"), members.reindex(values.index)


def _guard(values: pd.DataFrame, family: Family, k: int, fewest: int) -> tuple[np.ndarray, Unsafe]:
    own = values[list(family.measures)].to_numpy()
    if family.official:
        checked = own[:, :1]
        return checked, unsafe_below(checked, (fewest,))
    columns = [own]
    if family.base is not None:
        base = values[[family.base]].to_numpy()
        # Parts can be more than the base when a home has gone meanwhile: then there is no complement to tell.
        columns.append(np.clip(base - own, 0, None))
        columns.append(np.clip(base - own.sum(axis=1, keepdims=True), 0, None))
    guarded = np.hstack(columns)
    return guarded, unsafe_counts(k)


def _hold(table: pd.DataFrame, family: Family, atom: pd.Series, previous: Release, k: int) -> pd.DataFrame:
    """Keep the value published last where it has changed by less than k: a small change is a small count."""
    before = previous.published[family.name]
    parts = pd.DataFrame(
        {"now": atom.to_numpy(), "then": previous.atoms[family.name].to_numpy()}
    ).drop_duplicates()
    known = parts[parts["now"].isin(table.index)]
    complete = known["then"].isin(before.index).groupby(known["now"]).all()
    held = table.copy()
    for measure in family.measures:
        last = known["then"].map(before[measure]).groupby(known["now"]).sum()
        change = (table[measure] - last.reindex(table.index)).abs()
        small = complete.reindex(table.index) & change.gt(0) & change.lt(k)
        since = known["then"].map(before["as_of"]).groupby(known["now"]).min()
        held.loc[small, measure] = last.reindex(table.index)[small].astype("int64")
        held.loc[small, "as_of"] = since.reindex(table.index)[small]
    return held


def _figures(
    values: pd.DataFrame,
    layers: pd.DataFrame,
    atoms: dict[str, pd.Series],
    published: dict[str, pd.DataFrame],
    families: Sequence[Family],
    month: pd.Timestamp,
) -> pd.DataFrame:
    tables = []
    layers = layers.assign(block=layers.index)
    for family in (f for f in families if f.name in atoms):
        atom, table = atoms[family.name].to_numpy(), published[family.name]
        for layer in layers.columns:
            if family.official and layer == "committee":
                sums = (
                    values[list(family.measures)].groupby(layers[layer].to_numpy()).sum().assign(as_of=month)
                )
            else:
                sums = _sums(layers[layer].to_numpy(), atom, table)
            long = (
                sums.rename_axis("area_code").reset_index().melt(["area_code", "as_of"], var_name="measure")
            )
            tables.append(long.assign(layer=layer, family=family.name))
    columns = ["layer", "area_code", "family", "measure", "value", "withheld", "as_of"]
    if not tables:
        return pd.DataFrame(columns=columns)
    every = pd.concat([t.astype({"value": "Int64"}) for t in tables], ignore_index=True)
    return every.assign(withheld=every["value"].isna())[columns]


def _sums(area: np.ndarray, atom: np.ndarray, table: pd.DataFrame) -> pd.DataFrame:
    """Published figures of each area: absent unless it is made of whole, publishable atoms."""
    pairs = pd.DataFrame({"area": area, "atom": atom})
    pairs = pairs[pd.notna(pairs["area"])].value_counts().rename("inside").reset_index()
    pairs["fits"] = pairs["atom"].map(pd.Series(atom).value_counts()).eq(pairs["inside"]) & pairs[
        "atom"
    ].isin(table.index)
    joined = pairs.join(table, on="atom")
    by_area = joined.groupby("area")
    measures = [c for c in table.columns if c != "as_of"]
    sums = by_area[measures].sum().astype("Int64").assign(as_of=by_area["as_of"].min())
    sums.loc[~by_area["fits"].all(), measures] = pd.NA
    return sums
