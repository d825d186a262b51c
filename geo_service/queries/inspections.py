"""What the database says of places for joint inspections: facts to be judged by ``grids.inspections``."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pandas as pd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo_service.tables.inspections import (
    Finding,
    Inspection,
    InspectionResult,
    InspectionStop,
    Measure,
    Ticket,
)

RENTED = "('rented', 'long_term_rental', 'dormitory', 'group_renting')"
#: Places that may be inspected, each with its buildings on ``:day``: open key sites, or buildings with let homes.
PLACES = {
    "sites": """
        SELECT k.code, kb.building_code FROM key_site k
        JOIN key_site_building kb ON kb.subdistrict_code = :sub AND kb.site_code = k.code
          AND kb.valid_from <= :day AND (kb.valid_to IS NULL OR kb.valid_to > :day)
        WHERE k.subdistrict_code = :sub""",
    "buildings": f"""
        SELECT DISTINCT d.building_code AS code, d.building_code FROM dwelling d
        WHERE d.subdistrict_code = :sub AND d.status <> 'retired' AND d.use IN {RENTED}""",
}
LIVE = "r.since <= :day AND (r.until IS NULL OR r.until > :day)"


def places_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Place → kind, names, dates, position (lon, lat; absent without geometry), first building."""
    if what == "sites":
        query = f"""
            SELECT k.code, k.name, k.kind, k.committee_code, k.opened_on, k.closed_on, k.listed_from, k.listed_to,
                k.visit_interval_days, ST_X(ST_PointOnSurface(coalesce(k.geom, b.geom))) AS lon,
                ST_Y(ST_PointOnSurface(coalesce(k.geom, b.geom))) AS lat, b.code AS building_code, b.address
            FROM key_site k LEFT JOIN (SELECT code, min(building_code) AS building_code FROM ({PLACES[what]}) p GROUP BY code) f
              ON f.code = k.code
            LEFT JOIN building b ON b.subdistrict_code = :sub AND b.code = f.building_code
            WHERE k.subdistrict_code = :sub ORDER BY k.code"""
    else:
        query = f"""
            SELECT b.code, coalesce(b.address, b.name, b.code) AS name, 'rented_building' AS kind, b.committee_code,
                b.built_on AS opened_on, b.demolished_on AS closed_on, NULL::date AS listed_from, NULL::date AS listed_to,
                NULL::int AS visit_interval_days, ST_X(ST_PointOnSurface(b.geom)) AS lon,
                ST_Y(ST_PointOnSurface(b.geom)) AS lat, b.code AS building_code, b.address
            FROM building b WHERE b.subdistrict_code = :sub AND b.kind <> 'unlocated'
              AND b.code IN (SELECT code FROM ({PLACES[what]}) p) ORDER BY b.code"""
    return _frame(session, query, {"sub": subdistrict, "day": day}).set_index("code")


