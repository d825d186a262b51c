"""What each KIND of file becomes: its staging columns, how a staged row turns into a table row, what follows.

SQL selects and joins; it decides nothing that the readers have not checked. ``:sub`` is the subdistrict,
``:batch`` the batch, ``:as_of`` the day of the file.
"""

from __future__ import annotations

from geo_service.loading.kinds.checks import ACTIVITY, CHECK_RESULTS, CHECKS
from geo_service.loading.kinds.homes import DWELLINGS, REGISTRATIONS, ROOMS
from geo_service.loading.kinds.kind import Kind
from geo_service.loading.kinds.lists import INPUTS, SOURCE_LISTS, TEAMS
from geo_service.loading.kinds.places import AREAS, BACKDROP, BARRIERS, BUILDINGS, COMPOUNDS, GRIDS
from geo_service.loading.kinds.sites import KEY_SITES, ORGANISATIONS

__all__ = ["KINDS", "Kind"]

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        AREAS, BUILDINGS, BARRIERS, BACKDROP, COMPOUNDS, ORGANISATIONS, DWELLINGS, ROOMS, KEY_SITES, REGISTRATIONS,
        CHECKS, CHECK_RESULTS, ACTIVITY, TEAMS, GRIDS, INPUTS, SOURCE_LISTS,
    )
}  # fmt: skip
