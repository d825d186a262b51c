"""The rows of an answer, read in batches through a cursor: one snapshot, flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psycopg
import shapely

from geo_service.ogc.crs import digits, north_first
from geo_service.ogc.declaration import Collection
from geo_service.ogc.query import ItemsQuery
from geo_service.queries import features

BATCH = 2_000
#: More than any town has; a number and no absence, so that one statement serves pages and wholes.
EVERYTHING = 2**40
#: The links of an answer, given the place to go on from, if there is more.
Links = Callable[[str | None], list[dict[str, Any]]]


@dataclass
class Batch:
    """Rows as columns: ids, the properties in the order of the query, and shapes (x before y, None where there is none)."""

    ids: list[str]
    columns: list[list[Any]]
    shapes: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


class Reading:
    """What is being sent: where from, what was asked, and once it was read how many there were and where to go on."""

    def __init__(
        self, connection: psycopg.Connection[Any], collection: Collection, subdistrict: str, query: ItemsQuery,
        *, whole: bool, links: Links,
    ) -> None:  # fmt: skip
        self.collection, self.links = collection, links
        self.query = replace(query, limit=EVERYTHING) if whole else query
        self._connection, self._subdistrict = connection, subdistrict
        self.returned = 0
        self.place: str | None = None
        names = {p.name for p in query.properties}
        #: Names of the columns that are no properties, out of the way of those that are.
        self.id_name = "feature_id" if "id" in names else "id"
        self.geometry_name = "shape" if "geometry" in names else "geometry"

    def texts(self) -> Iterator[list[str]]:
        """Features as GeoJSON text, made by the database, in batches."""
        for rows in self._rows(*features.stream_page(self.collection, self._subdistrict, self.query)):
            yield [row[0] for row in rows]

    def batches(self) -> Iterator[Batch]:
        """Features as columns."""
        for rows in self._rows(*features.table_page(self.collection, self._subdistrict, self.query)):
            ids, _, shapes, *columns = map(list, zip(*rows, strict=True))
            yield Batch(ids, columns, shapely.from_wkb(np.array(shapes, dtype=object)))

    def written(self, shapes: np.ndarray) -> np.ndarray:
        """Shapes as texts show them: rounded to a centimetre, in the axis order of the CRS."""
        order = [1, 0] if north_first(self.query.crs) else [0, 1]
        return rounded(shapes, digits(self.query.srid), order)

    def _rows(self, statement: str, values: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
        """Batches of rows whose second column is the place; the row past the limit only says that there is more."""
        last: str | None = None
        with self._connection.cursor(name="wangge_bulk", binary=True) as cursor:
            cursor.execute(statement.encode(), values)
            while rows := cursor.fetchmany(BATCH):
                over = self.returned + len(rows) - self.query.limit
                kept = rows[:-over] if over > 0 else rows
                self.returned += len(kept)
                last = kept[-1][1] if kept else last
                if over > 0:
                    self.place = last
                if kept:
                    yield kept


def rounded(shapes: np.ndarray, decimals: int, order: list[int]) -> np.ndarray:
    """Shapes with their coordinates rounded and in another order; heights are left out."""

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.asarray(np.round(xy, decimals))[:, order]

    return shapely.transform(shapes, moved)