def visits_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Place → last visit with access, and the most visits without access to one dwelling since its last with access."""
    query = f"""
        WITH place AS ({PLACES[what]}),
        visit AS (
            SELECT building_code, dwelling_code, outcome, timezone('Asia/Shanghai', visited_at)::date AS day
            FROM check_visit WHERE subdistrict_code = :sub AND visited_at < CAST(:day AS date) + 1
            UNION ALL
            SELECT building_code, dwelling_code, outcome, timezone('Asia/Shanghai', visited_at)::date
            FROM inspection_dwelling WHERE subdistrict_code = :sub AND NOT withdrawn AND visited_at < CAST(:day AS date) + 1),
        per_home AS (
            SELECT building_code, dwelling_code, max(day) FILTER (WHERE outcome = 'done') AS seen FROM visit GROUP BY 1, 2),
        shut AS (
            SELECT v.building_code, v.dwelling_code, count(DISTINCT v.day) AS n, max(v.day) AS last FROM visit v
            JOIN per_home h USING (building_code, dwelling_code)
            WHERE v.outcome = 'no_access' AND v.dwelling_code IS NOT NULL AND (h.seen IS NULL OR v.day > h.seen) GROUP BY 1, 2),
        per_building AS (SELECT building_code, max(seen) AS seen FROM per_home GROUP BY 1),
        shut_building AS (SELECT building_code, max(n) AS n, max(last) AS last FROM shut GROUP BY 1),
        inspected AS (
            SELECT site_code, max(timezone('Asia/Shanghai', visited_at)::date) AS seen FROM inspection_stop
            WHERE subdistrict_code = :sub AND outcome = 'done' AND visited_at < CAST(:day AS date) + 1 GROUP BY 1)
        SELECT p.code, greatest(max(s.seen), max(i.seen)) AS last_visit_on, max(h.n) AS no_access_visits,
            max(h.last) AS last_no_access_on
        FROM place p LEFT JOIN per_building s USING (building_code) LEFT JOIN shut_building h USING (building_code)
        LEFT JOIN inspected i ON i.site_code = p.code GROUP BY 1"""
    return _frame(session, query, {"sub": subdistrict, "day": day}).set_index("code")


def let_homes_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Let dwellings of every place with the number of their registrations in force: code, dwelling_code, registrations."""
    query = f"""
        SELECT p.code, d.code AS dwelling_code, count(r.record_hash) AS registrations
        FROM ({PLACES[what]}) p
        JOIN dwelling d ON d.subdistrict_code = :sub AND d.building_code = p.building_code AND d.use IN {RENTED}
          AND d.status <> 'retired'
        LEFT JOIN registration r ON r.subdistrict_code = :sub AND r.dwelling_code = d.code AND {LIVE}
        GROUP BY 1, 2"""
    return _frame(session, query, {"sub": subdistrict, "day": day})


def let_rooms_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Rooms of the let dwellings of every place: dwelling_code, area_m2, purpose, partitioned."""
    query = f"""
        SELECT m.dwelling_code, m.area_m2, m.purpose, m.partitioned FROM room m
        WHERE m.subdistrict_code = :sub AND m.dwelling_code IN (
            SELECT d.code FROM dwelling d WHERE d.subdistrict_code = :sub AND d.use IN {RENTED} AND d.status <> 'retired'
              AND d.building_code IN (SELECT building_code FROM ({PLACES[what]}) p))"""
    return _frame(session, query, {"sub": subdistrict, "day": day})


def churn_of(session: Session, subdistrict: str, what: str, day: dt.date, window_days: int) -> pd.DataFrame:
    """Place → additions plus deregistrations in the window that ends with ``day``, and the mean registered in it."""
    query = f"""
        SELECT p.code,
            count(*) FILTER (WHERE r.since > :begin AND r.since <= :day)
              + count(*) FILTER (WHERE r.until > :begin AND r.until <= :day) AS churn,
            (count(*) FILTER (WHERE r.since <= :begin AND (r.until IS NULL OR r.until > :begin))
              + count(*) FILTER (WHERE {LIVE})) / 2.0 AS mean_registered
        FROM ({PLACES[what]}) p JOIN registration r ON r.subdistrict_code = :sub AND r.building_code = p.building_code
        GROUP BY 1"""
    bound = {"sub": subdistrict, "day": day, "begin": day - dt.timedelta(days=window_days)}
    return _frame(session, query, bound).set_index("code")


def mismatches_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Place → dwellings on a partner's latest list that the register holds as not let or without any record (SL-15)."""
    query = f"""
        WITH latest AS (SELECT source, max(as_of) AS as_of FROM source_list
            WHERE subdistrict_code = :sub AND as_of <= :day AND source IN ('letting_company', 'group_rental_office') GROUP BY 1),
        listed AS (SELECT DISTINCT l.source, l.as_of, l.dwelling_code FROM source_list l JOIN latest USING (source, as_of)
            WHERE l.subdistrict_code = :sub AND l.dwelling_code IS NOT NULL)
        SELECT p.code, count(DISTINCT l.dwelling_code) AS source_mismatches, min(l.as_of) AS source_as_of
        FROM ({PLACES[what]}) p
        JOIN dwelling d ON d.subdistrict_code = :sub AND d.building_code = p.building_code AND d.status <> 'retired'
        JOIN listed l ON l.dwelling_code = d.code
        WHERE d.use NOT IN {RENTED} OR (l.source = 'group_rental_office' AND d.use <> 'group_renting')
          OR NOT EXISTS (SELECT FROM registration r WHERE r.subdistrict_code = :sub AND r.dwelling_code = d.code AND {LIVE})
        GROUP BY 1"""
    return _frame(session, query, {"sub": subdistrict, "day": day}).set_index("code")


