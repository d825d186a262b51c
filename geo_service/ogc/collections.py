"""The built-in collections of places. Only what is declared here can leave."""

from __future__ import annotations

from geo_service.ogc.declaration import Codes, Collection, Property, Rows, Source
from geo_service.ogc.statement import Statement
from geo_service.ogc.times import When

BUILDING_KINDS: Codes = {
    "building": ("楼栋", "building"),
    "site": ("部位(无占地图形)", "site without a footprint"),
    "unlocated": ("未定位", "unlocated"),
}
KEY_SITE_KINDS: Codes = {
    "long_term_rental": ("长租公寓", "long-term rental apartment"),
    "temporary_dormitory": ("临时宿舍", "temporary dormitory"),
    "staff_dormitory": ("员工宿舍", "staff dormitory"),
    "site_shed": ("工地工棚", "shed of a building site"),
    "partitioned_rental": ("分隔式租赁房屋", "partitioned rental"),
    "vacant": ("空置房屋", "vacant dwelling"),
    "concentrated_rental": ("集中出租房屋", "concentrated rental"),
    "commercial_plaza": ("商业广场", "commercial plaza"),
    "use_changed": ("改变用途", "changed use"),
}

CODE = Property("code", "string", "代码", "code")
NAME = Property("name", "string", "名称", "name")
COMMITTEE = Property("committee_code", "string", "居委会代码", "committee code")
VALID = (
    Property("valid_from", "date", "生效日", "in force from", in_tiles=False),
    Property("valid_to", "date", "失效日(不含)", "until, exclusive", in_tiles=False),
)


def in_force(statement: Statement, when: When, start: str, end: str) -> str:
    """SQL: the row's dates meet the time asked for (``end`` is exclusive; null is open)."""
    if not when.interval:
        day = statement.bind(when.day, "date")
        return f"({start} IS NULL OR {start} <= {day}) AND ({end} IS NULL OR {end} > {day})"
    first, last = statement.bind(when.first, "date"), statement.bind(when.last, "date")
    return f"({start} IS NULL OR {start} <= {last}) AND ({end} IS NULL OR {end} > {first})"


def _areas(kind: str) -> Rows:
    def source(statement: Statement, subdistrict: str, when: When) -> Source:
        own = f"a.subdistrict_code = {statement.bind(subdistrict, 'text')} AND a.kind = '{kind}'"
        dated = in_force(statement, when, "a.valid_from", "a.valid_to")
        one = "DISTINCT ON (a.code)" if when.interval else ""
        order = "ORDER BY a.code, a.valid_from DESC" if when.interval else ""
        return Source(f"(SELECT {one} a.* FROM area a WHERE {own} AND {dated} {order}) t", ())

    return source


def _micro_grids(statement: Statement, subdistrict: str, when: When) -> Source:
    """Grids of the version in force; over an interval, each code as it last was. Drafts never leave."""
    sub = statement.bind(subdistrict, "text")
    dated = in_force(statement, when, "v.valid_from", "v.valid_to")
    one = "DISTINCT ON (g.code)" if when.interval else ""
    order = "ORDER BY g.code, v.valid_from DESC" if when.interval else ""
    return Source(
        f"(SELECT {one} g.*, v.valid_from, v.valid_to, v.scheme FROM boundary_version v JOIN micro_grid g "
        f"ON g.subdistrict_code = v.subdistrict_code AND g.version_id = v.id "
        f"WHERE v.subdistrict_code = {sub} AND g.subdistrict_code = {sub} AND v.status = 'published' AND {dated} {order}) t",
        (),
    )


def _buildings(statement: Statement, subdistrict: str, when: When) -> Source:
    own = f"t.subdistrict_code = {statement.bind(subdistrict, 'text')}"
    return Source("building t", (own, in_force(statement, when, "t.built_on", "t.demolished_on")))


def _key_sites(statement: Statement, subdistrict: str, when: When) -> Source:
    own = f"t.subdistrict_code = {statement.bind(subdistrict, 'text')}"
    return Source("key_site t", (own, in_force(statement, when, "t.opened_on", "t.closed_on")))


PLACES = (
    Collection(
        "subdistricts", "街道(镇)", "Subdistricts", "街道(镇)的范围。", "The extent of the subdistrict or town.",
        (CODE, NAME, Property("name_en", "string", "英文名称", "English name"), *VALID),
        _areas("subdistrict"), ("areas",), geometry_3857="t.geom_3857", temporal=True,
    ),
    Collection(
        "committees", "居委会", "Residents' committees", "居委会(居民区)的边界，按收到的原样。",
        "Areas of residents' committees as received.",
        (
            CODE, NAME, Property("name_en", "string", "英文名称", "English name"),
            Property("zone_code", "string", "片区代码", "zone code"),
            Property("block_code", "string", "区块代码", "block code"),
            Property("station_code", "string", "派出所代码", "police-station code"),
            *VALID,
        ),
        _areas("committee"), ("areas",), geometry_3857="t.geom_3857", temporal=True,
    ),
    Collection(
        "micro-grids", "微网格", "Micro-grids", "已发布的微网格；datetime 取某日有效的划格版本。",
        "Published micro-grids; datetime picks the boundary version in force on a day.",
        (
            CODE, NAME, COMMITTEE,
            Property("area_m2", "number", "面积(平方米)", "area in m²"),
            Property("version_id", "integer", "划格版本", "boundary version"),
            Property("scheme", "string", "编码方案", "code scheme", in_tiles=False),
            *VALID,
        ),
        _micro_grids, ("micro-grids", "boundary-versions"), geometry_3857="t.geom_3857", temporal=True,
    ),
    Collection(
        "buildings", "楼栋", "Buildings", "楼栋占地图形与地址，不含任何人口计数。",
        "Footprints and addresses of buildings, without any count of people.",
        (
            CODE,
            Property("kind", "string", "类型", "kind", codes=BUILDING_KINDS),
            NAME,
            Property("address", "string", "地址", "address of the place", in_tiles=False),
            Property("house_number", "string", "门牌号", "house number", in_tiles=False),
            Property("compound_code", "string", "小区代码", "compound code"),
            COMMITTEE,
            Property("use", "string", "用途", "use"),
            Property("floors", "integer", "层数", "floors"),
            Property("height_m", "number", "高度(米)", "height in metres", in_tiles=False),
            Property("built_on", "date", "建成日", "built on", in_tiles=False),
            Property("demolished_on", "date", "拆除日", "demolished on", in_tiles=False),
        ),
        _buildings, ("buildings",), geometry_3857="t.geom_3857", geometry_type="Geometry", temporal=True,
        counted_below_zoom=14,
    ),
    Collection(
        "key-sites", "重点部位", "Key sites", "出租房等重点部位。", "Key rental sites.",
        (
            CODE, NAME,
            Property("kind", "string", "类型", "kind", codes=KEY_SITE_KINDS),
            COMMITTEE,
            Property("opened_on", "date", "启用日", "opened on", in_tiles=False),
            Property("closed_on", "date", "关闭日", "closed on", in_tiles=False),
            Property("listed_from", "date", "挂牌起", "listed from"),
            Property("listed_to", "date", "挂牌止", "listed to"),
            Property("visit_interval_days", "integer", "走访间隔(天)", "visit interval in days"),
            Property("same_day", "boolean", "当日办结部位", "same-day place"),
        ),
        _key_sites, ("key-sites",), geometry_3857="t.geom_3857", geometry_type="Geometry", temporal=True,
    ),
)  # fmt: skip
