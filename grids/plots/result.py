"""What making plots answers: the plots, where every building went, and every place a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Place:
    """One thing found: the ids it concerns (buildings, committees or plots), its size and where it is."""

    ids: tuple[str, ...]
    area_m2: float
    geometry: BaseGeometry


@dataclass
class PlotReport:
    """Lists of places, empty when nothing was found.

    ``invalid`` footprints that crossed themselves (repaired); ``without_footprint`` (a site or an unlocated
    building: no plot); ``duplicates`` (kept building, then the copy or nested part that shares its plot);
    ``overlaps`` (the building that keeps the ground, then the one that loses it); ``across_border``
    (building, its committee, the committee into which it reaches); ``across_barrier`` (building on two
    blocks of one committee); ``outside`` (building with less than half of it in any committee: no plot);
    ``detached`` (buildings in several parts whose plot is in several pieces); ``empty_blocks`` (plots
    without a building); ``committee_overlaps``, ``committee_gaps`` (of the committees as they came in);
    ``committees_in_pieces``; ``other_committee`` (building, the committee its record names, the one whose
    ground it stands on); ``slivers`` (bits of blocks too small or thin to be plots, given to a neighbour).
    """

    invalid: list[Place] = field(default_factory=list)
    without_footprint: list[Place] = field(default_factory=list)
    duplicates: list[Place] = field(default_factory=list)
    overlaps: list[Place] = field(default_factory=list)
    across_border: list[Place] = field(default_factory=list)
    across_barrier: list[Place] = field(default_factory=list)
    outside: list[Place] = field(default_factory=list)
    detached: list[Place] = field(default_factory=list)
    empty_blocks: list[Place] = field(default_factory=list)
    committee_overlaps: list[Place] = field(default_factory=list)
    committee_gaps: list[Place] = field(default_factory=list)
    committees_in_pieces: list[Place] = field(default_factory=list)
    other_committee: list[Place] = field(default_factory=list)
    slivers: list[Place] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many places each list holds."""
        return {item.name: len(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True)
class PlotResult:
    """``plots`` is a PLOTS frame; ``building_plots`` maps building code → plot_id, copies included.

    ``committees`` are the committees' areas as the plots tile them (column ``geometry``, by code): borders
    bent round buildings, or derived from the buildings' codes where no polygons were given.
    """

    plots: gpd.GeoDataFrame
    building_plots: pd.Series
    committees: gpd.GeoDataFrame
    report: PlotReport
