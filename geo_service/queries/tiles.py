"""Vector tiles: one statement a layer, searched with the buffered envelope, nothing lost in silence."""

from __future__ import annotations

from typing import Any

from geo_service.ogc.boxes import too_wide
from geo_service.ogc.cql2 import where
from geo_service.ogc.cql2.values import Context
from geo_service.ogc.crs import CRS84
from geo_service.ogc.declaration import Collection
from geo_service.ogc.statement import Statement, identifier
from geo_service.ogc.tile_matrix_sets import BUFFER, EXTENT, TileMatrixSet
from geo_service.ogc.times import When

#: Below its zoom a crowded layer is counted on squares of this many tile units: 64 × 64 of them in a tile.
SQUARE = 64


def tile(
    collection: Collection, subdistrict: str, scheme: TileMatrixSet,
    z: int, row: int, column: int, when: When, tree: Any = None, tree_crs: tuple[str, int] = (CRS84, 4326),
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """SQL of one layer of a tile: (bytes of the layer, features in it)."""
    statement = Statement()
    x0, y0, x1, y1 = scheme.box(z, row, column)
    margin = (x1 - x0) * BUFFER / EXTENT
    envelope = _envelope(statement, (x0, y0, x1, y1), scheme.srid)
    # Not beyond the edge of the world: its far side would come in on the other.
    w, s, e, n = scheme.bounds
    around = (max(w, x0 - margin), max(s, y0 - margin), min(e, x1 + margin), min(n, y1 + margin))
    searched = _envelope(statement, around, scheme.srid)
    source = collection.source(statement, subdistrict, when)
    geometry, indexed, literal = _geometry(collection, scheme, searched)
    if scheme.srid != collection.srid and too_wide(around, scheme.srid, collection.srid):
        indexed, literal = geometry, searched
    conditions = [*source.where, f"{indexed} && {literal}"]
    if tree is not None:
        conditions.append(where(tree, Context(collection, statement, *tree_crs)))
    matching = f"FROM {source.relation} WHERE {' AND '.join(conditions)}"
    layer = statement.bind(collection.id, "text")
    if is_counted(collection, z):
        inner, fid = _counted(collection, geometry, matching, envelope, (x0, y0), x1 - x0), ""
    else:
        inner, fid = _whole(collection, geometry, matching, envelope)
    return (
        f"WITH cut AS MATERIALIZED ({inner}) SELECT coalesce(ST_AsMVT(cut, {layer}, {EXTENT}, 'geom'{fid}), ''::bytea), "
        "count(*) FROM cut WHERE geom IS NOT NULL",
        statement.values,
    )


def is_counted(collection: Collection, z: int) -> bool:
    """Whether a level shows counts on squares instead of the features."""
    return z < collection.counted_below_zoom


def _whole(collection: Collection, geometry: str, matching: str, envelope: str) -> tuple[str, str]:
    """Every feature; one too small for a polygon becomes a point rather than nothing."""
    columns = ", ".join(
        f"({p.column}){'::text' if p.kind in {'date', 'timestamp', 'array'} else ''} AS {identifier(p.name)}"
        for p in collection.properties
        if p.in_tiles
    )
    fid = f"{collection.fid} AS fid, " if collection.fid else ""
    cut = (
        f"coalesce(ST_AsMVTGeom({geometry}, {envelope}, {EXTENT}, {BUFFER}, true), "
        f"ST_AsMVTGeom(ST_PointOnSurface({geometry}), {envelope}, {EXTENT}, {BUFFER}, true)) AS geom"
    )
    return f"SELECT {fid}{columns}, {cut} {matching}", ", 'fid'" if collection.fid else ""


def _counted(
    collection: Collection,
    geometry: str,
    matching: str,
    envelope: str,
    corner: tuple[float, float],
    side: float,
) -> str:
    """How many features stand on each square of the tile: points with ``features``, none left out, none twice."""
    step = side * SQUARE / EXTENT
    point = f"ST_PointOnSurface({geometry})"
    square = (
        f"floor((ST_X(p) - {corner[0]!r}) / {step!r}) AS i, floor((ST_Y(p) - {corner[1]!r}) / {step!r}) AS j"
    )
    across = EXTENT // SQUARE
    return (
        f"SELECT count(*) AS features, ST_AsMVTGeom(ST_Centroid(ST_Collect(p)), {envelope}, {EXTENT}, {BUFFER}, true) "
        f"AS geom FROM (SELECT p, {square} FROM (SELECT {point} AS p {matching}) q) s "
        f"WHERE i >= 0 AND i < {across} AND j >= 0 AND j < {across} GROUP BY i, j"
    )


def _geometry(collection: Collection, scheme: TileMatrixSet, searched: str) -> tuple[str, str, str]:
    """(geometry in the tile's CRS, column to search, literal in that column's CRS): the column stays untouched."""
    if scheme.srid == 3857:
        if collection.geometry_3857.startswith("ST_Transform"):
            return (
                collection.geometry_3857,
                collection.geometry,
                f"ST_Transform({searched}, {collection.srid})",
            )
        return collection.geometry_3857, collection.geometry_3857, searched
    if scheme.srid == collection.srid:
        return collection.geometry, collection.geometry, searched
    moved = f"ST_Transform({searched}, {collection.srid})"
    return f"ST_Transform({collection.geometry}, {scheme.srid})", collection.geometry, moved


def _envelope(statement: Statement, box: tuple[float, ...], srid: int) -> str:
    return f"ST_MakeEnvelope({', '.join(statement.bind(c, 'float8') for c in box)}, {srid})"
