"""One release a month for partners (CV-11): made once from that month's counts, stored, never changed, only revised."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service import audit
from geo_service.database import Scope
from geo_service.dependencies import today, version_for
from geo_service.drawing import ground
from geo_service.problems import Problem, conflict
from geo_service.queries import areas, indicators
from geo_service.queries import releases as queries
from geo_service.queries.boundaries import last_day
from geo_service.tables.boundaries import BoundaryVersion
from geo_service.tables.publication import Release as ReleaseRow
from grids.indicators import blocks, rates
from grids.indicators.atoms import closed
from grids.indicators.cells import cells_of
from grids.indicators.release import FAMILIES, Release, build_release, figures_of, published_rate
from grids.indicators.suppression import FEWEST, K, hide_rate

#: Why a published month may be revised: a closed list, as for scores (CV-12).
REASONS = ("late_checks", "wrong_input", "data_repair", "wrong_boundary")

#: Rates that a release can give: numerator, denominator, about homes or people (M-6), factor.
RATES: dict[str, tuple[str, str, bool, float]] = {
    "checked_share": ("dwellings_checked", "dwellings", True, 1.0),
    "accuracy": ("correct", "checked", False, 1.0),
    "ground_accuracy": ("ground_correct", "ground_checked", False, 1.0),
    "group_renting_rate": ("group_renting_found", "rental_inspected", True, 1.0),
    "check_density": ("visits", "dwellings", True, 100.0),
}

WITHHELD: dict[str, Any] = {
    **dict.fromkeys(("numerator", "denominator", "value", "low", "high", "n")),
    "state": "withheld",
}

_ASSIGNED = (
    "SELECT plot_id, grid_code FROM plot_assignment WHERE subdistrict_code = :sub AND version_id = :version"
)
_HOMES = """SELECT v.building_code, v.grid_code, v.committee_code, (b.kind = 'building')::int AS buildings
    FROM version_building v JOIN building b ON b.subdistrict_code = :sub AND b.code = v.building_code
    WHERE v.subdistrict_code = :sub AND v.version_id = :version AND v.committee_code IS NOT NULL"""


def make_release(session: Session, scope: Scope, month: dt.date, *, reason: str | None = None) -> ReleaseRow:
    """Make and store the release of a month; with a ``reason`` (:data:`REASONS`) a revision of the one there is.

    The month must be over. Months are released in order, because later ones never split what earlier ones joined.
    """
    subdistrict = scope.subdistrict
    session.execute(text("SELECT pg_advisory_xact_lock(717, hashtext(:code))"), {"code": subdistrict})
    former = queries.newest(session, subdistrict, month)
    last = queries.newest(session, subdistrict)
    _refuse(month, reason, former, last)
    version = version_for(session, subdistrict, month)
    basis = former or last
    if basis is not None and basis.plot_set_id != version.plot_set_id:
        basis = None  # new plots, new blocks: a new series
    block_of, shapes = _blocks(session, version, basis)
    values, members = _counted(session, subdistrict, month, version, block_of)
    made = build_release(
        values, members, month, previous=_previous(session, basis, members),
        families=[replace(f, held=not f.official) for f in FAMILIES] if former else FAMILIES,
    )  # fmt: skip
    row = ReleaseRow(
        subdistrict_code=subdistrict, id=_next_id(session, subdistrict), audience=queries.PARTNER, month=month,
        revision=former.revision + 1 if former else 0, version_id=version.id, plot_set_id=version.plot_set_id,
        account=scope.account, reason=reason,
        parameters={"k": K, "fewest": FEWEST, "floor_buildings": blocks.FLOOR_BUILDINGS, "floor_residents": blocks.FLOOR_RESIDENTS},
    )  # fmt: skip
    queries.store(session, row, made, block_of, shapes, rates_of(made))
    audit.record(
        session, scope, "release.made", target=f"{month:%Y-%m}",
        detail={"release": row.id, "revision": row.revision, "reason": reason, "checksum": row.checksum},
    )  # fmt: skip
    return row


def described(row: ReleaseRow) -> dict[str, Any]:
    """A release as the API lists it."""
    return {
        "id": row.id, "month": f"{row.month:%Y-%m}", "revision": row.revision, "reason": row.reason,
        "version": row.version_id, "computed_at": row.computed_at, "checksum": row.checksum, "parameters": row.parameters,
    }  # fmt: skip


def rates_of(made: Release) -> pd.DataFrame:
    """Rates of a release's areas: layer (as stored), area_code, measure, numerator, denominator, value, withheld, as_of.

    A rate is of its own month only; where one of its counts was held back at an older month's value there is none.
    """
    stale = made.figures[made.figures["as_of"].ne(made.month) & ~made.figures["withheld"]]
    old = set(zip(stale["layer"], stale["area_code"], stale["measure"], strict=True))
    tables = []
    for name, (top, bottom, about_homes, factor) in RATES.items():
        if not {top, bottom} <= set(made.figures["measure"]):
            continue
        table = published_rate(
            made, top, bottom, about_homes=about_homes and name != "check_density"
        ).reset_index()
        table = table[table["layer"].isin(queries.LAYERS)]
        keys = [
            {(layer, code, top), (layer, code, bottom)}
            for layer, code in zip(table["layer"], table["area_code"], strict=True)
        ]
        table["withheld"] = table["withheld"].to_numpy() | np.array([bool(k & old) for k in keys], dtype=bool)
        table["value"] = table["value"].astype("float64") * factor
        tables.append(
            table.assign(measure=name, layer=table["layer"].map(queries.LAYERS), as_of=made.month.date())
        )
    columns = ["layer", "area_code", "measure", "numerator", "denominator", "value", "withheld", "as_of"]
    return pd.concat([t[columns] for t in tables], ignore_index=True)


def drawn_area(session: Session, subdistrict: str, month: dt.date, polygon: BaseGeometry) -> dict[str, Any]:
    """Figures of a drawn polygon (EPSG:4326) from the stored release of a month: whole atoms inside whole blocks."""
    row = queries.newest(session, subdistrict, month)
    if row is None:
        raise Problem(
            "not-released",
            404,
            f"{month.year}年{month.month}月尚未发布。 / {month:%Y-%m} is not released yet.",
        )
    inside = blocks.blocks_in(queries.block_shapes(session, row), polygon)
    if not inside:
        raise Problem(
            "empty-area", 422,
            "所画范围内没有完整的发布块，请画大一些。 / No release block lies inside the polygon drawn; draw a larger one.",
        )  # fmt: skip
    made = queries.stored(session, row)
    answer = figures_of(made, inside).set_index("measure")
    counts = {m: None if pd.isna(v) else int(v) for m, v in answer["value"].items()}
    return {
        "month": f"{month:%Y-%m}", "release": row.id, "version": row.version_id, "blocks": len(inside),
        "measures": {name: _rate(made, inside, *parts) for name, parts in RATES.items()},
        "counts": counts,
        "blocks_counted": {m: int(n) for m, n in answer["blocks_counted"].items()},
    }  # fmt: skip


def _rate(
    made: Release, inside: list[str], top: str, bottom: str, about_homes: bool, factor: float
) -> dict[str, Any]:
    """A rate over the blocks of the drawing for which both of its counts are published, for the month itself."""
    answer = figures_of(made, _counted_for_both(made, inside, top, bottom)).set_index("measure")
    one, other = answer.loc[top], answer.loc[bottom]
    if (
        pd.isna(one["value"])
        or pd.isna(other["value"])
        or one["as_of"] != made.month
        or other["as_of"] != made.month
    ):
        return dict(WITHHELD)
    table = pd.DataFrame({"top": [int(one["value"])], "bottom": [int(other["value"])]})
    is_share = factor == 1.0
    if bool(hide_rate(table["top"], table["bottom"], about_homes=about_homes and is_share).iloc[0]):
        return dict(WITHHELD)
    estimated = is_share and not about_homes
    found = rates.rate(table["top"], table["bottom"], rates.wilson if estimated else None).iloc[0]
    numbers = {c: None if pd.isna(found[c]) else float(found[c]) * factor for c in ("value", "low", "high")}
    state = "no_data" if numbers["value"] is None else "zero" if numbers["value"] == 0 else "ok"
    whole = {c: int(found[c]) for c in ("numerator", "denominator", "n")}
    return {**whole, **numbers, "state": state}


def _counted_for_both(made: Release, inside: list[str], top: str, bottom: str) -> list[str]:
    """The blocks of a drawing that lie in whole published atoms of both counts' families."""
    families = {name for name, table in made.published.items() if {top, bottom} & set(table.columns)}
    order = made.members.index
    kept = order.isin(inside)
    while True:
        before = kept.sum()
        for name in families:
            atom = made.atoms[name].to_numpy()
            whole, _ = closed(atom, kept)
            kept = kept & np.isin(atom, whole[np.isin(whole, made.published[name].index)])
        if kept.sum() == before:
            return list(order[kept])


