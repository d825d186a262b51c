"""Check visits, what they found per record, and the work in the register."""

from __future__ import annotations

from geo_service.loading.kinds.kind import Kind

#: Days are days in Shanghai, whatever the server's zone.
DAY_OF_VISIT = "(visited_at AT TIME ZONE 'Asia/Shanghai')::date"

CHECKS = Kind(
    "checks", "check_visit", ("id",),
    ("dwelling_code", "building_code", "visited_at", "frame", "campaign", "team", "account", "outcome", "checked",
     "correct", "to_register", "to_deregister", "wrong_particulars", "rental_inspected", "group_renting_found",
     "position"),
    {"visit_id": "uuid", "dwelling_code": "text", "visited_at": "time", "frame": "text", "campaign": "text",
     "team": "text", "account": "text", "outcome": "text", "checked": "int", "correct": "int", "to_register": "int",
     "to_deregister": "int", "wrong_particulars": "int", "rental_inspected": "bool", "group_renting_found": "bool",
     "lon": "float", "lat": "float"},
    """
    SELECT DISTINCT ON (s.visit_id) s.visit_id AS id, s.dwelling_code,
        coalesce(st.building_code, d.building_code) AS building_code, s.visited_at,
        coalesce(s.frame, 'register') AS frame, s.campaign, s.team, s.account, coalesce(s.outcome, 'done') AS outcome,
        coalesce(s.checked, 0) AS checked, coalesce(s.correct, 0) AS correct, coalesce(s.to_register, 0) AS to_register,
        coalesce(s.to_deregister, 0) AS to_deregister, coalesce(s.wrong_particulars, 0) AS wrong_particulars,
        coalesce(s.rental_inspected, false) AS rental_inspected,
        coalesce(s.group_renting_found, false) AS group_renting_found,
        CASE WHEN s.lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326) END AS position
    FROM stage s
    JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = s.dwelling_code
    LEFT JOIN (  -- dwellings that were not always in one building, few
        SELECT x.dwelling_code FROM dwelling_state x JOIN dwelling y ON y.subdistrict_code = :sub AND y.code = x.dwelling_code
        WHERE x.subdistrict_code = :sub AND x.building_code <> y.building_code
          AND x.dwelling_code IN (SELECT dwelling_code FROM stage)
        GROUP BY x.dwelling_code) moved ON moved.dwelling_code = s.dwelling_code
    LEFT JOIN LATERAL (  -- the building at that time
        SELECT x.building_code FROM dwelling_state x
        WHERE moved.dwelling_code IS NOT NULL AND x.subdistrict_code = :sub AND x.dwelling_code = s.dwelling_code
          AND x.valid_from <= (s.visited_at AT TIME ZONE 'Asia/Shanghai')::date
        ORDER BY x.valid_from DESC LIMIT 1) st ON true
    ORDER BY s.visit_id, s.stage_row DESC
    """,
    recount=f"""
    SELECT building_code, {DAY_OF_VISIT} AS day FROM merged
    UNION ALL SELECT building_code, {DAY_OF_VISIT} FROM replaced
    UNION ALL  -- a dwelling that moved to another code of building: its first check of the year may lie there
    SELECT v.building_code, {DAY_OF_VISIT.replace("visited", "v.visited")}
    FROM check_visit v JOIN merged m ON v.dwelling_code = m.dwelling_code AND v.building_code <> m.building_code
    WHERE v.subdistrict_code = :sub
    """,
    companions=("check-results",),
    drops=True,
)  # fmt: skip

CHECK_RESULTS = Kind(
    "check-results", "check_result", ("visit_id", "record_hash"), ("outcome",),
    {"visit_id": "uuid", "record_hash": "bytes", "outcome": "text"},
    """SELECT DISTINCT ON (s.visit_id, s.record_hash) s.visit_id, s.record_hash, s.outcome
       FROM stage s JOIN check_visit v ON v.subdistrict_code = :sub AND v.id = s.visit_id
       WHERE s.record_hash IS NOT NULL ORDER BY s.visit_id, s.record_hash, s.stage_row DESC""",
    # A visit that comes again comes with all its results.
    missing="""t.visit_id IN (SELECT visit_id FROM stage) AND NOT EXISTS (
        SELECT FROM stage s WHERE s.visit_id = t.visit_id AND s.record_hash = t.record_hash)""",
    recount=f"""
    SELECT v.building_code, {DAY_OF_VISIT.replace("visited", "v.visited")} AS day
    FROM (SELECT visit_id, record_hash FROM merged UNION ALL SELECT visit_id, record_hash FROM replaced) m
    JOIN check_visit v ON v.subdistrict_code = :sub AND v.id = m.visit_id
    UNION ALL  -- a record met elsewhere before: its first check of the year may lie there
    SELECT v.building_code, {DAY_OF_VISIT.replace("visited", "v.visited")}
    FROM (SELECT record_hash FROM merged UNION SELECT record_hash FROM replaced) m
    JOIN check_result r ON r.subdistrict_code = :sub AND r.record_hash = m.record_hash
    JOIN check_visit v ON v.subdistrict_code = :sub AND v.id = r.visit_id
    """,
    replaces=True,
)  # fmt: skip

ACTIVITY = Kind(
    "activity", "register_activity", ("account", "day", "kind", "building_code"), ("role", "n"),
    {"account": "text", "role": "text", "building_code": "text", "day": "date", "kind": "text", "n": "int"},
    """SELECT s.account, s.day, s.kind, coalesce(b.code, '') AS building_code, left(max(s.role), 32) AS role, sum(s.n)::int AS n
       FROM stage s LEFT JOIN building b ON b.subdistrict_code = :sub AND b.code = s.building_code
       GROUP BY 1, 2, 3, 4""",
    recount="SELECT nullif(building_code, '') AS building_code, day FROM merged",
)  # fmt: skip