def open_findings_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Place → findings that no closed measure has answered, and the day of the oldest."""
    query = f"""
        SELECT p.code, count(DISTINCT f.id) AS open_findings, min(f.found_on) AS oldest_finding_on
        FROM ({PLACES[what]}) p
        JOIN finding f ON f.subdistrict_code = :sub AND f.building_code = p.building_code AND f.found_on <= :day
          AND f.withdrawn_by IS NULL
        WHERE NOT EXISTS (SELECT FROM measure m WHERE m.subdistrict_code = :sub AND m.finding_id = f.id
            AND m.state = 'closed' AND m.closed_on <= :day)
        GROUP BY 1"""
    return _frame(session, query, {"sub": subdistrict, "day": day}).set_index("code")


def lettings_looked_at(session: Session, subdistrict: str, since: dt.date, day: dt.date) -> pd.DataFrame:
    """Building → lettings inspected, group renting found between two months, and its position (EPSG:4326)."""
    query = """
        SELECT m.building_code, sum(m.group_renting_found)::int AS found, sum(m.rental_inspected)::int AS inspected,
            ST_X(ST_PointOnSurface(b.geom)) AS lon, ST_Y(ST_PointOnSurface(b.geom)) AS lat
        FROM building_month m JOIN building b ON b.subdistrict_code = :sub AND b.code = m.building_code
        WHERE m.subdistrict_code = :sub AND m.month >= :since AND m.month <= :day AND m.rental_inspected > 0
          AND b.geom IS NOT NULL GROUP BY 1, b.geom"""
    return _frame(session, query, {"sub": subdistrict, "since": since, "day": day})


def buildings_of(session: Session, subdistrict: str, what: str, day: dt.date) -> pd.DataFrame:
    """Pairs of place and building: code, building_code."""
    return _frame(session, PLACES[what], {"sub": subdistrict, "day": day})


def walkways(session: Session, subdistrict: str, srid: int, *, closed: bool = False) -> list[bytes]:
    """Centre lines that people walk along, or those they cannot cross, in the town's metric CRS, as WKB."""
    kinds = ["river", "railway", "expressway", "wall"] if closed else ["arterial", "local_road", "lane"]
    query = text("""
        SELECT ST_AsBinary(ST_Transform(geom, :srid)) FROM barrier WHERE subdistrict_code = :sub AND kind = ANY(:kinds)
        ORDER BY id""")
    found = session.execute(query, {"sub": subdistrict, "srid": srid, "kinds": kinds}).scalars()
    return [bytes(wkb) for wkb in found]


def homes_in(session: Session, subdistrict: str, buildings: list[str]) -> list[dict[str, Any]]:
    """Dwellings of some buildings with their rooms as designed, for the page that walks along. No counts of people."""
    rows = session.execute(
        text(f"""
        SELECT d.code, d.building_code, d.room_number, d.use, d.use IN {RENTED} AS let, d.rental_filing IS NOT NULL AS filed,
            (SELECT jsonb_agg(jsonb_build_object('code', m.code, 'purpose', m.purpose, 'area_m2', m.area_m2,
                'partitioned', m.partitioned) ORDER BY m.code) FROM room m
             WHERE m.subdistrict_code = :sub AND m.dwelling_code = d.code) AS rooms
        FROM dwelling d WHERE d.subdistrict_code = :sub AND d.building_code = ANY(:codes) AND d.status <> 'retired'
        ORDER BY d.building_code, d.code"""),
        {"sub": subdistrict, "codes": buildings},
    )  # fmt: skip
    return [dict(r) for r in rows.mappings()]


