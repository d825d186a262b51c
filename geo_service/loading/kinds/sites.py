"""Organisations and the key sites that they run."""

from __future__ import annotations

from geo_service.loading.kinds.kind import Kind

ORGANISATIONS = Kind(
    "organisations", "organisation", ("code",), ("name", "kind", "building_code", "valid_from", "valid_to"),
    {"code": "text", "name": "text", "kind": "text", "building_code": "text", "valid_from": "date", "valid_to": "date"},
    """SELECT DISTINCT ON (s.code) s.code, s.name, s.kind, b.code AS building_code, s.valid_from, s.valid_to
       FROM stage s LEFT JOIN building b ON b.subdistrict_code = :sub AND b.code = s.building_code
       ORDER BY s.code, s.stage_row DESC""",
    recount="SELECT building_code, NULL::date AS day FROM merged", batched=False,
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
