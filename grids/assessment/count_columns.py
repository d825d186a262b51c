"""The columns of the towns' tables of counts: their Chinese and English headers and what may stand in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """A figure's headers, whether it must be there, and how it is read: count, percent, text or month."""

    zh: tuple[str, ...]
    kind: str = "count"
    required: bool = True


UNIT = Column(
    ("居委", "居委会", "居（村）委", "居村委", "居民区", "单位", "微网格", "网格", "账号", "采集账号"), "text"
)
MONTH = Column(("月份", "月", "年月"), "month", False)
CHECKED = Column(("测查人数", "核查人数", "抽查人数"))
CORRECT = Column(("正确人数", "其中:正确人数", "准确人数"))
OPTIONAL = False
TABLES: Mapping[str, Mapping[str, Column]] = {
    "SL": {
        "station": Column(("派出所", "所属派出所"), "text"),
        "cancelled": Column(("注销账号数", "账号注销数", "账号注销")),
        "checked": CHECKED,
        "correct": CORRECT,
        "fabricated": Column(("弄虚作假人数", "弄虚作假"), "count", OPTIONAL),
        "class_percent": Column(("境外人员登记准确率", "境外准确率", "境外人员准确率"), "percent"),
        "class_town_total": Column(("全镇境外人员总数", "境外人员总数", "全镇境外总数")),
        "declared": Column(("有效自主申报数", "自主申报数"), "count", OPTIONAL),
        "declarable": Column(("应申报数", "申报基数"), "count", OPTIONAL),
        "declared_percent": Column(("有效占比率", "自主申报占比", "有效申报占比"), "percent", OPTIONAL),
        "pushed": Column(("推送有效数据", "有效数据条数", "推送数据条数")),
    },
    "GM": {
        "population": Column(("实有人口", "实有人口数", "人口"), "count", OPTIONAL),
        "actual": Column(("现有人数", "实有管理员", "现有人口管理员"), "count", OPTIONAL),
        "addition": Column(("新增",), "count", OPTIONAL),
        "change": Column(("变更",), "count", OPTIONAL),
        "deregistration": Column(("注销",), "count", OPTIONAL),
        "visit": Column(("走访",), "count", OPTIONAL),
        "week": Column(("周", "周次", "自然周"), "text", OPTIONAL),
        "days_present": Column(("在岗天数",), "count", OPTIONAL),
    },
    "SG": {
        "subtotal": Column(("小计", "总核查人数", "核查人数", "总核查人数(每个居委不低于80人)")),
        "to_register": Column(("应登未登人数", "其中:应登未登人数", "应登未登")),
        "to_deregister": Column(("应消未消人数", "其中:应消未消人数", "应消未消")),
        "correct": CORRECT,
        "wrong_particulars": Column(("登记有误人数", "登记有误"), "count", OPTIONAL),
        "correct_percent": Column(("正确率",), "percent", OPTIONAL),
        "population": Column(("实有人口", "人口"), "count", OPTIONAL),
        "covered": Column(("年内已查", "年内已核查人数"), "count", OPTIONAL),
    },
    "XJ": {
        "own": Column(("专职网格员维护量", "网格员维护量")),
        "changes": Column(("网格变动总量", "变动总量")),
        "own_visits": Column(("专职网格员走访量",), "count", OPTIONAL),
        "distinct_checked": Column(("核查人数", "本月核查人数"), "count", OPTIONAL),
        "in_force": Column(("月初登记人数", "在册人数"), "count", OPTIONAL),
        "leader": Column(("微网格长",), "count", OPTIONAL),
        "officer": Column(("社区民警",), "count", OPTIONAL),
        "auxiliary": Column(("综合协管员",), "count", OPTIONAL),
    },
    "FS": {
        "records": Column(("登记总数", "登记数")),
        "linked": Column(("关联房屋数", "人房关联数")),
        "occupied": Column(("在住房屋数",), "count", OPTIONAL),
        "with_record": Column(("有登记房屋数",), "count", OPTIONAL),
        "duplicates": Column(("重复数",), "count", OPTIONAL),
        "checked": Column(CHECKED.zh, "count", OPTIONAL),
        "omissions": Column(("遗漏数", "应登未登人数"), "count", OPTIONAL),
        "errors": Column(("差错数",), "count", OPTIONAL),
    },
}
# Part ≤ whole: what would be impossible, by family.
BOUNDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "SL": (("correct", "checked"), ("fabricated", "checked"), ("declared", "declarable")),
    "GM": (),
    "SG": (("covered", "population"),),
    "XJ": (("own", "changes"), ("distinct_checked", "in_force")),
    "FS": (("linked", "records"), ("with_record", "occupied"), ("duplicates", "records"), ("omissions", "checked"),
           ("errors", "checked")),
}  # fmt: skip


def columns(family: str) -> dict[str, Column]:
    """Every column that a town's table may have."""
    return {"unit": UNIT, "month": MONTH, **TABLES[family]}


def located(family: str, header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; English names are the figure's own, or ``committee`` for the unit."""
    known = {_plain(name): key for key, column in columns(family).items() for name in (key, *column.zh)}
    known |= {
        _plain(name): "unit" for name in ("committee", "committee_code", "grid", "grid_code", "account")
    }
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        key = known.get(_plain(str(name or "")))
        if key is not None:
            places.setdefault(key, place)
    return places


def _plain(name: str) -> str:
    """A header without widths, spaces, percent signs and brackets around units."""
    flat = unicodedata.normalize("NFKC", name).lower().replace(" ", "").replace("\n", "")
    return re.sub(r"\((%|人|条|个)\)$", "", flat).removesuffix("%").replace("_", "")