def dwelling_buildings(session: Session, subdistrict: str, codes: list[str]) -> dict[str, str]:
    """Dwelling → its building, of those that are there."""
    rows = session.execute(
        text("SELECT code, building_code FROM dwelling WHERE subdistrict_code = :sub AND code = ANY(:codes)"),
        {"sub": subdistrict, "codes": codes},
    )
    return {r.code: r.building_code for r in rows}


def shut_days(session: Session, subdistrict: str, dwelling: str) -> list[dt.datetime]:
    """Times of the visits without access to a dwelling since the last with access (SG-12)."""
    rows = session.execute(
        text("""
        WITH visit AS (
            SELECT outcome, visited_at FROM check_visit WHERE subdistrict_code = :sub AND dwelling_code = :code
            UNION ALL SELECT outcome, visited_at FROM inspection_dwelling
            WHERE subdistrict_code = :sub AND dwelling_code = :code AND NOT withdrawn)
        SELECT visited_at FROM visit WHERE outcome = 'no_access'
          AND visited_at > coalesce((SELECT max(visited_at) FROM visit WHERE outcome = 'done'), '-infinity')
        ORDER BY visited_at"""),
        {"sub": subdistrict, "code": dwelling},
    )
    return list(rows.scalars())


def shut_homes(session: Session, subdistrict: str, least: int, limit: int = 200) -> list[dict[str, Any]]:
    """Dwellings without access on at least ``least`` different days since the last access, one of them in the evening."""
    rows = session.execute(
        text("""
        WITH visit AS (
            SELECT dwelling_code, building_code, outcome, visited_at FROM check_visit
            WHERE subdistrict_code = :sub AND dwelling_code IS NOT NULL
            UNION ALL SELECT dwelling_code, building_code, outcome, visited_at FROM inspection_dwelling
            WHERE subdistrict_code = :sub AND NOT withdrawn),
        seen AS (SELECT dwelling_code, max(visited_at) FILTER (WHERE outcome = 'done') AS at FROM visit GROUP BY 1)
        SELECT v.dwelling_code, v.building_code, count(DISTINCT timezone('Asia/Shanghai', v.visited_at)::date) AS days,
            max(v.visited_at) AS last_at
        FROM visit v JOIN seen s USING (dwelling_code)
        WHERE v.outcome = 'no_access' AND (s.at IS NULL OR v.visited_at > s.at)
          AND NOT EXISTS (SELECT FROM ticket t WHERE t.subdistrict_code = :sub AND t.dwelling_code = v.dwelling_code
              AND t.state IN ('draft', 'sent'))
        GROUP BY 1, 2 HAVING count(DISTINCT timezone('Asia/Shanghai', v.visited_at)::date) >= :least
          AND bool_or(extract(hour FROM timezone('Asia/Shanghai', v.visited_at)) >= 18)
        ORDER BY days DESC, last_at DESC LIMIT :limit"""),
        {"sub": subdistrict, "least": least, "limit": limit},
    )  # fmt: skip
    return [dict(r) for r in rows.mappings()]


def inspected_sites(session: Session, subdistrict: str, begin: dt.date, end: dt.date) -> set[str]:
    """Key sites that a joint inspection entered between two days, both included."""
    rows = session.execute(
        text("""
        SELECT DISTINCT site_code FROM inspection_stop WHERE subdistrict_code = :sub AND outcome = 'done'
          AND site_code IS NOT NULL
          AND timezone('Asia/Shanghai', visited_at)::date BETWEEN :begin AND :end"""),
        {"sub": subdistrict, "begin": begin, "end": end},
    )
    return set(rows.scalars())


