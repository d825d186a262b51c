"""The town itself: areas, buildings, key sites and what lies beneath, as the console asks for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

#: Layers small enough to send whole. Each query yields code, props (jsonb) and geom; ``:day`` picks validity.
LAYERS = {
    "committees": """
        SELECT code, jsonb_build_object('code', code, 'name', name, 'name_en', name_en, 'zone', zone_code,
            'station', station_code, 'block', block_code) AS props, geom FROM area
        WHERE subdistrict_code = :sub AND kind = 'committee' AND valid_from <= :day
          AND (valid_to IS NULL OR valid_to > :day)""",
    "subdistrict": """
        SELECT code, jsonb_build_object('code', code, 'name', name, 'name_en', name_en) AS props, geom FROM area
        WHERE subdistrict_code = :sub AND kind = 'subdistrict' AND valid_from <= :day
          AND (valid_to IS NULL OR valid_to > :day)""",
    "micro-grids": """
        SELECT code, jsonb_build_object('code', code, 'name', name, 'committee_code', committee_code, 'fid', fid) AS props,
            geom FROM micro_grid WHERE subdistrict_code = :sub AND version_id = :version""",
    "buildings": """
        SELECT code, jsonb_build_object('code', code, 'kind', kind, 'committee_code', committee_code, 'fid', fid) AS props,
            geom FROM building WHERE subdistrict_code = :sub AND geom IS NOT NULL""",
    "key-sites": """
        SELECT code, jsonb_build_object('code', code, 'name', name, 'kind', kind, 'committee_code', committee_code,
            'listed', listed_from IS NOT NULL AND (listed_to IS NULL OR listed_to > :day)) AS props, geom
        FROM key_site WHERE subdistrict_code = :sub AND geom IS NOT NULL AND (closed_on IS NULL OR closed_on > :day)""",
    "barriers": """
        SELECT id::text AS code, jsonb_build_object('kind', kind, 'name', name) AS props, geom FROM barrier
        WHERE subdistrict_code = :sub""",
    "backdrop": """
        SELECT id::text AS code, jsonb_build_object('kind', kind, 'name', name) AS props, geom FROM backdrop
        WHERE subdistrict_code = :sub""",
}


def layer_geojson(
    session: Session, layer: str, subdistrict: str, day: dt.date, version_id: int | None
) -> str:
    """A whole layer as GeoJSON text, made by the database; lon, lat with 7 decimals (1 cm)."""
    query = f"""
        SELECT coalesce('{{"type":"FeatureCollection","features":[' || string_agg(
            '{{"type":"Feature","id":' || to_json(code)::text || ',"geometry":' || coalesce(ST_AsGeoJSON(geom, 7), 'null')
            || ',"properties":' || props::text || '}}', ',' ORDER BY code) || ']}}',
            '{{"type":"FeatureCollection","features":[]}}')
        FROM ({LAYERS[layer]}) f"""
    bound = {"sub": subdistrict, "day": day, "version": version_id}
    return str(session.execute(text(query), bound).scalar_one())


def subdistrict_of(session: Session, code: str) -> dict[str, Any] | None:
    """Name, metric CRS and bounding box [west, south, east, north] of a subdistrict."""
    row = session.execute(
        text("""
        SELECT s.code, s.name, s.name_en, s.district_name, s.metric_srid AS srid, s.rules,
            (SELECT ST_Extent(geom)::box2d FROM (
                SELECT geom FROM area WHERE subdistrict_code = :sub
                UNION ALL SELECT geom FROM building WHERE subdistrict_code = :sub
                  AND NOT EXISTS (SELECT FROM area WHERE subdistrict_code = :sub AND geom IS NOT NULL)) g) AS box
        FROM subdistrict s WHERE s.code = :sub"""),
        {"sub": code},
    ).mappings().first()  # fmt: skip
    if row is None:
        return None
    box = row["box"]
    bbox = (
        [float(v) for v in box.removeprefix("BOX(").removesuffix(")").replace(",", " ").split()]
        if box
        else None
    )
    return {
        **{k: row[k] for k in ("code", "name", "name_en", "district_name", "srid", "rules")},
        "bbox": bbox,
    }


def committees(session: Session, subdistrict: str, day: dt.date) -> list[dict[str, Any]]:
    """Committees valid on a day with zone, station and bounding box."""
    rows = session.execute(
        text("""
        SELECT code, name, name_en, zone_code AS zone, station_code AS station, block_code AS block,
            CASE WHEN geom IS NULL THEN NULL ELSE ARRAY[ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)] END AS bbox
        FROM area WHERE subdistrict_code = :sub AND kind = 'committee' AND valid_from <= :day
          AND (valid_to IS NULL OR valid_to > :day) ORDER BY code"""),
        {"sub": subdistrict, "day": day},
    )  # fmt: skip
    return [dict(r) for r in rows.mappings()]


def areas_of_kind(session: Session, subdistrict: str, kind: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """Code → name, name_en, committee (for grids elsewhere) of the areas of one kind on a day."""
    rows = session.execute(
        text("SELECT code, name, name_en FROM area WHERE subdistrict_code = :sub AND kind = :kind "
             "AND valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)"),
        {"sub": subdistrict, "kind": kind, "day": day},
    )  # fmt: skip
    return {r["code"]: dict(r) for r in rows.mappings()}


def search(
    session: Session, subdistrict: str, version_id: int | None, words: str, limit: int = 20
) -> list[dict[str, Any]]:
    """Places whose code, name or address holds the words: committees, grids, sites, buildings. Never people."""
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = session.execute(
        text("""
        SELECT kind, code, label, ST_X(point) AS lon, ST_Y(point) AS lat FROM (
            SELECT 1 AS rank, 'committee' AS kind, code, name AS label, ST_PointOnSurface(geom) AS point FROM area
            WHERE subdistrict_code = :sub AND kind = 'committee' AND valid_to IS NULL AND (code LIKE :p OR name ILIKE :p)
            UNION ALL
            SELECT 2, 'micro-grid', code, name, ST_PointOnSurface(geom) FROM micro_grid
            WHERE subdistrict_code = :sub AND version_id = :version AND (code LIKE :p OR name ILIKE :p)
            UNION ALL
            SELECT 3, 'key-site', code, name, ST_PointOnSurface(geom) FROM key_site
            WHERE subdistrict_code = :sub AND (code LIKE :p OR name ILIKE :p)
            UNION ALL
            SELECT 4, 'building', code, coalesce(address, name, code), ST_PointOnSurface(geom) FROM building
            WHERE subdistrict_code = :sub AND geom IS NOT NULL AND (code LIKE :p OR address ILIKE :p OR name ILIKE :p)
        ) found ORDER BY rank, label LIMIT :limit"""),
        {"sub": subdistrict, "p": pattern, "version": version_id, "limit": limit},
    )  # fmt: skip
    return [
        {"kind": r.kind, "code": r.code, "label": r.label, "point": None if r.lon is None else [r.lon, r.lat]}
        for r in rows
    ]


def building_facts(session: Session, subdistrict: str, code: str) -> dict[str, Any] | None:
    """What is known of a building: address, use, dwellings by use and status, its sites and last visit."""
    row = session.execute(
        text("""
        SELECT b.code, b.kind, b.name, b.address, b.use, b.floors, b.height_m, b.built_on, b.demolished_on,
            b.committee_code, b.compound_code, c.name AS compound_name,
            (SELECT jsonb_object_agg(use, n) FROM (SELECT use, count(*) AS n FROM dwelling d WHERE d.subdistrict_code = :sub
                AND d.building_code = :code AND d.status <> 'retired' GROUP BY use) u) AS dwellings_by_use,
            (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM dwelling d
                WHERE d.subdistrict_code = :sub AND d.building_code = :code GROUP BY status) u) AS dwellings_by_status,
            (SELECT count(*) FROM registration r WHERE r.subdistrict_code = :sub AND r.building_code = :code
                AND r.until IS NULL) AS registrations,
            (SELECT max(visited_at) FROM check_visit v WHERE v.subdistrict_code = :sub AND v.building_code = :code) AS last_visit,
            (SELECT jsonb_agg(jsonb_build_object('code', k.code, 'name', k.name, 'kind', k.kind)) FROM key_site k
                JOIN key_site_building kb ON kb.subdistrict_code = :sub AND kb.site_code = k.code
                WHERE k.subdistrict_code = :sub AND kb.building_code = :code) AS key_sites
        FROM building b LEFT JOIN compound c ON c.subdistrict_code = :sub AND c.code = b.compound_code
        WHERE b.subdistrict_code = :sub AND b.code = :code"""),
        {"sub": subdistrict, "code": code},
    ).mappings().first()  # fmt: skip
    return dict(row) if row else None


def key_site_facts(session: Session, subdistrict: str, code: str) -> dict[str, Any] | None:
    """A key site with its buildings, listing and last visit to any of them."""
    row = session.execute(
        text("""
        SELECT k.code, k.name, k.kind, k.operator_code, k.committee_code, k.opened_on, k.closed_on, k.listed_from,
            k.listed_to, k.visit_interval_days, k.same_day,
            (SELECT array_agg(building_code) FROM key_site_building b WHERE b.subdistrict_code = :sub
                AND b.site_code = :code) AS buildings,
            (SELECT max(v.visited_at) FROM check_visit v JOIN key_site_building b ON b.subdistrict_code = :sub
                AND b.site_code = :code AND b.building_code = v.building_code WHERE v.subdistrict_code = :sub) AS last_visit
        FROM key_site k WHERE k.subdistrict_code = :sub AND k.code = :code"""),
        {"sub": subdistrict, "code": code},
    ).mappings().first()  # fmt: skip
    return dict(row) if row else None
