"""Our drawing against the city-operation centre's: report, decisions, adoption, sign-off (XJ-1)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo_service.drawing import ground, steps
from geo_service.drawing.steps import Done
from geo_service.drawing.store import load
from geo_service.problems import Problem, conflict
from geo_service.tables.boundaries import AgreementDecision, BoundaryVersion
from grids.boundaries.agreement import Agreement, compare
from grids.boundaries.editing.errors import GridEmptied, GridInPieces, NothingChanges
from grids.boundaries.polygons import dissolve

DECISIONS = ("adopt", "keep", "sign_off")
SLIVERS = "slivers"
ALL = ("*", SLIVERS)
_KEY = re.compile(r"[^|]+\|[^|]+\|-?\d+,-?\d+")
NEAR_M = 3.0  # the border that people see lies this near to where the plots end


def theirs(session: Session, subdistrict: str, srid: int, source: str = "city-operation") -> gpd.GeoDataFrame:
    """The other department's grids, indexed by their code, in our metric CRS."""
    found = ground.frame(
        session,
        """SELECT code, name, committee_code, ST_AsBinary(geom) AS geom FROM authority_grid
           WHERE subdistrict_code = :sub AND source = :source ORDER BY code""",
        {"sub": subdistrict, "source": source}, srid, "code",
    )  # fmt: skip
    if found.empty:
        raise Problem(
            "no-other-grid",
            404,
            "还没有城运网格，请先用 wangge load grids 或“数据”页导入。 / No grid of the other department is loaded yet.",
        )
    return found


def report(
    session: Session, version: BoundaryVersion, source: str = "city-operation"
) -> tuple[Agreement, dict[str, Any]]:
    """The agreement of a version with their grid, and its JSON (lon, lat) with the decisions taken so far."""
    sub = version.subdistrict_code
    srid = ground.metric_srid(session, sub)
    other = theirs(session, sub, srid, source)
    ours = load(session, version).polygons
    agreement = compare(ours, other, buildings=ground.buildings(session, sub, srid), weight="residents")
    taken = {
        row.difference: row.decision
        for row in session.scalars(
            select(AgreementDecision).where(
                AgreementDecision.subdistrict_code == sub, AgreementDecision.version_id == version.id,
                AgreementDecision.source == source,
            )
        )
    }  # fmt: skip
    found = agreement.differences.to_crs(4326)
    body = agreement.to_dict()
    for row, shape, key in zip(body["differences"], found.geometry, keys(agreement.differences), strict=True):
        row["geometry"] = shape.__geo_interface__
        row["difference"], row["decision"] = key, taken.get(key)
    return agreement, {**body, "signed_off": taken.get("*") == "sign_off", "source": source}


def keys(differences: gpd.GeoDataFrame) -> list[str]:
    """A stable name for each difference: the pair of grids and the place, rounded to the metre."""
    points = differences.geometry.representative_point()
    return [
        f"{ours or '-'}|{theirs or '-'}|{p.x:.0f},{p.y:.0f}"
        for ours, theirs, p in zip(differences["ours"], differences["theirs"], points, strict=True)
    ]


def adopt(
    session: Session, version: BoundaryVersion, account: str | None, source: str, difference: str
) -> Done | None:
    """Take over their drawing at one difference, at every sliver (``slivers``) or everywhere (``*``).

    Buildings that they group otherwise change their grid with their plots; then the line itself follows theirs over
    open ground. Slivers alone never move a committee's border; what a person chose by its name, or all, may.
    """
    chosen, across = None if difference in ALL else difference, difference != SLIVERS
    done = None
    # A building that only a lane of theirs ties to its grid can follow once the lane has.
    for _ in range(1 if difference == SLIVERS else 2):
        if difference != SLIVERS:
            done = _take_buildings(session, version, account, source, chosen) or done
        done = _take_line(session, version, account, source, chosen, across=across) or done
    if chosen is not None and done is None:
        raise Problem(
            "cannot-adopt", 409,
            "此处不能照搬：会有微网格断开，或对方没有对应的网格。请手工调整。 / "
            "It cannot be taken over: a grid would fall apart, or theirs has no counterpart here. Change it by hand.",
        )  # fmt: skip
    return done


