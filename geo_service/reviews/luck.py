"""What luck alone would do to equal committees, beside what happened (M-4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grids.assessment.ranking import luck_distribution, luck_of_count
from map_ui.review.meeting import Luck

if TYPE_CHECKING:
    from geo_service.reviews.meeting import Gathered

MONTHS_OF_YEAR = 12


def luck(found: Gathered) -> Luck | None:
    """Named how often in the year so far, expected by luck and observed; None where the town ranks nothing."""
    family = found.frozen.family
    if family not in ("SL", "SG") or not found.results:
        return None
    values = found.frozen.rules.at(found.frozen.month)
    places = int(values["sl9.last_places"]) if family == "SL" else 1
    threshold = int(values["sl9.veto_count"]) if family == "SL" else int(max(values["sg8.counts"]))
    year = [(m, ranks) for m, ranks in found.history if m.year == found.frozen.month.year]
    year.append((found.frozen.month, {r["unit"]: r["rank"] for r in found.results}))
    units = sum(rank is not None for rank in year[-1][1].values())
    if units <= places:
        return None
    named = _named(year, places)
    expected = luck_distribution(places / units, len(year))
    times = [sum(n == k for n in named.values()) for k in range(len(year) + 1)]
    chance = 100 * luck_of_count(places / units, MONTHS_OF_YEAR, threshold)
    once = 100 * luck_of_count(places / units, MONTHS_OF_YEAR, 1)
    what = "末位" if places == 1 else f"末{places}位"
    said = (
        f"{units}个水平完全相同的居委会，只凭运气，一年里每个仍有{once:.0f}%的可能至少一次排在{what}，"
        f"有{chance:.1f}%的可能排到{threshold}次以上。",
        f"Of {units} committees that are exactly equal, each still has a {once:.0f} % chance to stand among the last "
        f"{places} at least once a year, and {chance:.1f} % to stand there {threshold} times or more.",
    )
    return Luck(units, places, len(year), tuple(units * p for p in expected), tuple(times), threshold, said)


def _named(year: list[tuple[dt.date, Mapping[str, Any]]], places: int) -> dict[str, int]:
    """Unit → how many months of the year it stood in the last places; a tie across the edge names none of the tied."""
    named = dict.fromkeys(year[-1][1], 0)
    for _, ranks in year:
        held = {unit: rank for unit, rank in ranks.items() if rank is not None}
        for unit, rank in held.items():
            named[unit] = named.get(unit, 0) + (rank > len(held) - places)
    return named
