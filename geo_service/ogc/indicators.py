"""Indicators as collections: only what a release holds, withheld values with their reason, never live figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import h3
import shapely

from geo_service.ogc.collections import CODE, COMMITTEE, NAME
from geo_service.ogc.declaration import Collection, Property, Rows, Source
from geo_service.ogc.statement import Statement
from geo_service.ogc.times import When

#: Counts that a release may publish → titles.
COUNTS = {
    "residents": ("实有人口", "residents"),
    "dwellings": ("房屋", "dwellings"),
    "dwellings_occupied": ("有人居住房屋", "occupied dwellings"),
    "dwellings_vacant": ("空置房屋", "vacant dwellings"),
    "dwellings_rented": ("出租房屋", "rented dwellings"),
    "occupied_without_records": ("有人无登记房屋", "occupied dwellings without records"),
    "records_unlinked": ("未关联登记", "records without a dwelling"),
    "visits": ("走访次数", "visits"),
    "dwellings_checked": ("核查房屋", "dwellings checked"),
    "rental_inspected": ("检查出租房屋", "rented dwellings inspected"),
    "group_renting_found": ("发现群租", "group renting found"),
    "checked": ("核查登记", "records checked"),
    "correct": ("正确", "correct"),
    "to_register": ("应登未登", "to register"),
    "to_deregister": ("应消未消", "to deregister"),
    "wrong_particulars": ("信息有误", "wrong particulars"),
}
#: Rates, each with numerator and denominator, 0 to 1 (the density: per 100 dwellings).
RATES = {
    "checked_share": ("核查覆盖率", "checked share"),
    "record_share": ("登记核查率", "share of records checked"),
    "link_share": ("登记关联率", "share of records linked"),
    "accuracy": ("登记准确率", "register accuracy"),
    "ground_accuracy": ("实地准确率", "accuracy on the ground"),
    "group_renting_rate": ("群租发现率", "group renting found per inspection"),
    "check_density": ("核查密度(每百户)", "checks per 100 dwellings"),
}

#: Withheld values are null; why stands here.
_REASON = ("不公布原因", "why withheld")


def _measured() -> tuple[Property, ...]:
    made = []
    for name, (zh, en) in (COUNTS | RATES).items():
        made.append(Property(name, "number" if name in RATES else "integer", zh, en))
        if name in RATES:
            for part, part_zh in (("numerator", "分子"), ("denominator", "分母")):
                made.append(Property(f"{name}_{part}", "number", f"{zh}：{part_zh}", f"{en}: {part}"))
        made.append(Property(f"{name}_withheld", "string", f"{zh}：{_REASON[0]}", f"{en}: {_REASON[1]}"))
    return tuple(made)


def _pivot() -> str:
    """One column per property from the rows of ``release_value``; every name is ours."""
    parts = []
    for name in COUNTS | RATES:
        shown = f"FILTER (WHERE v.measure = '{name}' AND NOT v.withheld)"
        kind = "" if name in RATES else "::bigint"
        parts.append(f"(max(v.value) {shown}){kind} AS {name}")
        if name in RATES:
            parts += [f"max(v.{part}) {shown} AS {name}_{part}" for part in ("numerator", "denominator")]
        parts.append(
            f"max(coalesce(v.reason, 'withheld')) FILTER (WHERE v.measure = '{name}' AND v.withheld) AS {name}_withheld"
        )
    return ", ".join(parts)


PIVOT = _pivot()


def _released(statement: Statement, subdistrict: str, when: When, layer: str) -> str:
    """The latest revision of each month asked for (the latest month when none is), one row per area."""
    sub = statement.bind(subdistrict, "text")
    if when.asked:
        first = statement.bind(_month(when.start) or dt.date(1, 1, 1), "date")
        last = statement.bind(when.last, "date")
        months = f"month BETWEEN {first} AND {last}"
    else:
        months = f"month = (SELECT max(month) FROM release WHERE subdistrict_code = {sub} AND audience = 'partner')"
    return (
        "(WITH r AS (SELECT DISTINCT ON (month) id, month, version_id, computed_at FROM release "
        f"WHERE subdistrict_code = {sub} AND audience = 'partner' AND {months} ORDER BY month, revision DESC) "
        "SELECT to_char(r.month, 'YYYY-MM') || '.' || v.area_code AS feature_id, v.area_code AS code, "
        f"to_char(r.month, 'YYYY-MM') AS month, r.month AS day, r.id AS release_id, r.version_id, r.computed_at, {PIVOT} "
        f"FROM r JOIN release_value v ON v.subdistrict_code = {sub} AND v.release_id = r.id "
        f"AND v.layer = '{layer}' GROUP BY r.id, r.month, r.version_id, r.computed_at, v.area_code) i"
    )


def _of_micro_grids(statement: Statement, subdistrict: str, when: When) -> Source:
    rows = _released(statement, subdistrict, when, "micro-grid")
    return Source(
        f"(SELECT i.*, g.name, g.committee_code, g.geom, g.geom_3857, g.fid FROM {rows} LEFT JOIN micro_grid g "
        f"ON g.subdistrict_code = {statement.bind(subdistrict, 'text')} AND g.version_id = i.version_id "
        "AND g.code = i.code) t",
        (),
    )


def _of_committees(statement: Statement, subdistrict: str, when: When) -> Source:
    rows = _released(statement, subdistrict, when, "committee")
    return Source(
        f"(SELECT i.*, a.name, a.geom, a.geom_3857, a.fid FROM {rows} LEFT JOIN area a ON a.kind = 'committee' "
        f"AND a.subdistrict_code = {statement.bind(subdistrict, 'text')} AND a.code = i.code "
        "AND a.valid_from < i.day + interval '1 month' "
        "AND (a.valid_to IS NULL OR a.valid_to >= i.day + interval '1 month')) t",
        (),
    )


def _of_cells(cells: dict[str, bytes]) -> Rows:
    """Rows of H3 cells; PostGIS knows no H3, so the outlines (code → WKB) come along."""

    def source(statement: Statement, subdistrict: str, when: When) -> Source:
        rows = _released(statement, subdistrict, when, "cell")
        codes, shapes = (
            statement.bind(list(cells), "text[]"),
            statement.bind(list(cells.values()), "bytea[]"),
        )
        return Source(
            f"(SELECT i.*, ST_GeomFromWKB(h.shape, 4326) AS geom FROM {rows} LEFT JOIN unnest({codes}, {shapes}) "
            "AS h(code, shape) ON h.code = i.code) t",
            (),
        )

    return source


#: What every row of a release says about itself.
_RELEASED = (
    Property("month", "string", "月份", "month"),
    Property("release_id", "integer", "发布号", "release number"),
    Property("version_id", "integer", "划格版本", "boundary version"),
    Property("computed_at", "timestamp", "计算时间", "computed at", in_tiles=False),
)
_ABOUT = (
    "取自月度发布，小数值按发布规则隐去并注明原因；datetime 取月份，缺省为最近一次发布。",
    "From monthly releases; small counts are withheld with a reason. datetime picks months, by default the latest release.",
)


def _collection(
    id_: str, zh: str, en: str, own: tuple[Property, ...],
    source: Rows, *, fid: str | None, geometry_3857: str, kind: str,
) -> Collection:  # fmt: skip
    return Collection(
        id_, zh, en, *_ABOUT, (CODE, *own, *_RELEASED, *_measured()), source,
        ("releases", "micro-grids", "areas"), key="t.feature_id", fid=fid, geometry_3857=geometry_3857,
        geometry_type=kind, temporal=True,
    )  # fmt: skip


INDICATORS = (
    _collection(
        "micro-grid-indicators", "微网格指标", "Indicators of micro-grids", (NAME, COMMITTEE), _of_micro_grids,
        fid="t.fid", geometry_3857="t.geom_3857", kind="MultiPolygon",
    ),
    _collection(
        "committee-indicators", "居委会指标", "Indicators of committees", (NAME,), _of_committees,
        fid="t.fid", geometry_3857="t.geom_3857", kind="MultiPolygon",
    ),
)  # fmt: skip


def cell_indicators(codes: Iterable[str]) -> Collection:
    """The collection of the H3 cells with these codes; one that is no cell stays without a shape."""
    cells = {code: _outline(code) for code in sorted(codes) if h3.is_valid_cell(code)}
    return _collection(
        "cell-indicators", "H3 单元指标", "Indicators of H3 cells", (), _of_cells(cells), fid=None,
        geometry_3857="ST_Transform(t.geom, 3857)", kind="Polygon",
    )  # fmt: skip


def _month(day: dt.date | None) -> dt.date | None:
    return day.replace(day=1) if day else None


def _outline(cell: str) -> bytes:
    """Well-known binary of a cell, EPSG:4326, lon before lat."""
    return bytes(shapely.to_wkb(shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])))
