"""The parameters of a request for features: every one known, given once, and understood."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from geo_service.ogc.boxes import Box, parse_bbox
from geo_service.ogc.cql2 import parse_filter
from geo_service.ogc.crs import CRS84, parse_crs
from geo_service.ogc.declaration import Collection, Property
from geo_service.ogc.times import When, parse_datetime
from geo_service.problems import Problem

DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
ITEM = frozenset({"f", "crs", "datetime", "properties", "skipGeometry"})
ITEMS = ITEM | {
    "limit", "bbox", "bbox-crs", "filter", "filter-lang", "filter-crs", "sortby", "cursor", "count",
}  # fmt: skip
#: GDAL asks in ``cql-text``, the draft's name of what it then says in plain CQL2 text.
LANGUAGES = ("cql2-text", "cql-text", "cql2-json")
COUNTS = ("none", "estimate", "exact")


@dataclass(frozen=True)
class ItemsQuery:
    """What is asked of a collection, checked."""

    when: When
    crs: str
    srid: int
    limit: int = DEFAULT_LIMIT
    limited: bool = False
    boxes: list[Box] = field(default_factory=list)
    box_srid: int = 4326
    equals: list[tuple[Property, str]] = field(default_factory=list)
    filter: Any = None
    filter_crs: tuple[str, int] = (CRS84, 4326)
    properties: tuple[Property, ...] = ()
    geometry: bool = True
    sort: tuple[tuple[Property, bool], ...] = ()
    after: list[Any] | None = None
    count: str = "none"


def checked(parameters: QueryParams, known: frozenset[str] | set[str]) -> dict[str, str]:
    """The parameters by name; 400 for one that is unknown or repeated."""
    found: dict[str, str] = {}
    for name, value in parameters.multi_items():
        if name not in known:
            raise Problem(
                "unknown-parameter", 400, f"没有参数 {name[:40]!r}。 / There is no parameter {name[:40]!r}.",
                extra={"known": sorted(known)},
            )  # fmt: skip
        if name in found:
            raise Problem(
                "repeated-parameter", 400, f"参数 {name!r} 重复。 / The parameter {name!r} is repeated."
            )
        found[name] = value
    return found


def parse_items(parameters: QueryParams, collection: Collection, today: dt.date) -> ItemsQuery:
    """A request for a page of features."""
    queryable = {p.name for p in collection.properties}
    given = checked(parameters, ITEMS | queryable)
    uri, srid = parse_crs(given.get("crs"), "crs", collection.srid)
    box_uri, box_srid = parse_crs(given.get("bbox-crs"), "bbox-crs", collection.srid)
    return ItemsQuery(
        when=parse_datetime(given.get("datetime"), today),
        crs=uri,
        srid=srid,
        limit=_limit(given.get("limit")),
        limited="limit" in given,
        boxes=parse_bbox(given["bbox"], box_uri, box_srid) if "bbox" in given else [],
        box_srid=box_srid,
        equals=[(p, given[p.name]) for p in collection.properties if p.name in given and p.name not in ITEMS],
        filter=filter_of(given),
        filter_crs=parse_crs(given.get("filter-crs"), "filter-crs", collection.srid),
        properties=_selected(given.get("properties"), collection),
        geometry=not _flag(given.get("skipGeometry")),
        sort=_sort(given.get("sortby"), collection),
        after=_after(given.get("cursor")),
        count=_one_of("count", given.get("count", "none"), COUNTS),
    )


def parse_item(parameters: QueryParams, collection: Collection, today: dt.date) -> ItemsQuery:
    """A request for one feature."""
    given = checked(parameters, ITEM)
    uri, srid = parse_crs(given.get("crs"), "crs", collection.srid)
    return ItemsQuery(
        when=parse_datetime(given.get("datetime"), today), crs=uri, srid=srid, limit=1,
        properties=_selected(given.get("properties"), collection), geometry=not _flag(given.get("skipGeometry")),
    )  # fmt: skip


def cursor(values: str) -> str:
    """An opaque place to go on from, for the ``next`` link."""
    return base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")


def _after(value: str | None) -> list[Any] | None:
    if value is None:
        return None
    try:
        padded = value + "=" * (-len(value) % 4)
        found = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(v is None or isinstance(v, str) for v in found):
        raise Problem(
            "invalid-cursor",
            400,
            "翻页标记无效，请从首页开始。 / The cursor is not valid; start at the first page.",
        )
    return found


def _limit(value: str | None) -> int:
    """At least 1; what is too much becomes the most there is (Part 1, 7.15.2)."""
    if value is None:
        return DEFAULT_LIMIT
    if not (value.isascii() and value.isdigit()) or not value.strip("0"):
        raise Problem("invalid-limit", 400, "limit 应为正整数。 / limit must be a positive integer.")
    return MAX_LIMIT if len(value) > 9 else min(int(value), MAX_LIMIT)


def filter_of(given: dict[str, str]) -> Any:
    language = _one_of("filter-lang", given.get("filter-lang", "cql2-text"), LANGUAGES)
    return parse_filter(given["filter"], language) if "filter" in given else None


def _selected(value: str | None, collection: Collection) -> tuple[Property, ...]:
    if value is None:
        return collection.properties
    names = {name for name in value.split(",") if name}
    for name in names:
        _known(name, collection)
    return tuple(p for p in collection.properties if p.name in names)


def _sort(value: str | None, collection: Collection) -> tuple[tuple[Property, bool], ...]:
    """Columns with whether they ascend, from ``+a,-b``."""
    if value is None:
        return ()
    found: dict[str, tuple[Property, bool]] = {}
    for part in value.split(","):
        name = part.lstrip("+- ") if part[:1] in {"+", "-", " "} else part
        found.setdefault(name, (_known(name, collection), not part.startswith("-")))
    if any(p.kind == "array" for p, _ in found.values()):
        raise Problem("invalid-sortby", 400, "数组不能排序。 / Arrays cannot be sorted by.")
    return tuple(found.values())


def _known(name: str, collection: Collection) -> Property:
    found = collection.named(name)
    if found is None:
        raise Problem(
            "unknown-property", 400, f"{collection.id} 没有属性 {name[:40]!r}。 / {collection.id} has no property {name[:40]!r}.",
            extra={"known": [p.name for p in collection.properties]},
        )  # fmt: skip
    return found


def _flag(value: str | None) -> bool:
    return _one_of("skipGeometry", value or "false", ("true", "false")) == "true"


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        listed = ", ".join(allowed)
        raise Problem(f"invalid-{name}", 400, f"{name} 应为 {listed}。 / {name} must be one of {listed}.")
    return value
