"""What a plan of joint inspections is made of: sites, teams, visits, and stops where sites share a building.

Times are minutes of the day, places metres in one metric CRS. A joint team of several departments walks as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grids.assessment.score import Said
from grids.inspections.walking import Point


@dataclass(frozen=True)
class Site:
    """A site to visit: position (None: no geometry), minutes on site, window and skills it needs.

    ``building`` joins sites that are visited in one go; ``team`` locks the site to a team; ``importance``
    above 1 is kept rather than a lesser one when time is short.
    """

    code: str
    position: Point | None
    minutes: int = 30
    opens: int = 540
    closes: int = 1260
    skills: frozenset[str] = frozenset()
    building: str | None = None
    team: str | None = None
    importance: float = 1.0


@dataclass(frozen=True)
class Team:
    """A joint team: where it starts and ends, its hours, and the skills (departments) that walk with it."""

    code: str
    position: Point
    begins: int = 540
    ends: int = 1260
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Visit:
    """A site in a route: when the team arrives, starts and leaves (minutes of the day), metres walked to it."""

    site: str
    arrives: int
    starts: int
    leaves: int
    walk_m: int


@dataclass(frozen=True)
class Plan:
    """Routes by team in order of walking, the sites left out with the reason, and totals."""

    routes: Mapping[str, tuple[Visit, ...]]
    left_out: Mapping[str, Said]
    walk_m: int
    minutes: Mapping[str, int]


@dataclass(frozen=True)
class Stop:
    """Sites of one building visited together."""

    sites: tuple[Site, ...]
    minutes: int
    opens: int
    closes: int
    skills: frozenset[str]
    team: str | None
    importance: float


@dataclass(frozen=True)
class Walks:
    """Metres and minutes between teams' starts (first) and stops (after them)."""

    teams: int
    metres: np.ndarray
    minutes: np.ndarray

    def only(self, stops: Sequence[int]) -> Walks:
        """The same with only some of the stops."""
        kept = [*range(self.teams), *(self.teams + place for place in stops)]
        return Walks(self.teams, self.metres[np.ix_(kept, kept)], self.minutes[np.ix_(kept, kept)])


def serves(team: Team, stop: Stop) -> bool:
    """Has the team the skills a stop needs, and is the stop locked to no other team?"""
    return stop.skills <= team.skills and stop.team in (None, team.code)


def clock(minute: int) -> str:
    """Minute of the day as people write it.

    >>> clock(545)
    '9:05'
    """
    return f"{minute // 60}:{minute % 60:02}"
