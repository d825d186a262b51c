"""The closed lists a cell may choose from, with the words that offices write for each choice.

One `Vocabulary` per meaning; the key is what is stored, the words are what is recognised. The Chinese label comes
first and is the one printed. No list here says anything about a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Vocabulary:
    """A closed list: ``words[key]`` starts with the Chinese label, synonyms follow.

    >>> DWELLING_USE.key("出 租"), DWELLING_USE.key("Group_Renting"), DWELLING_USE.key("民宿") is None
    ('rented', 'group_renting', True)
    """

    words: Mapping[str, tuple[str, ...]]

    @cached_property
    def _lookup(self) -> dict[str, str]:
        found = {_plain(key): key for key in self.words}
        for key, words in self.words.items():
            found |= {_plain(word): key for word in words}
        return found

    def key(self, word: str) -> str | None:
        """The stored key of a written word, or None where the list does not know it."""
        return self._lookup.get(_plain(word))

    def label(self, key: str) -> str:
        """The Chinese label of a key."""
        return self.words[key][0]


def _plain(word: str) -> str:
    kept = unicodedata.normalize("NFKC", word).casefold()
    return "".join(c for c in kept if c.isalnum())


AREA_KIND = Vocabulary(
    {
        "subdistrict": ("街道", "镇", "乡", "街镇", "town"),
        "zone": ("片区", "社区", "管理片"),
        "block": ("区块", "街区", "block"),
        "police_station": ("派出所", "派出所辖区", "police station area"),
        "committee": ("居委会", "居委", "村委会", "村委", "居民区", "居村委", "社区居委会", "village"),
    }
)
BUILDING_KIND = Vocabulary(
    {
        "building": ("楼栋", "楼", "幢", "建筑", "建筑物", "房屋"),
        "site": ("场所", "点位", "无轮廓场所", "工棚"),
        "unlocated": ("未落图", "无坐标", "未定位"),
    }
)
COMPOUND_KIND = Vocabulary(
    {
        "lanes": ("里弄", "石库门", "弄堂", "新式里弄"),
        "slabs": ("行列式", "多层", "公房", "新村"),
        "towers": ("高层", "塔楼", "点式"),
        "mixed": ("混合", "综合"),
        "villas": ("别墅", "独栋"),
        "village": ("自然村", "村宅", "农宅"),
        "other": ("其他", "其它"),
    }
)
BUILDING_USE = Vocabulary(
    {
        "residential": ("住宅", "居住", "居民楼", "apartments", "house"),
        "dormitory": ("宿舍", "集体宿舍"),
        "commercial": ("商业", "商铺", "商用", "retail"),
        "office": ("办公", "写字楼"),
        "industrial": ("工业", "厂房", "仓储"),
        "school": ("学校", "幼儿园", "university", "kindergarten"),
        "hospital": ("医院", "卫生院"),
        "utility": ("市政", "配套", "公用设施", "garage"),
        "public": ("公共", "公建"),
        "mixed": ("商住", "综合", "混合"),
        "other": ("其他", "其它", "yes"),
    }
)
BARRIER_KIND = Vocabulary(
    {
        "river": ("河流", "河道", "河", "水系", "stream", "canal"),
        "railway": ("铁路", "轨道", "轨道交通", "地铁", "rail", "subway", "metroLines"),
        "expressway": (
            "高速公路",
            "快速路",
            "高架",
            "elevated",
            "elevatedRoads",
            "motorway",
            "trunk",
            "motorway_link",
            "trunk_link",
        ),
        "arterial": ("主干道", "主干路", "次干路", "primary", "secondary", "primary_link", "secondary_link"),
        "local_road": ("支路", "道路", "tertiary", "tertiary_link", "residential", "unclassified", "road"),
        "lane": (
            "里弄",
            "弄堂",
            "通道",
            "service",
            "living_street",
            "pedestrian",
            "footway",
            "path",
            "steps",
            "cycleway",
            "track",
            "corridor",
            "rest_area",
        ),
        "wall": ("围墙", "墙", "fence"),
    }
)
DWELLING_USE = Vocabulary(
    {
        "owner_occupied": ("自住", "自有自住", "自用", "产权人自住"),
        "rented": ("出租", "租赁", "个人出租", "出租房"),
        "long_term_rental": ("长租公寓", "长租", "经租"),
        "dormitory": ("宿舍", "集体宿舍", "员工宿舍"),
        "group_renting": ("群租", "群租房"),
        "other": ("其他", "其它"),
    }
)
DWELLING_STATUS = Vocabulary(
    {
        "occupied": ("有人居住", "在用", "居住", "在住", "使用中"),
        "vacant": ("空置", "空关", "空置房", "无人居住"),
        "retired": ("注销", "灭失", "拆除", "停用", "已注销"),
    }
)
ROOM_PURPOSE = Vocabulary(
    {
        "living": ("居室", "卧室", "客厅", "起居室", "房间", "bedroom"),
        "kitchen": ("厨房",),
        "bathroom": ("卫生间", "厕所", "浴室"),
        "balcony": ("阳台",),
        "storage": ("储藏室", "贮藏室", "储藏", "地下储藏室"),
    }
)
KEY_SITE_KIND = Vocabulary(
    {
        "long_term_rental": ("长租公寓",),
        "temporary_dormitory": ("临时宿舍",),
        "staff_dormitory": ("员工宿舍", "职工宿舍"),
        "site_shed": ("工地工棚", "工棚"),
        "partitioned_rental": ("分隔式租赁房屋", "分隔租赁", "隔断出租"),
        "vacant": ("空置房屋", "空置"),
        "concentrated_rental": ("集中出租房屋", "集中出租"),
        "commercial_plaza": ("商业广场",),
        "use_changed": ("居改非", "非改居", "居改非单位", "非改居单位"),
    }
)
CHECK_FRAME = Vocabulary(
    {"register": ("登记核查", "按登记", "册核"), "ground": ("实地核查", "按实地", "扫楼")}
)
CHECK_OUTCOME = Vocabulary(
    {"done": ("完成", "已核查", "已完成"), "no_access": ("未能入户", "无人应门", "无人在家", "未入户")}
)
RECORD_OUTCOME = Vocabulary(
    {
        "correct": ("正确", "准确", "一致"),
        "wrong_particulars": ("信息有误", "信息错误", "项目差错", "错误"),
        "to_deregister": ("应消未消", "应销未销", "应注销"),
    }
)
ACTIVITY_KIND = Vocabulary(
    {
        "addition": ("新增", "采集"),
        "change": ("变更", "修改"),
        "deregistration": ("注销", "核销"),
        "visit": ("走访",),
        "query": ("查询", "核实"),
    }
)
TEAM_ROLE = Vocabulary(
    {
        "leader": ("微网格长", "网格长"),
        "officer": ("社区民警", "民警"),
        "auxiliary": ("综合协管员", "社区综合协管员", "协管员", "辅警"),
        "other": ("其他", "其它", "N", "楼组长", "块长", "物业"),
    }
)
SOURCE_LIST = Vocabulary(
    {
        "letting_company": ("经租公司", "中介公司", "租赁企业"),
        "group_rental_office": ("群租整治办", "群租办"),
        "police_compare": ("公安比对", "数据比对", "派出所比对"),
    }
)
