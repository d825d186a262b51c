"""From a ranking to the stops of an inspection: what was picked, and the random control that keeps it honest."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geo_service.inspections.signals import Candidates
from geo_service.problems import Problem
from geo_service.queries import inspections as queries
from geo_service.tables.inspections import Inspection, InspectionStop
from grids.inspections.candidates import choose


def draw(found: Candidates, picked: Sequence[str] | None, count: int | None, seed: int) -> pd.DataFrame:
    """The chosen places: columns of the ranking and ``control``.

    With ``count``, the ranking's best and the control share. With ``picked``, these and as many random places as the
    control share asks for, drawn from all places without looking at the picks: one that was picked too is a control.
    """
    if picked is None:
        return choose(found.ranking, count or 0, found.values, seed)
    sites = found.ranking.sites
    unknown = [code for code in picked if code not in sites.index]
    if unknown:
        raise Problem(
            "no-such-site", 422,
            f"不在可检查场所之列：{'、'.join(unknown[:5])}。 / Not among the places that are open: {', '.join(unknown[:5])}.",
        )  # fmt: skip
    share = float(found.values["in1.control_share"])
    wanted = min(len(sites), math.ceil(len(picked) * share / (1 - share))) if share < 1 else 0
    order = sites.index[np.argsort(sites.index.astype(str), kind="stable")]
    drawn = np.random.default_rng(seed).choice(order.to_numpy(), wanted, replace=False)
    codes = list(dict.fromkeys([*picked, *drawn.tolist()]))
    return sites.loc[codes].assign(control=[code in set(drawn.tolist()) for code in codes])


def add_stops(
    session: Session, inspection: Inspection, found: Candidates, chosen: pd.DataFrame, what: str
) -> list[InspectionStop]:
    """Write the chosen places as stops, with the reasons as they stood. A place that is there already stays one stop."""
    sub = inspection.subdistrict_code
    held = {stop.site_code or stop.building_code: stop for stop in queries.stops(session, sub, inspection.id)}
    reasons = reasons_of(found)
    minutes = found.values["in2.visit_minutes"]
    added = []
    for index, row in chosen.to_dict("index").items():
        code = str(index)
        if code in held:
            held[code].removed = False
            continue
        building = found.facts.at[code, "building_code"]
        added.append(
            InspectionStop(
                subdistrict_code=sub, inspection_id=inspection.id, id=uuid.uuid4(),
                site_code=code if what == "sites" else None, building_code=building if isinstance(building, str) else None,
                minutes=int(minutes.get(row["kind"], minutes["default"])), control=bool(row["control"]),
                reasons=reasons.get(code, []), score=float(row["score"]),
            )
        )  # fmt: skip
    session.add_all(added)
    session.flush()
    return added


def reasons_of(found: Candidates) -> dict[str, list[dict[str, Any]]]:
    """Code → its signals, strongest first, each with weight, value, age and a sentence."""
    table = found.ranking.signals.drop(columns=["strength"])
    table = table.assign(age_days=table["age_days"].astype(object).where(table["age_days"].notna(), None))
    rows = table.to_dict("records")
    told: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        told.setdefault(str(row.pop("site")), []).append({str(k): v for k, v in row.items()})
    return told
