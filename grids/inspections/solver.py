"""The search behind ``routing``: a vehicle routing problem with optional visits, solved by PyVRP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyvrp
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement

from grids.inspections.plans import Plan, Stop, Team, Walks, serves

# What a visit is worth, in minutes: more than the walk and overtime of any one visit, so that each that fits is
# made; and not a hundred times more, which measurably slows the search.
PRIZE = 1_500
LOCKED_PRIZE = 150_000
BARRED = 50_000_000


def solve(
    stops: Sequence[Stop], teams: Sequence[Team], walks: Walks, seconds: float, seed: int, before: Plan | None,
    patience: int,
) -> pyvrp.Solution:  # fmt: skip
    """The best plan found within ``seconds``, or until ``patience`` rounds bring nothing better."""
    data = _problem(stops, teams, walks)
    limits = MultipleCriteria([MaxRuntime(seconds), NoImprovement(patience), MaxIterations(100_000)])
    start = None if before is None else _start(before, stops, teams, data)
    result = pyvrp.solve(data, limits, seed=seed, collect_stats=False, display=False, initial_solution=start)
    return result.best


def _problem(stops: Sequence[Stop], teams: Sequence[Team], walks: Walks) -> pyvrp.ProblemData:
    """Integers only. Each team is a vehicle with its own matrices, in which stops it cannot serve are out of reach."""
    count, minutes = len(teams), np.where(np.isfinite(walks.minutes), walks.minutes, BARRED)
    positions = [pyvrp.Location(0, 0) for _ in range(count + len(stops))]
    depots = [pyvrp.Depot(location=n) for n in range(count)]
    clients = [
        pyvrp.Client(
            location=count + n, service_duration=stop.minutes, tw_early=stop.opens, tw_late=stop.closes - stop.minutes,
            prize=int(LOCKED_PRIZE if stop.team else PRIZE * stop.importance), required=False,
        )
        for n, stop in enumerate(stops)
    ]  # fmt: skip
    share = _even_share(stops, teams, minutes)
    vehicles: list[pyvrp.VehicleType] = []
    matrices: list[Any] = []
    for n, team in enumerate(teams):
        matrix = np.array(minutes, dtype=np.int64)
        for place, stop in enumerate(stops):
            if not serves(team, stop):
                matrix[:, count + place] = matrix[count + place, :] = BARRED
        np.fill_diagonal(matrix, 0)
        matrices.append(matrix)
        nominal = max(1, min(share, team.ends - team.begins))
        vehicles.append(pyvrp.VehicleType(
            num_available=1, start_depot=n, end_depot=n, tw_early=team.begins, tw_late=max(team.begins, team.ends),
            shift_duration=nominal, max_overtime=max(0, team.ends - team.begins - nominal), unit_distance_cost=1,
            unit_duration_cost=1, unit_overtime_cost=2, profile=n, name=team.code,
        ))  # fmt: skip
    return pyvrp.ProblemData(positions, clients, depots, vehicles, matrices, matrices)


def _even_share(stops: Sequence[Stop], teams: Sequence[Team], minutes: np.ndarray) -> int:
    """Minutes of an even day: all time on site, and for each stop the walk from its nearest neighbour."""
    near = minutes[len(teams) :].copy()
    near[:, len(teams) :][np.diag_indices(len(stops))] = BARRED
    walk = np.minimum(near.min(axis=1), 120).sum()
    return int(np.ceil((sum(stop.minutes for stop in stops) + walk) / len(teams)))


def _start(
    before: Plan, stops: Sequence[Stop], teams: Sequence[Team], data: pyvrp.ProblemData
) -> pyvrp.Solution | None:
    """The earlier plan as a first solution: what its teams still have, in the order they had it."""
    where = {site.code: n for n, stop in enumerate(stops) for site in stop.sites}
    routes = []
    for n, team in enumerate(teams):
        order = dict.fromkeys(
            where[visit.site] for visit in before.routes.get(team.code, ()) if visit.site in where
        )
        if order:
            visits = [pyvrp.Activity(pyvrp.ActivityType.CLIENT, place) for place in order]
            routes.append(pyvrp.Route(data, visits, n))
    return pyvrp.Solution(data, routes)
