"""The town's centre lines as a network to walk along: crossings joined, short gaps at dead ends closed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from geo_service.queries import inspections as queries
from grids.inspections.walking import Streets, streets

#: Drawn lanes often stop short of the street that they open to: at the kerb, or where the drawing ended.
GAP_M = 20.0
GRID_M = 0.1


def street_network(session: Session, subdistrict: str, srid: int) -> Streets | None:
    """The town's streets to walk along; None where it has none."""
    lines = shapely.get_parts(shapely.from_wkb(queries.walkways(session, subdistrict, srid)))
    if not len(lines):
        return None
    closed = shapely.get_parts(shapely.from_wkb(queries.walkways(session, subdistrict, srid, closed=True)))
    joined = shapely.union_all([*lines, *connectors(lines, closed)], grid_size=GRID_M)
    return streets(gpd.GeoSeries([joined], crs=srid))


def connectors(lines: np.ndarray, closed: np.ndarray, gap_m: float = GAP_M) -> list[BaseGeometry]:
    """Short lines from dead ends to the nearest other line within ``gap_m``, unless river, railway or wall lies between.

    >>> lane, street = shapely.LineString([(0, 0), (0, 90)]), shapely.LineString([(-50, 100), (50, 100)])
    >>> [line.wkt for line in connectors(np.array([lane, street]), np.array([]))]
    ['LINESTRING (0 90, 0 100)']
    >>> wall = shapely.LineString([(-50, 95), (50, 95)])
    >>> connectors(np.array([lane, street]), np.array([wall]))
    []
    """
    tree, walls = shapely.STRtree(lines), shapely.STRtree(closed)
    found = []
    for number, line in enumerate(lines):
        for end in (shapely.get_point(line, 0), shapely.get_point(line, -1)):
            near = [k for k in tree.query(end, predicate="dwithin", distance=gap_m) if k != number]
            links = [shapely.shortest_line(end, lines[k]) for k in near]
            shortest = min(links, key=lambda link: link.length, default=None)
            if (
                shortest is not None
                and shortest.length > 0
                and not len(walls.query(shortest, predicate="intersects"))
            ):
                found.append(shortest)
    return found
