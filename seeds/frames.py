"""What a checked frame of each KIND holds: its columns, their types, the headers that mean them, in both languages.

Readers turn files into these frames; the demo town makes the same ones; the service loads them. A column that is
not listed here is never read. Geometry is EPSG:4326, dates are days, codes are text (a code is not a number: it keeps
its leading zeros).
"""

from __future__ import annotations

from seeds import vocabularies as words
from seeds.columns import Column, FrameSpec, Shape
from seeds.vocabularies import Vocabulary

__all__ = ["KINDS", "SPECS", "Column", "FrameSpec", "Shape"]


def _code(name: str, zh: str, en: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, "code", zh, en, aliases, required, strict=True)


def _day(name: str, zh: str, en: str, *aliases: str, required: bool = False, past: bool = False) -> Column:
    return Column(name, "date", zh, en, aliases, required, past=past)


def _count(name: str, zh: str, en: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, "integer", zh, en, aliases, required)


def _end(name: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(name, "date", zh, en, aliases, strict=True)


def _tally(name: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(name, "integer", zh, en, aliases, strict=True)


def _word(
    name: str, vocabulary: Vocabulary, zh: str, en: str, *aliases: str, required: bool = False
) -> Column:
    return Column(name, "word", zh, en, aliases, required, vocabulary)


_COMMITTEE = ("居委代码", "居委会代码", "居委编码", "居村委代码", "committee", "jwh_code")
_BUILDING = ("楼栋代码", "楼栋编码", "幢编码", "building", "building_id", "楼号编码")
_DWELLING = ("房屋代码", "房屋编号", "地址编码", "dwelling", "dwelling_id", "户编码")
_DWELLING_ZH, _DWELLING_EN = "房屋编码", "code of the dwelling"

AREAS = FrameSpec(
    "areas",
    "区域",
    "areas: subdistricts, zones, blocks, police-station areas, committees",
    (
        _word("kind", words.AREA_KIND, "类型", "which division it belongs to", "类别", "区域类型", required=True),
        _code("code", "代码", "code of the area", "编码", "区划代码", "nbs_code", "区划编码", "geoid", *_COMMITTEE,
              required=True),
        Column("name", "text", "名称", "name", ("区域名称", "居委会名称", "居委名称", "街道名称"), required=True),
        Column("name_en", "text", "英文名称", "English name", ("name:en",)),
        _code("parent_code", "上级代码", "code of the area above", "街道代码", "street_code", "上级编码", "tract", "area_code", "区代码"),
        _code("zone_code", "片区代码", "code of its zone", "片区编码"),
        _code("block_code", "区块代码", "code of its block", "区块编码"),
        _code("station_code", "派出所代码", "code of its police-station area", "派出所编码"),
        _day("valid_from", "生效日期", "first day in force", "启用日期"),
        _end("valid_to", "失效日期", "first day no longer in force", "停用日期"),
    ),
    ("kind", "code", "valid_from"),
    ("polygon",),
    orders=(("valid_from", "valid_to"),),
)  # fmt: skip
BUILDINGS = FrameSpec(
    "buildings",
    "楼栋",
    "buildings",
    (
        _code("code", "楼栋编码", "code of the building", "编码", "代码", "id", "fid", "osm_id", "编号", *_BUILDING,
              required=True),
        _word("kind", words.BUILDING_KIND, "类型", "with a footprint, a place without one, or not located", "类别"),
        Column("name", "text", "名称", "name of the building", ("楼名", "楼栋名称", "建筑名称")),
        Column("address", "text", "地址", "address", ("门牌地址", "标准地址", "坐落")),
        Column("house_number", "text", "门牌号", "house number", ("门牌", "弄号", "addr:housenumber")),
        _code("compound_code", "小区编码", "code of the compound or lane", "小区代码"),
        Column("compound_name", "text", "小区名称", "name of the compound or lane", ("小区", "住宅小区", "弄")),
        _word("compound_kind", words.COMPOUND_KIND, "小区类型", "kind of compound"),
        _code("committee_code", "居委编码", "code of its committee", *_COMMITTEE),
        _word("use", words.BUILDING_USE, "用途", "use", "房屋用途", "建筑用途", "building:use"),
        Column("floors", "integer", "层数", "storeys", ("楼层", "总层数", "floor", "levels", "building:levels"), most=200),
        Column("height_m", "number", "高度", "height in metres", ("height", "楼高", "建筑高度")),
        _day("built_on", "建成日期", "day built", "竣工日期", "建成年份", past=True),
        _end("demolished_on", "拆除日期", "day demolished"),
    ),
    ("code",),
    ("polygon", "point"),
    orders=(("built_on", "demolished_on"),),
)  # fmt: skip
BARRIERS = FrameSpec(
    "barriers",
    "阻隔线",
    "barriers: rivers, railways, roads, walls",
    (
        _word("kind", words.BARRIER_KIND, "类型", "kind of barrier", "类别", "highway", "waterway", "等级",
              required=True),
        Column("name", "text", "名称", "name", ("路名", "河名", "道路名称")),
        Column("width_m", "number", "宽度", "width in metres", ("width", "路宽")),
    ),
    (),
    ("line",),
    shape_required=True,
)  # fmt: skip
DWELLINGS = FrameSpec(
    "dwellings",
    "房屋",
    "dwellings",
    (
        _code("code", _DWELLING_ZH, _DWELLING_EN, "编码", "代码", "id", *_DWELLING, required=True),
        _code("building_code", "楼栋编码", "code of its building", *_BUILDING, required=True),
        Column("address", "text", "地址", "address", ("房屋地址", "标准地址", "坐落")),
        Column("room_number", "text", "室号", "room number", ("房号", "室")),
        Column(
            "floor_area_m2", "number", "建筑面积", "floor area in square metres", ("面积", "房屋面积", "area")
        ),
        _word("use", words.DWELLING_USE, "用途", "use", "房屋用途", "使用情况", "居住方式", required=True),
        _word("status", words.DWELLING_STATUS, "状态", "status", "房屋状态", required=True),
        _day("created_on", "建档日期", "day entered", "登记日期", past=True),
        _end("retired_on", "注销日期", "day retired", "停用日期"),
        _code(
            "rental_filing", "租赁备案号", "number of the letting's filing", "租赁备案", "备案号", "备案编号"
        ),
    ),
    ("code",),
    orders=(("created_on", "retired_on"),),
)
ROOMS = FrameSpec(
    "rooms",
    "房间",
    "rooms",
    (
        _code("code", "房间编码", "code of the room", "编码", "代码", "id", "房间编号", required=True),
        _code("dwelling_code", _DWELLING_ZH, _DWELLING_EN, *_DWELLING, required=True),
        Column(
            "area_m2", "number", "使用面积", "usable area in square metres", ("面积", "area"), required=True
        ),
        _word("purpose", words.ROOM_PURPOSE, "用途", "purpose", "房间用途", required=True),
        Column("partitioned", "boolean", "是否分隔", "partitioned", ("分隔", "隔断"), required=True),
    ),
    ("code",),
)
KEY_SITES = FrameSpec(
    "key-sites",
    "重点场所",
    "key rental sites",
    (
        _code("code", "场所编码", "code of the site", "编码", "代码", "id", "场所编号", required=True),
        Column("name", "text", "名称", "name", ("场所名称",), required=True),
        _word("kind", words.KEY_SITE_KIND, "类型", "kind of site", "类别", "场所类型", required=True),
        Column("operator", "text", "经营单位", "organisation that runs it", ("运营单位", "单位名称", "operator")),
        Column("building_codes", "codes", "楼栋编码", "its buildings, joined by ;", ("building_code", *_BUILDING),
               required=True),
        _day("opened_on", "开业日期", "day opened", "启用日期"),
        _end("closed_on", "关闭日期", "day closed", "停用日期"),
        _day("listed_from", "挂牌日期", "first day listed", "挂牌开始"),
        _end("listed_to", "摘牌日期", "last day listed", "挂牌结束"),
        _count("visit_interval_days", "走访周期", "days between visits", "走访周期天数", "检查周期"),
        Column("same_day", "boolean", "当日办结", "four steps on one day", ("当天", "同日办结")),
    ),
    ("code",),
    ("polygon", "point"),
    orders=(("opened_on", "closed_on"), ("listed_from", "listed_to")),
)  # fmt: skip
REGISTRATIONS = FrameSpec(
    "registrations",
    "居住登记",
    "registrations of residence: a hash, a dwelling and two dates",
    (
        Column("record_number", "record", "登记编号", "number of the source's record; hashed while reading",
               ("登记号", "记录编号", "居住登记编号", "record"), required=True),
        _code("dwelling_code", _DWELLING_ZH, _DWELLING_EN, "source_dwelling_code", *_DWELLING, required=True),
        _day("since", "登记日期", "first day", "居住起始日期", "起始日期", "入住日期", required=True, past=True),
        _end("until", "注销日期", "last day, empty while in force", "居住截止日期", "截止日期"),
        Column("person_key", "person", "查重键", "counted for duplicates in memory, then dropped"),
    ),
    ("record_number",),
    orders=(("since", "until"),),
)  # fmt: skip
CHECKS = FrameSpec(
    "checks",
    "核查",
    "check visits",
    (
        Column("visit_id", "uuid", "核查编号", "id made by the client", ("id", "visit", "uuid"), required=True),
        _code("dwelling_code", _DWELLING_ZH, _DWELLING_EN, *_DWELLING, required=True),
        Column("visited_at", "moment", "核查时间", "time of the visit", ("时间", "核查日期", "time"), required=True,
               past=True),
        _word("frame", words.CHECK_FRAME, "核查方式", "what the visit started from", "方式", required=True),
        Column("campaign", "text", "专项名称", "campaign", ("专项", "行动名称")),
        _code("team", "核查组", "team", "组别", "队伍"),
        _code("account", "账号", "account that entered it", "核查账号", "录入账号"),
        _word("outcome", words.CHECK_OUTCOME, "核查结果", "outcome", "结果", required=True),
        _tally("checked", "核查人数", "persons checked", "总核查人数", "小计", "核查数"),
        _tally("correct", "正确人数", "found correct", "正确", "其中:正确人数"),
        _tally("to_register", "应登未登人数", "to register", "应登未登", "其中:应登未登人数"),
        _tally("to_deregister", "应消未消人数", "to deregister", "应消未消", "应销未销", "其中:应消未消人数"),
        _tally("wrong_particulars", "信息有误人数", "with wrong particulars", "信息有误", "项目差错"),
        Column("rental_inspected", "boolean", "查看出租", "letting inspected", ("是否查看出租", "出租检查"), strict=True),
        Column("group_renting_found", "boolean", "发现群租", "group renting found", ("是否群租", "群租"), strict=True),
        Column("lon", "number", "经度", "longitude of the visit", ("longitude", "lng", "x"), signed=True),
        Column("lat", "number", "纬度", "latitude of the visit", ("latitude", "y"), signed=True),
        Column("results", "records", "逐条结果", "number:outcome;… per record looked at", ("record_results",)),
    ),
    ("visit_id",),
)  # fmt: skip
ACTIVITY = FrameSpec(
    "activity",
    "采集操作",
    "work in the register, counted",
    (
        _code("account", "账号", "account", "采集账号", "用户名", required=True),
        Column("role", "text", "角色", "role", ("岗位",), required=True),
        _code("building_code", "楼栋编码", "code of the building", *_BUILDING),
        _day("day", "日期", "day", "操作日期", required=True, past=True),
        _word("kind", words.ACTIVITY_KIND, "操作类型", "kind of work", "类型", required=True),
        _count("n", "数量", "how many", "次数", "条数", "count", required=True),
    ),
    ("account", "role", "building_code", "day", "kind"),
)
TEAMS = FrameSpec(
    "teams",
    "网格队伍",
    "teams of the micro-grids",
    (
        _code(
            "grid_code", "微网格编码", "code of the micro-grid", "网格编码", "网格代码", "grid", required=True
        ),
        _word("role", words.TEAM_ROLE, "角色", "role", "岗位", required=True),
        _code("account", "账号", "account", "用户名", required=True),
        _day("valid_from", "开始日期", "first day", "上岗日期", required=True),
        _end("valid_to", "结束日期", "first day no longer in the team", "离岗日期"),
    ),
    ("grid_code", "role", "account", "valid_from"),
    orders=(("valid_from", "valid_to"),),
)
GRIDS = FrameSpec(
    "grids",
    "微网格",
    "micro-grids as drawn elsewhere",
    (
        _code("code", "微网格编码", "code of the micro-grid", "编码", "代码", "网格编码", "grid_code", "id",
              required=True),
        Column("name", "text", "名称", "name", ("网格名称", "微网格名称")),
        _code("committee_code", "居委编码", "code of its committee", *_COMMITTEE),
    ),
    ("code",),
    ("polygon",),
    shape_required=True,
)  # fmt: skip
INPUTS = FrameSpec(
    "inputs",
    "考核填报",
    "typed-in inputs of the assessment, totals per committee",
    (
        Column("month", "month", "月份", "month", ("考核月份", "年月"), required=True),
        _code("committee_code", "居委编码", "code of the committee", *_COMMITTEE, required=True),
        _code("item", "项目", "item of the rule set", "考核项目", "指标", required=True),
        Column("value", "number", "数值", "value", ("值", "数量"), required=True, signed=True),
    ),
    ("month", "committee_code", "item"),
)
SOURCE_LISTS = FrameSpec(
    "source-lists",
    "来源名单",
    "dwellings named by other departments",
    (
        _word("source", words.SOURCE_LIST, "来源", "who named it", "来源单位", required=True),
        _code("dwelling_code", _DWELLING_ZH, _DWELLING_EN, *_DWELLING),
        Column("address", "text", "地址", "address, where no code is known", ("房屋地址", "坐落")),
        _day("as_of", "截至日期", "day of the list", "日期", "数据日期", required=True, past=True),
    ),
    (),
)

SPECS: dict[str, FrameSpec] = {
    spec.kind: spec
    for spec in (
        AREAS,
        BUILDINGS,
        BARRIERS,
        DWELLINGS,
        ROOMS,
        KEY_SITES,
        REGISTRATIONS,
        CHECKS,
        ACTIVITY,
        TEAMS,
        GRIDS,
        INPUTS,
        SOURCE_LISTS,
    )
}
KINDS: tuple[str, ...] = tuple(SPECS)
