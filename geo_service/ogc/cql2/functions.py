"""Functions for filters beyond the standard's own. Each gives the same for the same row, so that answers can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Kind of an argument → the type that it is cast to.
CAST_OF = {"number": "float8", "string": "text", "time": "timestamptz"}
_TYPE_OF = {"time": "datetime"}


@dataclass(frozen=True)
class Function:
    """A function: kinds and titles of its arguments, what it returns, and its SQL over the arguments."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    returns: str
    sql: str
    about: str

    def described(self) -> dict[str, Any]:
        """As the standard lists functions."""
        return {
            "name": self.name,
            "description": self.about,
            "args": [{"title": title, "type": [_TYPE_OF.get(kind, kind)]} for kind, title in self.arguments],
            "returns": [self.returns],
        }


_SHAPE, _TEXT, _NUMBER = ("geometry", "图形 / shape"), ("string", "文字 / text"), ("number", "数 / number")
_TIME = ("time", "日期或时间 / date or time")
FUNCTIONS = {
    f.name: f
    for f in (
        Function("area_m2", (_SHAPE,), "number", "ST_Area({0})", "椭球面积，平方米 / area on the ellipsoid in square metres"),
        Function("length_m", (_SHAPE,), "number", "ST_Length({0})", "线长，米 / length of a line in metres"),
        Function("perimeter_m", (_SHAPE,), "number", "ST_Perimeter({0})", "周长，米 / perimeter in metres"),
        Function("distance_m", (_SHAPE, _SHAPE), "number", "ST_Distance({0}, {1})",
                 "最近距离，米 / shortest distance in metres"),
        Function("upper", (_TEXT,), "string", "upper({0})", "大写 / in capitals"),
        Function("lower", (_TEXT,), "string", "lower({0})", "小写 / in small letters"),
        Function("trim", (_TEXT,), "string", "btrim({0})", "去掉首尾空格 / without spaces at the ends"),
        Function("char_length", (_TEXT,), "integer", "char_length({0})", "字符数 / number of characters"),
        Function("abs", (_NUMBER,), "number", "abs({0})", "绝对值 / absolute value"),
        Function("round", (_NUMBER,), "number", "(round(({0})::numeric))::float8", "四舍五入 / nearest whole number, halves away from zero"),
        Function("floor", (_NUMBER,), "number", "floor({0})", "向下取整 / whole number at or below"),
        Function("ceiling", (_NUMBER,), "number", "ceiling({0})", "向上取整 / whole number at or above"),
        Function("year", (_TIME,), "integer", "(extract(year FROM {0}))::bigint", "年（上海时间） / year in Shanghai"),
        Function("month", (_TIME,), "integer", "(extract(month FROM {0}))::bigint", "月 / month in Shanghai"),
        Function("day", (_TIME,), "integer", "(extract(day FROM {0}))::bigint", "日 / day of the month in Shanghai"),
    )
}  # fmt: skip