def _refuse(month: dt.date, reason: str | None, former: ReleaseRow | None, last: ReleaseRow | None) -> None:
    name = f"{month:%Y-%m}"
    if last_day(month) >= today():
        raise conflict("month-not-over", f"{name} 尚未结束，不能发布。 / {name} is not over yet.")
    if former is None and reason is not None:
        raise conflict(
            "not-released",
            f"{name} 尚未发布，无从修订。 / {name} was not released, so there is nothing to revise.",
        )
    if former is not None and reason not in REASONS:
        raise conflict(
            "already-released",
            f"{name} 已发布；修订须注明原因（{'、'.join(REASONS)}）。 / {name} is released; a revision needs a reason.",
            reasons=list(REASONS), release=former.id,
        )  # fmt: skip
    if former is None and last is not None and last.month > month:
        raise conflict(
            "out-of-order",
            f"{last.month:%Y-%m} 已发布，不能再补发更早的月份。 / {last.month:%Y-%m} is released already; an earlier month cannot follow.",
        )


def _blocks(
    session: Session, version: BoundaryVersion, basis: ReleaseRow | None
) -> tuple[pd.Series, gpd.GeoSeries]:
    """Building → block, and outlines: those of the series so far, or new ones for a new plot set."""
    subdistrict = version.subdistrict_code
    homes = _homes(session, version)
    if basis is not None:
        known = queries.blocks_of(session, basis)
        new = homes[~homes.index.isin(known.index)]
        shapes = queries.block_shapes(session, basis)
        placed = _placed(session, subdistrict, new, shapes)
        return pd.concat([known[known.index.isin(homes.index)], placed]), shapes
    srid = ground.metric_srid(session, subdistrict)
    plots = ground.read_plots(session, subdistrict, version.plot_set_id, srid)
    rows = session.execute(text(_ASSIGNED), {"sub": subdistrict, "version": version.id}).all()
    grid_of = pd.Series({r.plot_id: r.grid_code for r in rows})
    block = blocks.build_blocks(plots, grid_of)
    shapes = blocks.block_shapes(plots, block).to_crs(4326)
    owned = blocks.blocks_of_buildings(plots, block, homes["committee_code"])
    return owned[owned.index.isin(homes.index)], shapes


