"""Partner releases in the database: what was published stays as it was, and answers every later question."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import shapely
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo_service.loading.staging import copy_into
from geo_service.tables.publication import Release as ReleaseRow
from grids.indicators.release import FAMILIES, Release
from grids.indicators.suppression import K

PARTNER = "partner"
#: Layer in ``grids`` → layer as stored and served. Blocks need no rows of their own: the atoms hold all there is of them.
LAYERS = {"micro_grid": "micro-grid", "committee": "committee", "cell": "cell", "subdistrict": "subdistrict"}
ATOM = "atom"
_FAMILY_OF = {measure: family.name for family in FAMILIES for measure in family.measures}

_BLOCKS = """SELECT code, committee_code, grid_code, cell_code, atoms, buildings, ST_AsBinary(geom) AS geom FROM release_block
    WHERE subdistrict_code = :sub AND release_id = :id ORDER BY code"""
_VALUES = """SELECT layer, area_code, measure, value, withheld, as_of FROM release_value
    WHERE subdistrict_code = :sub AND release_id = :id AND measure = ANY (:measures)"""


def releases(session: Session, subdistrict: str) -> list[ReleaseRow]:
    """Every release, the newest month first, the newest revision of a month first."""
    query = select(ReleaseRow).where(ReleaseRow.subdistrict_code == subdistrict)
    return list(session.scalars(query.order_by(ReleaseRow.month.desc(), ReleaseRow.revision.desc())))


def newest(session: Session, subdistrict: str, month: dt.date | None = None) -> ReleaseRow | None:
    """The newest revision of a month, or of the newest month released."""
    query = select(ReleaseRow).where(
        ReleaseRow.subdistrict_code == subdistrict, ReleaseRow.audience == PARTNER
    )
    if month is not None:
        query = query.where(ReleaseRow.month == month)
    return session.scalars(
        query.order_by(ReleaseRow.month.desc(), ReleaseRow.revision.desc()).limit(1)
    ).first()


def stored(session: Session, row: ReleaseRow) -> Release:
    """The release as it was published, ready to answer for drawn areas and to be the previous one of the next."""
    bound = {"sub": row.subdistrict_code, "id": row.id}
    blocks = pd.DataFrame(session.execute(text(_BLOCKS), bound).mappings().all()).set_index("code")
    members = blocks.rename(
        columns={"committee_code": "committee", "grid_code": "micro_grid", "cell_code": "cell"}
    )
    atoms = {
        family: pd.Series([a[family] for a in blocks["atoms"]], index=blocks.index, name="atom")
        for family in blocks["atoms"].iloc[0]
    }
    values = pd.DataFrame(
        session.execute(text(_VALUES), {**bound, "measures": list(_FAMILY_OF)}).mappings().all(),
        columns=["layer", "area_code", "measure", "value", "withheld", "as_of"],
    )
    values["as_of"] = pd.to_datetime(values["as_of"])
    own = values[values["layer"] == ATOM]
    published = {family: _published(own, family) for family in atoms}
    names = {stored_as: layer for layer, stored_as in LAYERS.items()}
    figures = values[values["layer"] != ATOM].assign(
        layer=lambda t: t["layer"].map(names), family=lambda t: t["measure"].map(_FAMILY_OF),
        value=lambda t: t["value"].astype("Float64").astype("Int64"),
    )  # fmt: skip
    columns = ["layer", "area_code", "family", "measure", "value", "withheld", "as_of"]
    return Release(
        pd.Timestamp(row.month), int(row.parameters.get("k", K)),
        members[["committee", "micro_grid", "cell"]].rename_axis("block_code"), atoms, published, figures[columns],
    )  # fmt: skip


def block_shapes(session: Session, row: ReleaseRow) -> gpd.GeoSeries:
    """Outlines of a release's blocks that have one, EPSG:4326, indexed by block code."""
    found = session.execute(text(_BLOCKS), {"sub": row.subdistrict_code, "id": row.id}).mappings().all()
    placed = {r["code"]: shapely.from_wkb(bytes(r["geom"])) for r in found if r["geom"] is not None}
    return gpd.GeoSeries(list(placed.values()), index=pd.Index(list(placed), dtype=object), crs=4326)


