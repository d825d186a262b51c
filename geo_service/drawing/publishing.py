"""From draft to the version in force: previewed, checked, frozen. History is never overwritten."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.drawing import ground, store
from geo_service.drawing.store import Loaded
from geo_service.loading.load import fresh_statistics
from geo_service.loading.staging import copy_into
from geo_service.problems import Problem, conflict
from geo_service.queries.boundaries import version_on
from geo_service.tables.boundaries import BoundaryVersion, GridLineage
from grids.boundaries import lineage
from grids.boundaries.editing import Drawing


def preview(session: Session, draft: BoundaryVersion, valid_from: dt.date) -> dict[str, Any]:
    """What publishing would change: who moves, which codes come and go, which tasks and teams are touched."""
    after = store.load(session, draft)
    before = version_on(session, draft.subdistrict_code, valid_from)
    problems = defects(after.drawing)
    if before is None:
        codes = list(after.drawing.codes)
        return {"before": None, "created": codes, "retired": [], "reshaped": [], "moved_buildings": 0,
                "moved_residents": 0, "moved_share": 0.0, "open_tasks": 0, "teams": [], "problems": problems,
                "sentence": _sentence(valid_from, 0, 0, len(codes), 0)}  # fmt: skip
    former = store.load(session, before)
    effect = lineage.effect(
        former.drawing.plots, former.drawing.assignment, after.drawing.plots, after.drawing.assignment
    )
    moved = [str(code) for code in effect.moved.index]
    bound = {"s": draft.subdistrict_code, "b": moved, "g": [*effect.retired, *effect.reshaped]}
    open_tasks = session.execute(
        text("SELECT count(*) FROM check_task WHERE subdistrict_code = :s AND building_code = ANY (:b) "
             "AND state NOT IN ('closed', 'expired')"), bound).scalar_one()  # fmt: skip
    teams = session.execute(
        text("SELECT DISTINCT grid_code FROM grid_team WHERE subdistrict_code = :s AND grid_code = ANY (:g) "
             "AND valid_to IS NULL ORDER BY 1"), bound).scalars().all()  # fmt: skip
    return {
        "before": before.id,
        "created": list(effect.created),
        "retired": list(effect.retired),
        "reshaped": list(effect.reshaped),
        "moved_buildings": len(moved),
        "moved_residents": round(effect.moved_weight),
        "moved_share": effect.moved_share,
        "buildings": moved[:2_000],
        "open_tasks": open_tasks,
        "teams": list(teams),
        "problems": problems,
        "sentence": _sentence(
            valid_from, len(moved), round(effect.moved_weight), len(effect.created), len(effect.retired)
        ),
    }


def defects(drawing: Drawing) -> list[dict[str, Any]]:
    """What forbids publishing: grids in more pieces than their ground."""
    found = []
    for code in drawing.codes:
        plots = drawing.plots_of(code).index
        pieces = len(drawing.pieces(plots))
        if pieces > drawing.pieces_of_ground(plots):
            found.append({"kind": "in_pieces", "ids": [code], "pieces": pieces})
    return found


def publish(
    session: Session, draft: BoundaryVersion, valid_from: dt.date, *, account: str | None, today: dt.date
) -> BoundaryVersion:
    """Put a draft in force from the first of a month; past months keep their boundaries.

    A version that begins on the same day is withdrawn, one that begins earlier ends there, and the new one ends
    where a later one begins.
    """
    if draft.status != "draft":
        raise conflict("not-a-draft", "此版本已发布。 / This version is published already.")
    if draft.committee_code is not None:
        raise conflict(
            "committee-draft",
            "居委会草案须先并入全镇草案再发布。 / A committee's draft is merged into the town's before publishing.",
        )
    if valid_from.day != 1:
        raise Problem(
            "not-first-of-month",
            422,
            "生效日须为某月 1 日。 / A version takes effect on the first of a month.",
        )
    sub = draft.subdistrict_code
    before = version_on(session, sub, valid_from)
    if before is not None and valid_from < today.replace(day=1):
        raise Problem(
            "past-month",
            409,
            "不能改动过去月份的边界，请从本月或以后生效。 / Past months keep their boundaries; choose this month or a later one.",
        )
    loaded = store.load(session, draft)
    wrong = defects(loaded.drawing)
    if wrong:
        raise conflict(
            "defects",
            f"{len(wrong)} 个微网格不连通，修好后再发布。 / {len(wrong)} grids are in pieces; mend them first.",
            problems=wrong,
        )
    _make_room(session, draft, before, valid_from)
    draft.status, draft.valid_from = "published", valid_from
    draft.published_by, draft.published_at = account, dt.datetime.now(dt.UTC)
    session.flush()
    _freeze_buildings(session, draft, loaded)
    if before is not None:
        _store_lineage(session, draft, loaded, before)
    record(session, Scope(sub, account=account), "boundaries.publish", target=str(draft.id),
           detail={"valid_from": valid_from.isoformat(), "grids": len(loaded.drawing.codes)})  # fmt: skip
    return draft


def _make_room(
    session: Session, draft: BoundaryVersion, before: BoundaryVersion | None, valid_from: dt.date
) -> None:
    following = session.scalar(
        select(BoundaryVersion.valid_from)
        .where(and_(BoundaryVersion.subdistrict_code == draft.subdistrict_code, BoundaryVersion.status == "published",
                    or_(BoundaryVersion.valid_from > valid_from)))
        .order_by(BoundaryVersion.valid_from).limit(1)
    )  # fmt: skip
    if before is not None:
        if before.valid_from == valid_from:
            before.status, before.valid_to = "withdrawn", None
        else:
            before.valid_to = valid_from
    draft.valid_to = following
    session.flush()


def _freeze_buildings(session: Session, draft: BoundaryVersion, loaded: Loaded) -> None:
    """Every building → its grid and committee, for good; unlocated ones have a committee and no grid."""
    sub = draft.subdistrict_code
    srid = ground.metric_srid(session, sub)
    plot_of = ground.places_on(loaded.drawing.plots, ground.buildings(session, sub, srid))
    grid = loaded.drawing.assignment.reindex(plot_of)
    committee = loaded.drawing.plots["committee_code"].reindex(plot_of)
    known = pd.DataFrame({"grid": grid.to_numpy(), "committee": committee.to_numpy()}, index=plot_of.index)
    everything = session.execute(
        text("SELECT code, committee_code FROM building WHERE subdistrict_code = :s"), {"s": sub}
    ).all()
    where = known.to_dict("index")
    rows = (
        (sub, draft.id, code, row["grid"] if row else None, row["committee"] if row else own)
        for code, own, row in ((c, own, where.get(c)) for c, own in everything)
    )
    columns = ("subdistrict_code", "version_id", "building_code", "grid_code", "committee_code")
    copy_into(session, "version_building", columns, rows)
    fresh_statistics(session, "version_building")


def _store_lineage(session: Session, draft: BoundaryVersion, loaded: Loaded, before: BoundaryVersion) -> None:
    former = store.load(session, before).drawing
    pieces = lineage.fragments(former.plots, loaded.drawing.plots)
    rows = lineage.lineage(pieces, former.assignment, loaded.drawing.assignment)
    session.add_all(
        GridLineage(
            subdistrict_code=draft.subdistrict_code, version_id=draft.id, grid_code=r["child"],
            parent_version_id=before.id, parent_grid_code=r["parent"], residents=round(r["residents"]),
            residents_share=None if pd.isna(r["of_parent"]) else float(r["of_parent"]),
            area_share=float(r["area_of_parent"]),
        )
        for r in rows.to_dict("records")
    )  # fmt: skip
    session.flush()


def _sentence(
    valid_from: dt.date, buildings: int, residents: int, created: int, retired: int
) -> dict[str, str]:
    return {
        "zh": f"发布后，{valid_from.year} 年 {valid_from.month} 月 1 日起生效；涉及 {buildings} 栋楼、{residents} 人，"
        f"新编码 {created} 个，停用 {retired} 个。",
        "en": f"Takes effect on {valid_from.isoformat()}; {buildings} buildings and {residents} residents change grid, "
        f"{created} codes are new, {retired} end.",
    }