def _placed(session: Session, subdistrict: str, new: pd.DataFrame, shapes: gpd.GeoSeries) -> pd.Series:
    """Buildings that came later go to the block they stand in, those without a place to their committee's own."""
    points = areas.building_points(session, subdistrict, None)
    here = points[points.index.isin(new.index)]
    tree = shapes.sindex.query(here, predicate="intersects")
    found = pd.Series(shapes.index.to_numpy()[tree[1]], index=here.index.to_numpy()[tree[0]], dtype=object)
    found = found[~found.index.duplicated()]
    rest = new.loc[~new.index.isin(found.index), "committee_code"].astype(str) + "-0"
    return pd.concat([found, rest.astype(object)])


def _homes(session: Session, version: BoundaryVersion) -> pd.DataFrame:
    rows = session.execute(text(_HOMES), {"sub": version.subdistrict_code, "version": version.id})
    return pd.DataFrame(rows.fetchall(), columns=list(rows.keys())).set_index("building_code")


def _counted(
    session: Session, subdistrict: str, month: dt.date, version: BoundaryVersion, block_of: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts per block and its area in each layer."""
    homes = _homes(session, version)
    counts = indicators.figures(session, subdistrict, month, version.id, "building").reindex(
        block_of.index, fill_value=0
    )
    measures = list(dict.fromkeys(m for f in FAMILIES for m in f.measures))
    per_building = counts[measures].assign(
        buildings=homes["buildings"].reindex(block_of.index).fillna(0).astype("int64")
    )
    values = per_building.groupby(block_of).sum().rename_axis("block_code")
    cells = cells_of(areas.building_points(session, subdistrict, None))
    layers = pd.DataFrame(
        {
            "committee": homes["committee_code"].reindex(block_of.index),
            "micro_grid": homes["grid_code"].reindex(block_of.index),
            "cell": cells.reindex(block_of.index),
        }
    )
    return values, blocks.memberships(block_of, layers, counts["residents"])


def _previous(session: Session, basis: ReleaseRow | None, members: pd.DataFrame) -> Release | None:
    """The release before this one, on the same blocks. A block that came or went starts or ends there with nothing."""
    if basis is None:
        return None
    before = queries.stored(session, basis)
    index = members.index.sort_values()
    if before.members.index.equals(index):
        return before
    # Blocks without an outline (homes of no place) can appear later: each begins as an atom of its own.
    fresh = index.difference(before.members.index)
    atoms = {
        f: pd.concat([a, pd.Series(range(10**6, 10**6 + len(fresh)), index=fresh)]).reindex(index)
        for f, a in before.atoms.items()
    }
    return replace(before, members=members.reindex(index), atoms=atoms)


def _next_id(session: Session, subdistrict: str) -> int:
    rows = queries.releases(session, subdistrict)
    return max((r.id for r in rows), default=0) + 1
