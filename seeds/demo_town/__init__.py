"""A synthetic Shanghai subdistrict from one seed: nobody in it exists, and what is true of it is known.

>>> from seeds.demo_town import build
>>> town = build(residents=2_000, months=1, seed=1)
>>> sorted(town.areas["kind"].unique())
['block', 'committee', 'police_station', 'subdistrict', 'zone']
"""

from __future__ import annotations

from seeds.demo_town.authority import grids_from_authority
from seeds.demo_town.scale import Scale
from seeds.demo_town.teams import teams_for
from seeds.demo_town.town import DemoTown, build, towns

__all__ = ["DemoTown", "Scale", "build", "grids_from_authority", "teams_for", "towns"]
