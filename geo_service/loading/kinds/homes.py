"""Dwellings, their rooms and the registrations of residence in them."""

from __future__ import annotations

from geo_service.loading.kinds.kind import Kind

DWELLINGS = Kind(
    "dwellings", "dwelling", ("code",),
    ("building_code", "address", "room_number", "floor_area_m2", "use", "status", "created_on", "retired_on",
     "rental_filing"),
    {"code": "text", "building_code": "text", "address": "text", "room_number": "text", "floor_area_m2": "float",
     "use": "text", "status": "text", "created_on": "date", "retired_on": "date", "rental_filing": "text"},
    """
    SELECT DISTINCT ON (s.code) s.code, s.building_code, s.address, s.room_number, s.floor_area_m2,
        coalesce(s.use, 'owner_occupied') AS use, coalesce(s.status, 'occupied') AS status, s.created_on,
        s.retired_on, s.rental_filing
    FROM stage s JOIN building b ON b.subdistrict_code = :sub AND b.code = s.building_code
    ORDER BY s.code, s.stage_row DESC
    """,
    after=("""
    -- Records that waited for this dwelling resolve now (FS-1), and follow it to its building.
    UPDATE registration r SET dwelling_code = m.code, building_code = m.building_code FROM merged m
    WHERE r.subdistrict_code = :sub AND (r.dwelling_code = m.code AND r.building_code <> m.building_code
        OR r.dwelling_code IS NULL AND r.source_dwelling_code = m.code AND m.status <> 'retired')
    """,),
    recount="""
    SELECT s.building_code, NULL::date AS day FROM dwelling_state s
    WHERE s.subdistrict_code = :sub AND s.dwelling_code IN (SELECT code FROM merged)
    UNION ALL SELECT code, NULL FROM building WHERE subdistrict_code = :sub AND kind = 'unlocated'
    """,
    kept={
        "dwelling_state": """SELECT r.* FROM dwelling_state r WHERE r.subdistrict_code = :sub
                             AND r.dwelling_code IN (SELECT code FROM replaced)""",
        "registration": """SELECT r.* FROM registration r JOIN merged m ON
            r.dwelling_code = m.code AND r.building_code <> m.building_code
            OR r.dwelling_code IS NULL AND r.source_dwelling_code = m.code AND m.status <> 'retired'
            WHERE r.subdistrict_code = :sub""",
    },
    undo=("""
    -- Records as they were, where nobody has changed them since; the others lose a dwelling that goes.
    UPDATE registration r SET dwelling_code = b.dwelling_code, building_code = b.building_code
    FROM load_row l CROSS JOIN LATERAL jsonb_populate_record(NULL::registration, l.before) b
    WHERE l.subdistrict_code = :sub AND l.batch_id = :batch AND l.table_name = 'registration'
      AND r.subdistrict_code = :sub AND r.record_hash = b.record_hash AND r.batch_id IS NOT DISTINCT FROM b.batch_id
    """, """
    UPDATE registration r SET dwelling_code = NULL, building_code = 'U' || :sub FROM dwelling d
    WHERE d.subdistrict_code = :sub AND d.batch_id = :batch AND r.subdistrict_code = :sub AND r.dwelling_code = d.code
    """, """
    DELETE FROM dwelling_state s WHERE s.subdistrict_code = :sub AND s.dwelling_code IN (
        SELECT l.before->>'dwelling_code' FROM load_row l
        WHERE l.subdistrict_code = :sub AND l.batch_id = :batch AND l.table_name = 'dwelling_state')
    """, """
    INSERT INTO dwelling_state
    SELECT b.* FROM load_row l CROSS JOIN LATERAL jsonb_populate_record(NULL::dwelling_state, l.before) b
    WHERE l.subdistrict_code = :sub AND l.batch_id = :batch AND l.table_name = 'dwelling_state'
    """),
    in_use="""
    WITH added AS (SELECT code FROM dwelling d WHERE d.subdistrict_code = :sub AND d.batch_id = :batch AND NOT EXISTS (
        SELECT FROM load_row l WHERE l.subdistrict_code = :sub AND l.batch_id = :batch AND l.table_name = 'dwelling'
          AND l.before->>'code' = d.code))
    SELECT (SELECT count(*) FROM room r WHERE r.subdistrict_code = :sub AND r.dwelling_code IN (SELECT code FROM added))
        + (SELECT count(*) FROM check_visit v WHERE v.subdistrict_code = :sub
           AND v.dwelling_code IN (SELECT code FROM added))
        + (SELECT count(*) FROM dwelling_tag g WHERE g.subdistrict_code = :sub
           AND g.dwelling_code IN (SELECT code FROM added))
    """,
    drops=True,
)  # fmt: skip

ROOMS = Kind(
    "rooms", "room", ("code",), ("dwelling_code", "area_m2", "purpose", "partitioned"),
    {"code": "text", "dwelling_code": "text", "area_m2": "float", "purpose": "text", "partitioned": "bool"},
    """SELECT DISTINCT ON (s.code) s.code, s.dwelling_code, s.area_m2, coalesce(s.purpose, 'living') AS purpose,
           coalesce(s.partitioned, false) AS partitioned
       FROM stage s JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = s.dwelling_code
       ORDER BY s.code, s.stage_row DESC""",
    drops=True,
)  # fmt: skip

REGISTRATIONS = Kind(
    "registrations", "registration", ("record_hash",),
    ("key_id", "source_dwelling_code", "dwelling_code", "building_code", "since", "until"),
    {"record_hash": "bytes", "key_id": "text", "dwelling_code": "text", "committee_code": "text", "since": "date",
     "until": "date"},
    """
    SELECT DISTINCT ON (s.record_hash) s.record_hash, s.key_id, s.dwelling_code AS source_dwelling_code,
        d.code AS dwelling_code, coalesce(d.building_code, u.code, 'U' || :sub) AS building_code, s.since, s.until
    FROM stage s
    LEFT JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = s.dwelling_code AND d.status <> 'retired'
    LEFT JOIN building u ON u.subdistrict_code = :sub AND u.code = 'U' || s.committee_code
    ORDER BY s.record_hash, s.stage_row DESC
    """,
    recount="""
    SELECT building_code, NULL::date AS day FROM merged UNION SELECT building_code, NULL FROM replaced
    UNION SELECT s.building_code, NULL FROM dwelling_state s WHERE s.subdistrict_code = :sub AND s.dwelling_code IN (
        SELECT dwelling_code FROM merged UNION SELECT dwelling_code FROM replaced)
    """,
    missing="t.until IS NULL AND NOT EXISTS (SELECT FROM stage s WHERE s.record_hash = t.record_hash)",
    closing="until = greatest(:as_of, t.since)",
)  # fmt: skip
