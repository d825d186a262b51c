"""Three drawings to choose from, side by side: the best, balance first, streets first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.drawing import drafts
from geo_service.drawing.answers import features
from geo_service.drawing.steps import locked_draft
from geo_service.drawing.store import Loaded, load, remember, write_all
from geo_service.problems import not_found
from geo_service.queries.boundaries import version_by_id
from grids.boundaries.editing import Drawing
from grids.boundaries.polygons import derive

OBJECTIVES = {"best": "balanced", "balance": "balance", "streets": "streets"}


def compute(
    session: Session, subdistrict: str, version_id: int, target: float, say: Callable[[float, str], None]
) -> dict[str, Any]:
    """Each alternative's figures and grids (GeoJSON); nothing is stored until one is adopted."""
    version = version_by_id(session, subdistrict, version_id)
    if version is None:
        raise not_found("划格版本", str(version_id))
    loaded = load(session, version)
    from grids.boundaries.division import divide

    found = {}
    for n, (name, objective) in enumerate(OBJECTIVES.items()):
        say(n / 3, f"{name}")
        division = divide(
            loaded.drawing.plots, target=target, objective=objective, barriers=loaded.barriers,  # type: ignore[arg-type]
            locked=loaded.drawing.assignment[loaded.drawing.assignment.isin(loaded.drawing.locked)],
        )  # fmt: skip
        drawing = Drawing(loaded.drawing.plots, division.assignment.astype(object))
        polygons = derive(drawing.plots, drawing.assignment, buildings=loaded.drawing.buildings)
        shown = Loaded(0, drawing, polygons, None)
        committees = division.committees
        found[name] = {
            "objective": objective,
            "figures": {k: (None if v != v else v) for k, v in division.figures.items()},
            "not_within": [
                {"committee": str(code), "reached": float(row["reached"]), "reason": str(row["reason"])}
                for code, row in committees[~committees["within"].astype(bool)].iterrows()
            ],
            "grids": features(shown, list(drawing.codes), target),
        }
    return {"target": target, "alternatives": found}


def adopt(session: Session, subdistrict: str, version_id: int, objective: str, target: float) -> Loaded:
    """Redraw the whole draft by one objective; stored as a new start, so earlier operations end with it."""
    version = locked_draft(session, subdistrict, version_id)
    loaded = load(session, version)
    from grids.boundaries.division import divide

    division = divide(
        loaded.drawing.plots, target=target, objective=objective, barriers=loaded.barriers,  # type: ignore[arg-type]
        locked=loaded.drawing.assignment[loaded.drawing.assignment.isin(loaded.drawing.locked)],
    )  # fmt: skip
    kept = loaded.drawing.assignment.isin(loaded.drawing.locked)
    fresh = drafts.coded(loaded.drawing.plots, division.assignment, loaded.drawing.issued, version.scheme)
    assignment = fresh.where(~kept, loaded.drawing.assignment)
    for table in ("plot_assignment", "micro_grid", "boundary_operation"):
        _clear(session, table, subdistrict, version_id)
    version.revision += 1
    version.target = target
    session.flush()
    drawing = Drawing(
        loaded.drawing.plots, assignment, locked=loaded.drawing.locked, names={}, issued=loaded.drawing.issued,
        scheme=version.scheme, buildings=loaded.drawing.buildings,
    )  # fmt: skip
    polygons = write_all(session, version, drawing)
    return remember(session, version, Loaded(version.revision, drawing, polygons, loaded.barriers))


def _clear(session: Session, table: str, subdistrict: str, version_id: int) -> None:
    session.execute(
        text(f"DELETE FROM {table} WHERE subdistrict_code = :s AND version_id = :v"),
        {"s": subdistrict, "v": version_id},
    )
