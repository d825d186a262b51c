"""What a package holds: the collections of the grid API, as of the last day of a released month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.ogc.collections import PLACES
from geo_service.ogc.declaration import Collection, Property, Source
from geo_service.ogc.indicators import INDICATORS, cell_indicators
from geo_service.ogc.statement import Statement, identifier
from geo_service.ogc.times import When
from geo_service.queries.boundaries import last_day
from geo_service.tables.publication import Release

#: Kind of a property → dtype of its column, so that a file has the type even where every value is missing.
DTYPE_OF: dict[str, Any] = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": pd.ArrowDtype(pa.date32()),
    "array": "string",
}
_CELLS = "SELECT DISTINCT area_code FROM release_value WHERE subdistrict_code = :sub AND release_id = :id AND layer = 'cell'"


@dataclass(frozen=True)
class Layer:
    """One layer of the package: its declaration, and its rows in EPSG:4326 (lon, lat)."""

    collection: Collection
    frame: gpd.GeoDataFrame

    @property
    def name(self) -> str:
        """``micro-grid-indicators`` → ``micro_grid_indicators``, a name that every SQL dialect takes."""
        return self.collection.id.replace("-", "_")


def layers(session: Session, release: Release) -> Iterator[Layer]:
    """Every layer, rows in the order of their codes. Indicators are those of the release and nothing else."""
    when = When(last_day(release.month))
    month = When(release.month, release.month, last_day(release.month), asked=True)
    for collection in PLACES:
        if collection.id == "micro-grids":
            yield _read(session, release, _grids_of(collection, release.version_id), when)
        elif collection.id != "subdistricts":
            yield _read(session, release, collection, when)
    cells = session.scalars(text(_CELLS), {"sub": release.subdistrict_code, "id": release.id})
    for collection in (*INDICATORS, cell_indicators(cells)):
        yield _read(session, release, collection, month)


def _grids_of(collection: Collection, version_id: int) -> Collection:
    """The grids of the release's own version. When a version ends is known only later, so that is left out."""

    def source(statement: Statement, subdistrict: str, _when: When) -> Source:
        sub, number = statement.bind(subdistrict, "text"), statement.bind(version_id, "bigint")
        return Source(
            "(SELECT g.*, v.valid_from, v.scheme FROM micro_grid g JOIN boundary_version v "
            "ON v.subdistrict_code = g.subdistrict_code AND v.id = g.version_id "
            f"WHERE g.subdistrict_code = {sub} AND v.subdistrict_code = {sub} AND g.version_id = {number}) t",
            (),
        )

    kept = tuple(p for p in collection.properties if p.name != "valid_to")
    return replace(collection, source=source, properties=kept)


def _read(session: Session, release: Release, collection: Collection, when: When) -> Layer:
    statement = Statement()
    source = collection.source(statement, release.subdistrict_code, when)
    columns = ", ".join(f"{p.column} AS {identifier(p.name)}" for p in collection.properties)
    where = " AND ".join(source.where) or "true"
    cursor = session.connection().connection.cursor()
    cursor.execute(
        f"SELECT {columns}, ST_AsBinary({collection.geometry}) FROM {source.relation} WHERE {where} ORDER BY {collection.key}",
        statement.values,
    )
    rows = cursor.fetchall()
    cursor.close()
    shapes = shapely.from_wkb([None if row[-1] is None else bytes(row[-1]) for row in rows])
    names = [p.name for p in collection.properties]
    table = pd.DataFrame([row[:-1] for row in rows], columns=names, dtype=object)
    typed = {p.name: _typed(table[p.name], p) for p in collection.properties}
    frame = gpd.GeoDataFrame(typed, geometry=gpd.GeoSeries(shapes, crs=4326))
    return Layer(collection, frame)


def _typed(values: pd.Series, property_: Property) -> pd.Series:
    if property_.kind == "array":
        values = values.map(lambda v: v if v is None else ",".join(map(str, v)))
    if property_.kind == "timestamp":
        return pd.to_datetime(values, utc=True).dt.floor("s").astype("datetime64[ms, UTC]")
    return values.astype(DTYPE_OF[property_.kind])
