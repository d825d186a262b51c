"""Key sites of every kind (XJ-7, GM-7) and the organisations behind them: places, operators and visit intervals."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from seeds.demo_town.layout import biggest
from seeds.demo_town.scale import Scale

KINDS = {
    "long_term_rental": ("长租公寓", 30),
    "temporary_dormitory": ("临时宿舍", 15),
    "staff_dormitory": ("员工宿舍", 30),
    "site_shed": ("工地工棚", 15),
    "partitioned_rental": ("分隔式租赁房屋", 15),
    "vacant": ("空置房屋", 60),
    "concentrated_rental": ("集中出租房屋", 30),
    "commercial_plaza": ("商业广场", 30),
    "use_changed": ("非改居房屋", 30),
}
"""Chinese name and days between visits."""
OPERATORS = [
    "栖云公寓管理",
    "样江租赁服务",
    "云栖物业",
    "荷风建设工程",
    "松影酒店管理",
    "柳汀餐饮服务",
    "竹溪商业运营",
]


def choose(
    houses: pd.DataFrame,
    buildings: gpd.GeoDataFrame,
    dwellings: pd.DataFrame,
    scale: Scale,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Some sites of each kind, on buildings of their kind; ``building_codes`` is joined by ``;``."""
    candidates = _candidates(houses, dwellings, rng)
    per_kind = max(1, round(4 * scale.residents / 100_000))
    rows: list[dict[str, object]] = []
    for kind, (name, interval) in KINDS.items():
        for group in candidates[kind][: per_kind + (kind in ("partitioned_rental", "long_term_rental"))]:
            rows.append(_site(kind, name, interval, group, buildings, scale, len(rows) + 1, rng))
    frame = pd.DataFrame(rows)
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=list(frame["geometry"]), crs=buildings.crs
    )


def _candidates(
    houses: pd.DataFrame, dwellings: pd.DataFrame, rng: np.random.Generator
) -> dict[str, list[list[int]]]:
    """Groups of building rows that suit each kind, in random order."""

    def single(mask: pd.Series) -> list[list[int]]:
        return [[int(i)] for i in rng.permutation(houses.index[mask])]

    home = (houses["kind"] == "building") & (houses["dwellings"] > 0)
    kind, use = houses["compound_kind"], houses["use"]
    group = np.bincount(dwellings["house"], dwellings["hidden_group"], minlength=len(houses))
    works = houses[(use == "dormitory") & (kind == "works")]
    sheds = houses[(use == "dormitory") & (kind == "site")]
    shops = single((use == "commercial") & kind.isin(["slabs", "towers", "mixed"]))
    walk_ups = single(home & (kind == "slabs"))
    return {
        "long_term_rental": [[int(i)] for i in houses.index[houses["long_term_rental"]]],
        "temporary_dormitory": single(houses["kind"] == "site"),
        "staff_dormitory": [[int(i)] for i in works.index] + walk_ups[-6:],
        "site_shed": [[int(i) for i in g.index] for _, g in sheds.groupby("block")] + single(houses["kind"] == "site")[-3:],
        "partitioned_rental": [[int(i)] for i in np.argsort(-group, kind="stable") if group[i] > 0],
        "vacant": single(home & (kind == "lanes")),
        "concentrated_rental": shops[:8],
        "commercial_plaza": [
            [int(i) for i in g.index] for _, g in houses[(kind == "mall") & (use == "commercial")].groupby("block")
        ] + shops[16:],
        "use_changed": shops[8:16],
    }  # fmt: skip


def _site(
    kind: str,
    name: str,
    interval: int,
    members: list[int],
    buildings: gpd.GeoDataFrame,
    scale: Scale,
    number: int,
    rng: np.random.Generator,
) -> dict[str, object]:
    days = (scale.until - scale.first_day).days
    opened = scale.first_day - dt.timedelta(days=int(rng.integers(100, 1_800)))
    closed = scale.until - dt.timedelta(days=int(rng.integers(0, days + 1))) if rng.random() < 0.12 else None
    listed = (
        scale.first_day + dt.timedelta(days=int(rng.integers(0, max(1, days - 40))))
        if rng.random() < 0.3
        else None
    )
    if closed and listed and listed >= closed:
        listed = None
    lifted = listed + dt.timedelta(days=int(rng.integers(20, 120))) if listed and rng.random() < 0.6 else None
    if lifted and (lifted > scale.until or (closed and lifted > closed)):
        lifted = None
    shapes = buildings.geometry.iloc[members]
    address = buildings["address"].iloc[members[0]]
    place = address if isinstance(address, str) else f"{number}号点"
    return {
        "code": f"{scale.subdistrict_code[-3:]}K{number:04d}", "name": f"{place}{name}", "kind": kind,
        "operator": str(rng.choice(OPERATORS)) if kind != "vacant" else None,
        "building_codes": ";".join(buildings["code"].iloc[members]), "opened_on": opened, "closed_on": closed,
        "listed_from": listed, "listed_to": lifted, "visit_interval_days": interval,
        "same_day": kind in ("temporary_dormitory", "site_shed"), "geometry": _ground(list(shapes)),
    }  # fmt: skip


def _ground(shapes: list[BaseGeometry]) -> BaseGeometry:
    """The site's polygon: the buildings with about four metres around them, or a circle around a point."""
    joined = shapely.union_all(shapes)
    around = joined.buffer(0.00012 if joined.geom_type == "Point" else 0.00004, quad_segs=4)
    return shapely.MultiPolygon([biggest(shapely.convex_hull(around))])


def organisations(
    houses: pd.DataFrame, buildings: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, scale: Scale
) -> pd.DataFrame:
    """Employers and operators at a building (实有单位): schools, shops, offices, works and the sites' operators."""
    kinds = {
        "school": "学校",
        "hospital": "医疗机构",
        "office": "企业",
        "industrial": "企业",
        "commercial": "商户",
    }
    chosen = houses.index[houses["use"].isin(kinds)]
    prefix = scale.subdistrict_code[-3:]
    uses = houses.loc[chosen, "use"].tolist()
    addresses, codes = buildings["address"].loc[chosen].tolist(), buildings["code"].loc[chosen].tolist()
    english = {"commercial": "shop", "office": "company", "industrial": "company"}
    rows = [
        {
            "code": f"{prefix}E{i + 1:05d}", "name": f"{address}{kinds[use]}", "kind": english.get(use, use),
            "building_code": code, "address": address,
        }
        for i, (use, address, code) in enumerate(zip(uses, addresses, codes, strict=True))
    ]  # fmt: skip
    operators = sites.dropna(subset=["operator"]).drop_duplicates("operator")
    for n, site in enumerate(operators.itertuples()):
        first = str(site.building_codes).split(";")[0]
        rows.append({
            "code": f"{prefix}O{n + 1:05d}", "name": site.operator, "kind": "operator", "building_code": first,
            "address": None,
        })  # fmt: skip
    return pd.DataFrame(rows)
