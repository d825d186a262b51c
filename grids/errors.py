"""Facts that the rules raise. They know nothing of HTTP; ``geo_service.problems`` gives each leaf its status."""

from __future__ import annotations


class GridError(Exception):
    """Root of every fact that ``grids`` raises; ``str(error)`` is one plain English sentence."""


class CrsError(GridError):
    """The coordinates are in a reference system in which the question makes no sense."""


class InputError(GridError):
    """The input breaks a stated condition; the message names the place and what to do."""
