"""What one worker keeps for the grid API: connections, finished answers, versions, collections."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI

from geo_service.access import Principal
from geo_service.database import Scope
from geo_service.freshness import Freshness
from geo_service.ogc.cache import AnswerCache
from geo_service.ogc.collections import PLACES
from geo_service.ogc.declaration import Collection
from geo_service.ogc.indicators import INDICATORS, cell_indicators
from geo_service.ogc.pool import ScopedPool
from geo_service.ogc.reader import as_partner
from geo_service.ogc.town_layers import LISTED, collection_of
from geo_service.problems import not_found

_VERSIONS = "SELECT layer, version FROM data_version WHERE subdistrict_code = %(sub)s"
_EXTENT = (
    "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM ("
    "SELECT ST_Extent(geom) AS e FROM area WHERE subdistrict_code = %(sub)s) x"
)
_CELLS = "SELECT DISTINCT area_code FROM release_value WHERE subdistrict_code = %(sub)s AND layer = 'cell'"


class GridApi:
    """The state behind ``/ogc`` in one worker; built on first use, closed with the application."""

    def __init__(self, url: str, pool_size: int, freshness: Freshness) -> None:
        self.pool = ScopedPool(url, pool_size)
        self.cache = AnswerCache()
        self.freshness = freshness
        self._versions: dict[str, tuple[tuple[int, int], dict[str, int]]] = {}
        self._asking: dict[tuple[str, tuple[int, int]], asyncio.Future[dict[str, int]]] = {}
        self._own: dict[str, tuple[int, dict[str, Collection]]] = {}
        self._cells: dict[str, tuple[int, Collection]] = {}

    async def versions(self, subdistrict: str) -> dict[str, int]:
        """Layer → version, current at the moment of the call; no query while nothing has changed."""
        now = self.freshness.moment()
        kept = self._versions.get(subdistrict)
        if kept is not None and kept[0] == now:
            return kept[1]
        # Many readers find out at the same time that something changed: one asks, the others wait for its answer.
        asking = self._asking.get((subdistrict, now))
        if asking is None:
            asking = asyncio.ensure_future(self._ask_versions(subdistrict, now))
            self._asking[subdistrict, now] = asking
            asking.add_done_callback(lambda _: self._asking.pop((subdistrict, now), None))
        return await asyncio.shield(asking)

    async def _ask_versions(self, subdistrict: str, now: tuple[int, int]) -> dict[str, int]:
        rows = await self.pool.rows(Scope(subdistrict), _VERSIONS, {"sub": subdistrict})
        versions = {str(layer): int(version) for layer, version in rows}
        self._versions[subdistrict] = (now, versions)
        return versions

    async def version(self, subdistrict: str, layers: tuple[str, ...]) -> tuple[int, ...]:
        """The versions of ``layers``, in their order."""
        found = await self.versions(subdistrict)
        return tuple(found.get(layer, 0) for layer in layers)

    async def collections(self, who: Principal) -> dict[str, Collection]:
        """Every collection that the caller may read, built-in ones first."""
        found = {c.id: c for c in (*PLACES, *INDICATORS)}
        cells = await self._cell_collection(who.subdistrict)
        found[cells.id] = cells
        partner = as_partner(who)
        own = await self._own_layers(who.subdistrict)
        return found | {c.id: c for c in own.values() if c.partner or not partner}

    async def collection(self, who: Principal, name: str) -> Collection:
        """One collection; 404 when there is none of that name for the caller."""
        for place in (*PLACES, *INDICATORS):
            if place.id == name:
                return place
        found = (await self.collections(who)).get(name)
        if found is None:
            raise not_found("图层(collection)", name[:60])
        return found

    async def extent(self, who: Principal) -> list[float] | None:
        """West, south, east, north of the town's areas; None before there are any."""
        rows = await self.pool.rows(who.scope, _EXTENT, {"sub": who.subdistrict})
        return None if not rows or rows[0][0] is None else [round(float(v), 6) for v in rows[0]]

    async def _own_layers(self, subdistrict: str) -> dict[str, Collection]:
        version = (await self.versions(subdistrict)).get("town-layers", 0)
        kept = self._own.get(subdistrict)
        if kept is None or kept[0] != version:
            rows = await self.pool.rows(Scope(subdistrict), LISTED, {"sub": subdistrict})
            kept = (version, {row[0]: collection_of(row) for row in rows})
            self._own[subdistrict] = kept
        return kept[1]

    async def _cell_collection(self, subdistrict: str) -> Collection:
        version = (await self.versions(subdistrict)).get("releases", 0)
        kept = self._cells.get(subdistrict)
        if kept is None or kept[0] != version:
            rows = await self.pool.rows(Scope(subdistrict), _CELLS, {"sub": subdistrict})
            kept = (version, cell_indicators(row[0] for row in rows))
            self._cells[subdistrict] = kept
        return kept[1]

    async def close(self) -> None:
        await self.pool.close()


def grid_api(app: FastAPI) -> GridApi:
    """The worker's state, made when it is first asked for."""
    kept: Any = getattr(app.state, "grid_api", None)
    if kept is None:
        settings = app.state.settings
        kept = app.state.grid_api = GridApi(app.state.database.url, settings.pool_size, app.state.freshness)
    return kept  # type: ignore[no-any-return]
