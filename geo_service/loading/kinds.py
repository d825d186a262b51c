"""What each KIND of file becomes: its staging columns, how a staged row turns into a table row, what follows.

SQL selects and joins; it decides nothing that the readers have not checked. ``:sub`` is the subdistrict,
``:batch`` the batch, ``:as_of`` the day of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from geo_service.loading.staging import Columns

#: A line or a backdrop has no code of its own: what it is and where it lies is its identity.
LINE_ID = "abs(hashtextextended(kind || '|' || coalesce(name, '') || '|' || ST_AsEWKB(geom)::text, 0))"
#: Days are days in Shanghai, whatever the server's zone.
DAY_OF_VISIT = "(visited_at AT TIME ZONE 'Asia/Shanghai')::date"


@dataclass(frozen=True)
class Kind:
    """A kind of file: ``select`` yields the target's columns from the stage; rows it drops are rejected rows.

    ``before`` runs on the stage alone, ``after`` on what is being merged (``merged``: new and changed rows,
    ``replaced``: the former selves of the changed ones). ``kept`` are queries of rows elsewhere that ``after`` will
    change: they become before-images too. ``undo`` puts right what taking the rows back leaves behind.
    """

    name: str
    table: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    stage: Columns
    select: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    #: Query of the buildings whose stocks (or months, with a day) the load touched, over ``merged``.
    recount: str | None = None
    batched: bool = True
    #: A snapshot closes or removes what the file lacks: the rows of ``missing`` over the table as ``t``.
    missing: str | None = None
    #: What closing such a row sets; None where it is deleted.
    closing: str | None = None
    #: Whether a delta, too, removes what is missing.
    replaces: bool = False
    #: Whether ``select`` drops rows that name a place which does not exist; they are counted as rejected.
    drops: bool = False
    kept: dict[str, str] = field(default_factory=dict)
    undo: tuple[str, ...] = ()
    #: How many rows of other loads hang on those that the batch added; above none it cannot be undone.
    in_use: str | None = None
    #: Kinds whose rows come with this one's and are undone with it, parents first.
    companions: tuple[str, ...] = ()


AREAS = Kind(
    "areas", "area", ("kind", "code", "valid_from"),
    ("valid_to", "name", "name_en", "parent_code", "zone_code", "block_code", "station_code", "geom"),
    {"kind": "text", "code": "text", "name": "text", "name_en": "text", "parent_code": "text", "zone_code": "text",
     "block_code": "text", "station_code": "text", "valid_from": "date", "valid_to": "date", "geom": "shape"},
    """
    SELECT DISTINCT ON (kind, code, valid_from) kind, code,
        coalesce(valid_from, (SELECT a.valid_from FROM area a WHERE a.subdistrict_code = :sub AND a.kind = stage.kind
                              AND a.code = stage.code AND a.valid_to IS NULL), '1949-10-01') AS valid_from,
        valid_to, name, name_en, parent_code, zone_code, block_code, station_code, ST_Multi(geom) AS geom
    FROM stage ORDER BY kind, code, valid_from, stage_row DESC
    """,
    before=("""
    UPDATE area a SET valid_to = s.valid_from FROM stage s
    WHERE a.subdistrict_code = :sub AND a.kind = s.kind AND a.code = s.code AND a.valid_to IS NULL
      AND s.valid_from > a.valid_from
    """,),
    after=("""
    INSERT INTO building (subdistrict_code, code, kind, name, committee_code)
    SELECT :sub, 'U' || code, 'unlocated', '未定位', code FROM area
    WHERE subdistrict_code = :sub AND kind = 'committee' AND valid_to IS NULL
    UNION ALL SELECT :sub, 'U' || :sub, 'unlocated', '未定位', NULL
    ON CONFLICT DO NOTHING
    """,),
    batched=False,
)  # fmt: skip

BUILDINGS = Kind(
    "buildings", "building", ("code",),
    ("kind", "name", "address", "house_number", "compound_code", "committee_code", "use", "floors", "height_m",
     "built_on", "demolished_on", "geom"),
    {"code": "text", "kind": "text", "name": "text", "address": "text", "house_number": "text",
     "compound_code": "text", "compound_name": "text", "compound_kind": "text", "committee_code": "text",
     "use": "text", "floors": "int", "height_m": "float", "built_on": "date", "demolished_on": "date",
     "geom": "shape"},
    """
    SELECT DISTINCT ON (code) code, coalesce(kind, 'building') AS kind, name, address,
        left(house_number, 32) AS house_number, compound_code,
        coalesce(committee_code, (
            SELECT a.code FROM area a WHERE a.subdistrict_code = :sub AND a.kind = 'committee' AND a.valid_to IS NULL
              AND a.geom && stage.geom AND ST_Covers(a.geom, ST_PointOnSurface(stage.geom)) LIMIT 1)) AS committee_code,
        use, floors, height_m, built_on, demolished_on, geom
    FROM stage ORDER BY code, stage_row DESC
    """,
    after=("""
    INSERT INTO compound (subdistrict_code, code, name, kind, committee_code)
    SELECT DISTINCT ON (compound_code) :sub, compound_code, coalesce(compound_name, compound_code), compound_kind,
        committee_code
    FROM stage WHERE compound_code IS NOT NULL ORDER BY compound_code, stage_row
    ON CONFLICT (subdistrict_code, code) DO UPDATE
    SET name = coalesce(excluded.name, compound.name), kind = coalesce(excluded.kind, compound.kind)
    """, """
    -- A building that came after publishing joins the grid its representative point lies in.
    INSERT INTO version_building (subdistrict_code, version_id, building_code, grid_code, committee_code)
    SELECT :sub, v.id, b.code, g.code, coalesce(g.committee_code, b.committee_code)
    FROM boundary_version v
    JOIN building b ON b.subdistrict_code = :sub AND b.code IN (SELECT code FROM merged)
    LEFT JOIN LATERAL (
        SELECT m.code, m.committee_code FROM micro_grid m
        WHERE m.subdistrict_code = :sub AND m.version_id = v.id AND m.geom && b.geom
          AND ST_Covers(m.geom, ST_PointOnSurface(b.geom)) LIMIT 1) g ON true
    WHERE v.subdistrict_code = :sub AND v.status = 'published'
    ON CONFLICT DO NOTHING
    """),
    undo=("""
    DELETE FROM version_building x WHERE x.subdistrict_code = :sub AND x.building_code IN (
        SELECT b.code FROM building b WHERE b.subdistrict_code = :sub AND b.batch_id = :batch)
    """,),
)  # fmt: skip

BARRIERS = Kind(
    "barriers", "barrier", ("id",), ("kind", "name", "width_m", "geom"),
    {"kind": "text", "name": "text", "width_m": "float", "geom": "shape"},
    f"SELECT DISTINCT ON (id) {LINE_ID} AS id, kind, left(name, 200) AS name, width_m, ST_Multi(geom) AS geom FROM stage "
    "WHERE geom IS NOT NULL ORDER BY id, stage_row",
    missing=f"NOT EXISTS (SELECT FROM stage WHERE {LINE_ID} = t.id)", batched=False,
)  # fmt: skip

BACKDROP = Kind(
    "backdrop", "backdrop", ("id",), ("kind", "name", "geom"),
    {"kind": "text", "name": "text", "geom": "shape"},
    f"SELECT DISTINCT ON (id) {LINE_ID} AS id, kind, left(name, 200) AS name, ST_Multi(geom) AS geom FROM stage "
    "WHERE geom IS NOT NULL ORDER BY id, stage_row",
    missing=f"NOT EXISTS (SELECT FROM stage WHERE {LINE_ID} = t.id)", batched=False,
)  # fmt: skip

COMPOUNDS = Kind(
    "compounds", "compound", ("code",), ("name", "kind", "committee_code", "geom"),
    {"code": "text", "name": "text", "kind": "text", "committee_code": "text", "geom": "shape"},
    "SELECT DISTINCT ON (code) code, name, kind, committee_code, ST_Multi(geom) AS geom FROM stage ORDER BY code, stage_row DESC",
    batched=False,
)  # fmt: skip

ORGANISATIONS = Kind(
    "organisations", "organisation", ("code",), ("name", "kind", "building_code", "valid_from", "valid_to"),
    {"code": "text", "name": "text", "kind": "text", "building_code": "text", "valid_from": "date", "valid_to": "date"},
    """SELECT DISTINCT ON (s.code) s.code, s.name, s.kind, b.code AS building_code, s.valid_from, s.valid_to
       FROM stage s LEFT JOIN building b ON b.subdistrict_code = :sub AND b.code = s.building_code
       ORDER BY s.code, s.stage_row DESC""",
    recount="SELECT building_code, NULL::date AS day FROM merged", batched=False,
)  # fmt: skip

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

KEY_SITES = Kind(
    "key-sites", "key_site", ("code",),
    ("name", "kind", "operator_code", "committee_code", "opened_on", "closed_on", "listed_from", "listed_to",
     "visit_interval_days", "same_day", "geom"),
    {"code": "text", "name": "text", "kind": "text", "operator": "text", "building_codes": "text",
     "committee_code": "text", "opened_on": "date", "closed_on": "date", "listed_from": "date", "listed_to": "date",
     "visit_interval_days": "int", "same_day": "bool", "geom": "shape"},
    """
    SELECT DISTINCT ON (s.code) s.code, s.name, s.kind,
        coalesce((SELECT o.code FROM organisation o WHERE o.subdistrict_code = :sub AND o.code = s.operator),
                 (SELECT min(o.code) FROM organisation o WHERE o.subdistrict_code = :sub AND o.name = s.operator)
        ) AS operator_code,
        coalesce(s.committee_code, b.committee_code) AS committee_code, s.opened_on, s.closed_on, s.listed_from,
        s.listed_to, s.visit_interval_days, coalesce(s.same_day, false) AS same_day, coalesce(s.geom, b.geom) AS geom
    FROM stage s
    LEFT JOIN LATERAL (
        SELECT min(b.committee_code) AS committee_code, ST_Union(b.geom) AS geom FROM building b
        WHERE b.subdistrict_code = :sub AND b.code = ANY (string_to_array(s.building_codes, ';'))) b ON true
    ORDER BY s.code, s.stage_row DESC
    """,
    before=("""
    -- An operator is named by its code or by its name; one that nobody knows yet becomes an organisation.
    INSERT INTO organisation (subdistrict_code, code, name, kind)
    SELECT DISTINCT :sub, 'O' || left(md5(s.operator), 12), s.operator, 'operator' FROM stage s
    WHERE s.operator IS NOT NULL AND NOT EXISTS (
        SELECT FROM organisation o WHERE o.subdistrict_code = :sub AND s.operator IN (o.code, o.name))
    """,),
    after=("""
    DELETE FROM key_site_building WHERE subdistrict_code = :sub AND site_code IN (SELECT code FROM merged)
    """, """
    INSERT INTO key_site_building (subdistrict_code, site_code, building_code, valid_from)
    SELECT DISTINCT :sub, s.code, b.code, coalesce(s.opened_on, '1949-10-01')
    FROM stage s CROSS JOIN LATERAL unnest(string_to_array(s.building_codes, ';')) AS part (code)
    JOIN building b ON b.subdistrict_code = :sub AND b.code = trim(part.code)
    WHERE s.code IN (SELECT code FROM merged)
    ON CONFLICT DO NOTHING
    """),
    recount="""SELECT building_code, NULL::date AS day FROM key_site_building
               WHERE subdistrict_code = :sub AND site_code IN (SELECT code FROM merged)""",
    kept={"key_site_building": """SELECT r.* FROM key_site_building r WHERE r.subdistrict_code = :sub
                                  AND r.site_code IN (SELECT code FROM replaced)"""},
    undo=("""
    DELETE FROM key_site_building k USING key_site s WHERE k.subdistrict_code = :sub AND s.subdistrict_code = :sub
      AND k.site_code = s.code AND s.code IN (SELECT code FROM merged)
    """, """
    INSERT INTO key_site_building
    SELECT b.* FROM load_row l CROSS JOIN LATERAL jsonb_populate_record(NULL::key_site_building, l.before) b
    WHERE l.subdistrict_code = :sub AND l.batch_id = :batch AND l.table_name = 'key_site_building'
    """),
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
    LEFT JOIN LATERAL (  -- the building at that time
        SELECT x.building_code FROM dwelling_state x
        WHERE x.subdistrict_code = :sub AND x.dwelling_code = s.dwelling_code AND x.valid_from <= (s.visited_at AT TIME ZONE 'Asia/Shanghai')::date
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

TEAMS = Kind(
    "teams", "grid_team", ("grid_code", "role", "account", "valid_from"), ("valid_to",),
    {"grid_code": "text", "role": "text", "account": "text", "valid_from": "date", "valid_to": "date"},
    """SELECT DISTINCT ON (grid_code, role, account, valid_from) grid_code, role, account,
           coalesce(valid_from, '1949-10-01') AS valid_from, valid_to
       FROM stage ORDER BY grid_code, role, account, valid_from, stage_row DESC""",
)  # fmt: skip

GRIDS = Kind(
    "grids", "authority_grid", ("source", "code"), ("name", "committee_code", "geom"),
    {"code": "text", "name": "text", "committee_code": "text", "geom": "shape"},
    """SELECT DISTINCT ON (code) 'city-operation' AS source, code, name, committee_code, ST_Multi(geom) AS geom
       FROM stage ORDER BY code, stage_row DESC""",
)  # fmt: skip

INPUTS = Kind(
    "inputs", "assessment_input", ("month", "committee_code", "item"), ("value",),
    {"month": "date", "committee_code": "text", "item": "text", "value": "float"},
    """SELECT DISTINCT ON (month, coalesce(committee_code, ''), item) date_trunc('month', month)::date AS month,
           coalesce(committee_code, '') AS committee_code, item, value::numeric(14, 4) AS value
       FROM stage WHERE value IS NOT NULL ORDER BY month, coalesce(committee_code, ''), item, stage_row DESC""",
    batched=False,
)  # fmt: skip

SOURCE_LISTS = Kind(
    "source-lists", "source_list", ("source", "as_of", "row"), ("dwelling_code", "source_dwelling_code", "address"),
    {"source": "text", "dwelling_code": "text", "address": "text", "as_of": "date"},
    """SELECT s.source, coalesce(s.as_of, :as_of) AS as_of,
           row_number() OVER (PARTITION BY s.source, coalesce(s.as_of, :as_of) ORDER BY stage_row)::int AS row,
           d.code AS dwelling_code, s.dwelling_code AS source_dwelling_code, s.address
       FROM stage s LEFT JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = s.dwelling_code""",
)  # fmt: skip

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        AREAS, BUILDINGS, BARRIERS, BACKDROP, COMPOUNDS, ORGANISATIONS, DWELLINGS, ROOMS, KEY_SITES, REGISTRATIONS,
        CHECKS, CHECK_RESULTS, ACTIVITY, TEAMS, GRIDS, INPUTS, SOURCE_LISTS,
    )
}  # fmt: skip
