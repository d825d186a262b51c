"""Compounds and buildings with their names and addresses: the town's places as checked frames in EPSG:4326."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from seeds.demo_town import names
from seeds.demo_town.areas import WGS84, Projection, areas, backdrop, barriers, committee_code, name_streets
from seeds.demo_town.committees import Division
from seeds.demo_town.plan import HOMES, Plan
from seeds.demo_town.scale import Scale

FILED_AS = {"school": "public", "hospital": "public", "utility": "other"}
"""Uses on the plan that the checked frame's closed list knows under another word."""
STOREY_M = {
    "residential": 2.9,
    "dormitory": 3.1,
    "commercial": 4.2,
    "office": 3.9,
    "school": 3.8,
    "hospital": 4.0,
}


@dataclass
class Places:
    """Frames of the ground. ``houses`` holds, per building row, what the register needs to fill it with homes."""

    areas: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame
    houses: pd.DataFrame


def settle(plan: Plan, division: Division, scale: Scale, rng: np.random.Generator) -> Places:
    projection = Projection(scale)
    name_streets(plan.ground.streets, rng)
    town_areas = areas(division, scale, projection)
    compounds = _compounds(plan, division, scale, rng)
    houses = _houses(plan, division, compounds, scale, rng)
    buildings = _buildings(houses, compounds, scale, projection, rng)
    frame = compounds[compounds["kind"].isin(HOMES)].drop(columns=["local", "road", "number", "block"])
    local = compounds.loc[frame.index, "local"].tolist()
    return Places(
        areas=town_areas,
        compounds=gpd.GeoDataFrame(
            frame.reset_index(drop=True), geometry=projection.shapes(local), crs=WGS84
        ),
        buildings=buildings,
        barriers=barriers(plan.ground.streets, projection),
        backdrop=backdrop(plan, projection),
        houses=houses,
    )


def _compounds(plan: Plan, division: Division, scale: Scale, rng: np.random.Generator) -> pd.DataFrame:
    """One row per block: kind, committee, the road that it fronts and its number there."""
    blocks = plan.ground.blocks
    count = len(blocks)
    roads = [s for s in plan.ground.streets if s.kind in ("arterial", "local_road") and s.name]
    lines = np.array([s.line for s in roads], dtype=object)
    front = shapely.STRtree(lines).query_nearest(np.array(blocks, dtype=object), all_matches=False)[1]
    bases = names.committee_names(len(division.shapes))
    frame = pd.DataFrame({"block": range(count), "kind": plan.uses, "local": blocks})
    frame["committee"] = division.committee_of[:count]
    frame["road"] = [roads[i].name for i in front]
    along = [float(roads[i].line.project(b.centroid)) for i, b in zip(front, blocks, strict=True)]
    frame["number"] = (np.asarray(along) / 4).astype(int) * 2 + 11 + rng.integers(0, 2, count)
    while frame.duplicated(["road", "number"]).any():
        frame.loc[frame.duplicated(["road", "number"]), "number"] += 2
    frame["committee_code"] = [committee_code(scale, c) for c in frame["committee"]]
    frame["base"] = [bases[c][0] for c in frame["committee"]]
    rank = frame.groupby(["base", "kind"]).cumcount() + 1
    frame["name"] = [
        base + names.COMPOUND_ENDINGS[kind].format(n=names.numeral(n)) if kind in HOMES else None
        for base, kind, n in zip(frame["base"], frame["kind"], rank, strict=True)
    ]
    frame["code"] = [f"{scale.subdistrict_code[-3:]}C{i + 1:04d}" for i in range(count)]
    frame["address"] = [f"{r}{n}弄" for r, n in zip(frame["road"], frame["number"], strict=True)]
    return frame.drop(columns=["base", "committee"])


