"""A PostGIS of this checkout's own: created, started, joined and stopped without touching any other server.

``LocalPostgis(checkout).start()`` is the whole story for most callers. The parts: ``programs`` finds server
programs with PostGIS, ``place`` decides where data and socket live and whose they are, ``processes`` tells
a living server from a stale pid file, ``cluster`` puts them together, ``trouble`` words what can be wrong.
"""

from __future__ import annotations

from geo_service.local_postgis.cluster import LocalPostgis, Status
from geo_service.local_postgis.place import Place
from geo_service.local_postgis.programs import Programs, find_programs

__all__ = ["LocalPostgis", "Place", "Programs", "Status", "find_programs"]
