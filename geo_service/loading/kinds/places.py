"""Areas, buildings and what the map draws under them."""

from __future__ import annotations

from geo_service.loading.kinds.kind import Kind

#: A line or a backdrop has no code of its own: what it is and where it lies is its identity.
LINE_ID = "abs(hashtextextended(kind || '|' || coalesce(name, '') || '|' || ST_AsEWKB(geom)::text, 0))"

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

GRIDS = Kind(
    "grids", "authority_grid", ("source", "code"), ("name", "committee_code", "geom"),
    {"code": "text", "name": "text", "committee_code": "text", "geom": "shape"},
    """SELECT DISTINCT ON (code) 'city-operation' AS source, code, name, committee_code, ST_Multi(geom) AS geom
       FROM stage ORDER BY code, stage_row DESC""",
)  # fmt: skip