def _houses(
    plan: Plan, division: Division, compounds: pd.DataFrame, scale: Scale, rng: np.random.Generator
) -> pd.DataFrame:
    """Buildings in the order of their codes: committee, compound, then rows from the south."""
    frame = pd.DataFrame({
        "shape": [h.shape for h in plan.houses], "use": [h.use for h in plan.houses],
        "floors": [h.floors for h in plan.houses], "stairs": [h.stairs for h in plan.houses],
        "per_floor": [h.per_floor for h in plan.houses], "block": plan.block_of,
    })  # fmt: skip
    frame["committee"] = division.committee_of[frame["block"].to_numpy()]
    frame["x"], frame["y"] = shapely.get_coordinates(shapely.centroid(frame["shape"].to_numpy())).T
    frame["band"] = (frame["y"] / 12).round()
    frame["home"] = frame["stairs"] > 0
    frame = frame.sort_values(
        ["committee", "block", "home", "band", "x"], ascending=[True, True, False, True, True]
    )
    frame = frame.reset_index(drop=True)
    stairs = frame["stairs"].clip(lower=1)
    frame["first_stair"] = stairs.groupby(frame["block"]).cumsum() - stairs + 1
    block = compounds.set_index("block").loc[frame["block"]].reset_index(drop=True)
    frame["compound_kind"], frame["compound_code"] = block["kind"], block["code"]
    frame["road"], frame["number"] = block["road"], block["number"]
    frame["compound_name"], frame["kind"] = block["name"], "building"
    frame["committee_code"] = block["committee_code"]
    frame = pd.concat(
        [frame, _sites(plan, division, scale, rng), _unlocated(division, scale)], ignore_index=True
    )
    frame["code"] = [f"{scale.subdistrict_code[-3:]}B{i + 1:06d}" for i in range(len(frame))]
    frame["dwellings"] = frame["floors"] * frame["stairs"] * frame["per_floor"]
    return frame