def blocks_of(session: Session, row: ReleaseRow) -> pd.Series:
    """Building → block of a release."""
    found = session.execute(text(_BLOCKS), {"sub": row.subdistrict_code, "id": row.id}).mappings().all()
    pairs = [(building, r["code"]) for r in found for building in r["buildings"]]
    return pd.Series(dict(pairs), dtype=object).rename("block_code")


def store(
    session: Session,
    row: ReleaseRow,
    made: Release,
    block_of: pd.Series,
    shapes: gpd.GeoSeries,
    rates: pd.DataFrame,
) -> ReleaseRow:
    """Write a release, its blocks and its values; ``rates`` are ready rows (``rates_of`` of ``geo_service.releases``)."""
    values = sorted([*_figure_rows(made), *_atom_rows(made), *_rate_rows(rates)], key=lambda r: tuple(r[:3]))
    row.checksum = hashlib.sha256("\n".join(repr(v) for v in values).encode()).hexdigest()
    session.add(row)
    session.flush()
    own = (row.subdistrict_code, row.id)
    columns = ("subdistrict_code", "release_id", "block_id", "code", "committee_code", "grid_code", "cell_code", "atoms",
               "buildings", "geom")  # fmt: skip
    copy_into(session, "release_block", columns, ((*own, *b) for b in _block_rows(made, block_of, shapes)))
    figures = ("subdistrict_code", "release_id", "layer", "area_code", "measure", "numerator", "denominator", "value",
               "withheld", "reason", "as_of")  # fmt: skip
    copy_into(session, "release_value", figures, ((*own, *v) for v in values))
    return row


def _published(values: pd.DataFrame, family: str) -> pd.DataFrame:
    own = values[values["area_code"].str.startswith(f"{family}:")]
    atom = own["area_code"].str.removeprefix(f"{family}:").astype("int64")
    wide = own.assign(atom=atom).pivot(index="atom", columns="measure", values="value")
    measures = next(f.measures for f in FAMILIES if f.name == family)
    table = wide.reindex(columns=list(measures)).astype("int64")
    return table.assign(as_of=own.assign(atom=atom).groupby("atom")["as_of"].min())


def _block_rows(made: Release, block_of: pd.Series, shapes: gpd.GeoSeries) -> Iterator[Sequence[Any]]:
    buildings = block_of.groupby(block_of).groups
    atoms_of = pd.DataFrame(made.atoms).to_dict("index")
    for number, (code, area) in enumerate(made.members.to_dict("index").items(), start=1):
        atoms = orjson.dumps(atoms_of[code]).decode()
        shape = shapes.get(code)
        outline = (
            None
            if shape is None
            else shapely.to_wkb(shapely.set_srid(_multi(shape), 4326), hex=True, include_srid=True)
        )
        yield (number, code, area["committee"], _text(area["micro_grid"]), _text(area["cell"]), atoms,
               [str(b) for b in buildings.get(code, [])], outline)  # fmt: skip


def _figure_rows(made: Release) -> Iterator[Sequence[Any]]:
    for f in made.figures.to_dict("records"):
        if f["layer"] in LAYERS:
            value = None if f["withheld"] else float(f["value"])
            reason = "small_count" if f["withheld"] else None
            yield (
                LAYERS[f["layer"]],
                str(f["area_code"]),
                f["measure"],
                None,
                None,
                value,
                bool(f["withheld"]),
                reason,
                _day(f["as_of"]),
            )


def _atom_rows(made: Release) -> Iterator[Sequence[Any]]:
    for family, table in made.published.items():
        for atom, values in zip(table.index, table.to_dict("records"), strict=True):
            as_of = _day(values.pop("as_of"))
            for measure, value in values.items():
                yield ATOM, f"{family}:{atom}", str(measure), None, None, float(value), False, None, as_of


def _rate_rows(rates: pd.DataFrame) -> Iterator[Sequence[Any]]:
    for r in rates.to_dict("records"):
        hidden = bool(r["withheld"])
        shown = [
            None if hidden or pd.isna(r[c]) else float(r[c]) for c in ("numerator", "denominator", "value")
        ]
        yield (
            r["layer"],
            str(r["area_code"]),
            r["measure"],
            *shown,
            hidden,
            "small_count" if hidden else None,
            r["as_of"],
        )


def _multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape])


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