def inspections(session: Session, subdistrict: str) -> list[Inspection]:
    query = select(Inspection).where(Inspection.subdistrict_code == subdistrict)
    return list(
        session.scalars(query.order_by(Inspection.day.desc(), Inspection.created_at.desc()).limit(500))
    )


def inspection(
    session: Session, subdistrict: str, key: uuid.UUID, *, lock: bool = False
) -> Inspection | None:
    query = select(Inspection).where(Inspection.subdistrict_code == subdistrict, Inspection.id == key)
    return session.scalar(query.with_for_update() if lock else query)


def stops(session: Session, subdistrict: str, key: uuid.UUID | None = None) -> list[InspectionStop]:
    """Stops of one inspection, removed ones included, in the order of walking; of all without ``key``."""
    query = select(InspectionStop).where(InspectionStop.subdistrict_code == subdistrict)
    if key is not None:
        query = query.where(InspectionStop.inspection_id == key)
    order = (InspectionStop.team.nulls_last(), InspectionStop.position.nulls_last(), InspectionStop.id)
    return list(session.scalars(query.order_by(*order)))


def findings(session: Session, subdistrict: str, key: uuid.UUID | None = None) -> list[Finding]:
    """Findings that no correction has withdrawn, of one inspection or of all."""
    query = select(Finding).where(Finding.subdistrict_code == subdistrict, Finding.withdrawn_by.is_(None))
    if key is not None:
        query = query.where(Finding.inspection_id == key)
    return list(session.scalars(query.order_by(Finding.found_on, Finding.received_at, Finding.kind)))


def results(session: Session, subdistrict: str, key: uuid.UUID) -> list[InspectionResult]:
    query = select(InspectionResult).where(
        InspectionResult.subdistrict_code == subdistrict, InspectionResult.inspection_id == key
    )
    return list(session.scalars(query.order_by(InspectionResult.received_at)))


def measures(session: Session, subdistrict: str, key: uuid.UUID | None = None) -> list[Measure]:
    query = select(Measure).where(Measure.subdistrict_code == subdistrict)
    if key is not None:
        query = query.where(Measure.inspection_id == key)
    return list(session.scalars(query.order_by(Measure.due_on, Measure.id)))


def tickets(session: Session, subdistrict: str, state: str | None = None) -> list[Ticket]:
    query = select(Ticket).where(Ticket.subdistrict_code == subdistrict)
    if state is not None:
        query = query.where(Ticket.state == state)
    return list(session.scalars(query.order_by(Ticket.created_at.desc()).limit(500)))


def site_names(session: Session, subdistrict: str, codes: list[str]) -> dict[str, dict[str, Any]]:
    """Site or building code → name, kind, committee, address, lon, lat of the place."""
    rows = session.execute(
        text("""
        SELECT k.code, k.name, k.kind, k.committee_code, b.address,
            ST_X(ST_PointOnSurface(coalesce(k.geom, b.geom))) AS lon, ST_Y(ST_PointOnSurface(coalesce(k.geom, b.geom))) AS lat
        FROM key_site k LEFT JOIN LATERAL (SELECT building_code FROM key_site_building kb
            WHERE kb.subdistrict_code = :sub AND kb.site_code = k.code ORDER BY 1 LIMIT 1) f ON true
        LEFT JOIN building b ON b.subdistrict_code = :sub AND b.code = f.building_code
        WHERE k.subdistrict_code = :sub AND k.code = ANY(:codes)
        UNION ALL
        SELECT code, coalesce(address, name, code), 'rented_building', committee_code, address,
            ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom))
        FROM building WHERE subdistrict_code = :sub AND code = ANY(:codes)"""),
        {"sub": subdistrict, "codes": codes},
    )  # fmt: skip
    return {r["code"]: dict(r) for r in rows.mappings()}


def _frame(session: Session, query: str, bound: dict[str, Any]) -> pd.DataFrame:
    found = session.execute(text(query), bound)
    return pd.DataFrame(found.fetchall(), columns=list(found.keys()))