def _sites(plan: Plan, division: Division, scale: Scale, rng: np.random.Generator) -> pd.DataFrame:
    """Sheds and boats that nobody surveyed: a point each, on open ground clear of buildings and roads."""
    wanted = max(2, round(scale.residents / 6_000))
    surface = plan.ground.surface()
    shapes = np.array([h.shape for h in plan.houses], dtype=object)
    tree = shapely.STRtree(shapes)
    rows: list[dict[str, object]] = []
    for i in rng.permutation(len(division.pieces)):
        if len(rows) == wanted:
            break
        near = shapely.union_all(shapes[tree.query(division.pieces[i])])
        free = division.pieces[i].difference(surface).difference(near).buffer(-6)
        if free.area > 30:
            point = free.representative_point()
            committee = int(division.committee_of[i])
            rows.append({
                "shape": point, "kind": "site", "use": "dormitory", "floors": 1, "stairs": 1, "per_floor": 4,
                "committee": committee, "committee_code": committee_code(scale, committee),
                "block": -1, "first_stair": 1, "x": point.x, "y": point.y,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _unlocated(division: Division, scale: Scale) -> pd.DataFrame:
    """Each committee's one building without geometry, for homes that no map shows."""
    count = len(division.shapes)
    centres = shapely.get_coordinates(shapely.centroid(np.array(division.shapes, dtype=object)))
    return pd.DataFrame({
        "shape": None, "kind": "unlocated", "use": "residential", "floors": 1, "stairs": 1,
        "per_floor": 3 + np.arange(count) % 5, "committee": range(count), "block": -1, "first_stair": 1,
        "committee_code": [committee_code(scale, c) for c in range(count)], "x": centres[:, 0], "y": centres[:, 1],
    })  # fmt: skip


def _buildings(
    houses: pd.DataFrame,
    compounds: pd.DataFrame,
    scale: Scale,
    projection: Projection,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    count = len(houses)
    in_compound = houses["home"].eq(True) & houses["compound_kind"].isin(HOMES)
    houses["in_compound"] = in_compound
    last = houses["first_stair"] + houses["stairs"].clip(lower=1) - 1
    number = [f"{a}-{b}号" if b > a else f"{a}号" for a, b in zip(houses["first_stair"], last, strict=True)]
    serial = houses.groupby("block").cumcount()
    street_number = (houses["number"].fillna(0).astype(int) + 2 * serial + 2).astype(str) + "号"
    houses["house_number"] = np.where(in_compound, number, street_number)
    houses["base_address"] = np.where(
        in_compound,
        houses["road"].astype(object) + houses["number"].fillna(0).astype(int).astype(str) + "弄",
        houses["road"].astype(object),
    )
    here = houses["kind"] == "building"
    address = (houses["base_address"].astype(object) + houses["house_number"].astype(object)).where(
        here, None
    )
    placed = houses["kind"] != "unlocated"
    geometry = np.full(count, None, dtype=object)
    geometry[placed.to_numpy()] = projection.shapes(houses.loc[placed, "shape"].tolist())
    storey = houses["use"].map(STOREY_M).fillna(4.5)
    data = {
        "code": houses["code"], "kind": houses["kind"], "name": _building_names(houses), "address": address,
        "house_number": houses["house_number"].astype(object).where(here, None),
        "compound_code": houses["compound_code"].astype(object).where(in_compound, None),
        "compound_name": houses["compound_name"].astype(object).where(in_compound, None),
        "compound_kind": houses["compound_kind"].astype(object).where(in_compound, None),
        "committee_code": houses["committee_code"], "use": houses["use"].replace(FILED_AS), "floors": houses["floors"].astype(int),
        "height_m": (houses["floors"] * storey).round(1).where(here), "built_on": _built_on(houses, compounds, scale, rng),
        "demolished_on": None,
    }  # fmt: skip
    frame = gpd.GeoDataFrame(pd.DataFrame(data), geometry=geometry, crs=WGS84)
    return _demolish(frame, houses, scale, rng)


def _building_names(houses: pd.DataFrame) -> pd.Series:
    """Public buildings carry the name of their institution: one number per block."""
    name = pd.Series(None, index=houses.index, dtype=object)
    for use, pattern in names.PUBLIC_NAMES.items():
        chosen = houses["use"] == use
        if use == "mall":
            chosen = (houses["compound_kind"] == "mall") & (houses["use"] == "commercial")
        number = pd.factorize(houses.loc[chosen, "block"])[0] + 1
        name[chosen] = [pattern.format(n=names.numeral(int(n))) for n in number]
    name[houses["kind"] == "site"] = "临时工棚点"
    name[houses["kind"] == "unlocated"] = "未落图房屋"
    return name


def _built_on(
    houses: pd.DataFrame, compounds: pd.DataFrame, scale: Scale, rng: np.random.Generator
) -> list[dt.date | None]:
    """One year per compound by its kind: lanes before the war, walk-ups to 1998, towers after."""
    spans = {"lanes": (1924, 1947), "slabs": (1978, 1998), "mixed": (1996, 2009), "towers": (2000, 2018)}
    year = {
        b: int(rng.integers(*spans.get(k, (1985, 2015))))
        for b, k in zip(compounds["block"], compounds["kind"], strict=True)
    }
    month = rng.integers(1, 13, len(houses))
    return [
        dt.date(year[b], int(m), 1) if k == "building" else None
        for b, k, m in zip(houses["block"], houses["kind"], month, strict=True)
    ]


def _demolish(
    frame: gpd.GeoDataFrame, houses: pd.DataFrame, scale: Scale, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """A few lane houses of one compound came down in the middle of the period."""
    old = houses.index[(houses["compound_kind"] == "lanes") & houses["home"].eq(True)]
    if len(old) > 30:
        start = int(rng.integers(0, len(old) - 12))
        days = (scale.until - scale.first_day).days
        frame["demolished_on"] = frame["demolished_on"].astype(object)
        frame.loc[old[start : start + 6], "demolished_on"] = scale.first_day + dt.timedelta(days=days // 2)
    return frame