def _take_buildings(
    session: Session, version: BoundaryVersion, account: str | None, source: str, chosen: str | None
) -> Done | None:
    agreement, _ = report(session, version, source)
    mate_of = {their: ours for ours, their in agreement.mates.items()}
    drawing = load(session, version).drawing
    plot_of = drawing.plots["building_code"].dropna()
    where = dict(zip(plot_of, plot_of.index, strict=True))
    wanted = agreement.moved[agreement.moved["theirs"].isin(mate_of)]
    if chosen is not None:
        pair = chosen.split("|")[:2]
        mine = [[str(o), str(t)] == pair for o, t in zip(wanted["ours"], wanted["theirs"], strict=True)]
        wanted = wanted[mine]
    done = None
    for target, part in wanted.groupby(wanted["theirs"].map(mate_of)):
        plots = [int(where[str(b)]) for b in part.index if str(b) in where]
        near = [p for p in plots if drawing.plots["committee_code"][p] == drawing.committee_of[str(target)]]
        asked: list[tuple[str, dict[str, Any]]] = [("paint", {"plots": [p], "to": str(target)}) for p in near]
        asked += [("transfer", {"plot": p, "to": str(target)}) for p in plots if p not in near]
        for kind, params in asked:
            with suppress(GridInPieces, GridEmptied):  # it stays listed as a difference
                done = steps.apply(
                    session, version.subdistrict_code, version.id, kind, params, version.revision,
                    account=account, committees=None,
                )  # fmt: skip
    return done


def _take_line(
    session: Session,
    version: BoundaryVersion,
    account: str | None,
    source: str,
    chosen: str | None,
    *,
    across: bool,
) -> Done | None:
    """Follow their line from where our plots really end, which the simplified border that people see only nears."""
    loaded = load(session, version)
    drawing = loaded.drawing
    other = theirs(
        session, version.subdistrict_code, ground.metric_srid(session, version.subdistrict_code), source
    )
    exact = dissolve(drawing.plots, drawing.assignment)
    agreement = compare(
        exact, other, buildings=ground.buildings(session, version.subdistrict_code, exact.crs.to_epsg())
    )
    mate_of = {their: ours for ours, their in agreement.mates.items()}
    found = agreement.differences
    found = found[found["ours"].notna() & found["theirs"].isin(mate_of)]
    if not across:
        found = found[found["kind"] == "sliver"]
    if chosen is not None:
        ours, their, place = chosen.split("|")
        point = shapely.Point(*map(float, place.split(",")))
        found = found[(found["ours"] == ours) & (found["theirs"] == their) & (found.distance(point) < NEAR_M)]
    if found.empty:
        return None
    strips = [
        {"gives": str(gives), "takes": mate_of[str(their)], "geometry": shape.__geo_interface__}
        for gives, their, shape in zip(
            found["ours"], found["theirs"], found.to_crs(4326).geometry, strict=True
        )
    ]
    while strips:
        try:
            return steps.apply(
                session, version.subdistrict_code, version.id, "follow_line", {"strips": strips, "across": across},
                version.revision, account=account, committees=None,
            )  # fmt: skip
        except NothingChanges:
            break
        except GridInPieces as torn:  # that grid keeps its line; the others need not wait for it
            rest = [s for s in strips if torn.grid_code not in (s["gives"], s["takes"])]
            strips = rest if len(rest) < len(strips) else []
    return None


def decide(
    session: Session, version: BoundaryVersion, source: str, difference: str, decision: str, account: str
) -> None:
    """Keep a person's decision on a difference; ``*`` with ``sign_off`` signs the whole comparison off."""
    if decision not in DECISIONS:
        raise Problem("invalid-input", 422, "裁定只能是 adopt、keep 或 sign_off。 / adopt, keep or sign_off.")
    if difference not in ALL and not _KEY.fullmatch(difference):
        raise Problem("invalid-input", 422, "没有这样编号的差异。 / No difference is named so.")
    if decision == "sign_off":
        agreement, body = report(session, version, source)
        open_ones = [
            d["difference"] for d in body["differences"] if d["kind"] == "real" and d["decision"] is None
        ]
        if open_ones and agreement.grade != "highly_consistent":
            raise conflict("open-differences", f"还有 {len(open_ones)} 处差异未裁定。 / {len(open_ones)} differences are undecided.",
                           differences=open_ones[:50])  # fmt: skip
    session.execute(
        text("""
        INSERT INTO agreement_decision (subdistrict_code, version_id, source, difference, decision, account)
        VALUES (:s, :v, :source, :d, :decision, :account)
        ON CONFLICT (subdistrict_code, version_id, source, difference)
        DO UPDATE SET decision = excluded.decision, account = excluded.account, at = now()"""),
        {"s": version.subdistrict_code, "v": version.id, "source": source, "d": difference, "decision": decision,
         "account": account},
    )  # fmt: skip
