"""Our drawing against the city-operation centre's: report, decisions, adoption, sign-off (XJ-1)."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo_service.drawing import ground, steps
from geo_service.drawing.steps import Done
from geo_service.drawing.store import load
from geo_service.problems import Problem, conflict
from geo_service.tables.boundaries import AgreementDecision, BoundaryVersion
from grids.boundaries.agreement import Agreement, compare

DECISIONS = ("adopt", "keep", "sign_off")


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
    session: Session, version: BoundaryVersion, account: str | None, chosen: list[str] | None = None
) -> Done | None:
    """Take over their grouping where buildings differ (``chosen`` differences, or all): painted as plots.

    Slivers hold no plot of their own, so there is nothing to reassign there; they count as agreed within 2 m.
    """
    agreement, _ = report(session, version)
    mate_of = {their: ours for ours, their in agreement.grids["mate"].dropna().items()}
    loaded = load(session, version)
    plot_of = loaded.drawing.plots["building_code"].dropna()
    where = dict(zip(plot_of, plot_of.index, strict=True))
    wanted = agreement.moved[agreement.moved["theirs"].isin(mate_of)]
    if chosen is not None:
        pairs = {tuple(key.split("|")[:2]) for key in chosen}
        mine = [(str(o), str(t)) in pairs for o, t in zip(wanted["ours"], wanted["theirs"], strict=True)]
        wanted = wanted[mine]
    done = None
    for target, part in wanted.groupby(wanted["theirs"].map(mate_of)):
        plots = [int(where[str(b)]) for b in part.index if str(b) in where]
        if plots:
            done = steps.apply(
                session, version.subdistrict_code, version.id, "paint", {"plots": plots, "to": str(target)},
                version.revision, account=account, committees=None,
            )  # fmt: skip
    return done


def decide(
    session: Session, version: BoundaryVersion, source: str, difference: str, decision: str, account: str
) -> None:
    """Keep a person's decision on a difference; ``*`` with ``sign_off`` signs the whole comparison off."""
    if decision not in DECISIONS:
        raise Problem("invalid-input", 422, "裁定只能是 adopt、keep 或 sign_off。 / adopt, keep or sign_off.")
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
