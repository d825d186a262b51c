"""``wangge boundaries``: check, repair, plots, divide and compare, file to file, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_service.cli.boundaries_text import agreement_text, defects_text

if TYPE_CHECKING:
    import geopandas as gpd

app = typer.Typer(no_args_is_help=True, help="边界：检查、修复、地块、划分、比较 / boundaries, file to file")

GRID_CODES = ("grid_code", "code")
BUILDING_CODES = ("building_code", "code")
COMMITTEE_CODES = ("committee_code", "code")
INFORMATION = ("empty_blocks", "across_border", "across_barrier", "detached", "without_footprint", "slivers")

In = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
Maybe = Annotated[Path | None, typer.Option(exists=True, dir_okay=False)]
Out = Annotated[Path, typer.Option("-o", "--out", help="输出，格式随扩展名 / output, format by extension")]
Crs = Annotated[
    str | None, typer.Option("--crs", help="GRIDS 的坐标系 / reference system, gcj02 and bd09 too")
]
Id = Annotated[str | None, typer.Option("--id", help="编码列 / column with the codes")]
Json = Annotated[bool | None, typer.Option("--json/--text", help="机器可读；管道默认 / JSON, also in a pipe")]


@app.command()
def check(
    grids: In,
    within: Maybe = None,
    buildings: Maybe = None,
    committees: Maybe = None,
    crs: Crs = None,
    id_: Id = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="缺陷图层 / the defects as a layer")] = None,
    as_json: Json = None,
) -> None:
    """检查缝隙、重叠、碎块、切楼、跨居委 / gaps, overlaps, slivers, cut buildings, crossed committees."""
    from geo_service.cli.vector_files import answer, refusals, step, writable, write_layer
    from grids.boundaries.coverage import check as run

    with refusals():
        writable(out)
        layer = _layer(grids, GRID_CODES, crs, id_)
        others = [
            _maybe(within, COMMITTEE_CODES),
            _maybe(buildings, BUILDING_CODES),
            None if committees is None else _committees(committees),
        ]
        with step(f"检查 {len(layer)} 个网格 / checking"):
            report = run(layer, *others)
        if out is not None:
            write_layer(report.frame(), out, "defects")
    answer(report.to_dict(), defects_text(report.valid, dict(report.kinds())), as_json)
    raise typer.Exit(0 if report.valid else 1)


@app.command()
def repair(
    grids: In,
    out: Out,
    within: Maybe = None,
    max_gap_m: Annotated[
        float, typer.Option(min=0, help="填补的缝宽上限 / widest gap to fill, metres")
    ] = 6.0,
    crs: Crs = None,
    id_: Id = None,
    as_json: Json = None,
) -> None:
    """修成无缝无叠的图层，并说明移动了多少 / a valid coverage, with what moved and by how much."""
    from geo_service.cli.vector_files import answer, refusals, step, writable, write_layer
    from grids.boundaries.coverage import repair as run

    with refusals():
        writable(out)
        layer = _layer(grids, GRID_CODES, crs, id_)
        with step(f"修复 {len(layer)} 个网格 / repairing"):
            fixed = run(layer, _maybe(within, COMMITTEE_CODES), max_gap_m=max_gap_m)
        write_layer(fixed.grids.reset_index(drop=True), out, "grids")
    moved = fixed.moved
    text = (
        f"移动 {len(moved)} 个网格 / {len(moved)} grids changed: +{moved['gained_m2'].sum():.2f} m², "
        f"-{moved['lost_m2'].sum():.2f} m²\n{defects_text(fixed.after.valid, dict(fixed.after.kinds()))}"
    )
    answer({**fixed.to_dict(), "out": str(out)}, text, as_json)
    raise typer.Exit(0 if fixed.after.valid else 1)


@app.command()
def plots(
    buildings: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    out: Out,
    committees: Maybe = None,
    barriers: Maybe = None,
    compounds: Maybe = None,
    committee: Annotated[
        str | None, typer.Option(help="楼栋上的居委列 / committee column of the buildings")
    ] = None,
    id_: Id = None,
    as_json: Json = None,
) -> None:
    """由楼栋轮廓生成地块 / plots from building footprints, a gap-free coverage of every committee."""
    from geo_service.cli.vector_files import answer, refusals, writable, write_layer

    with refusals():
        writable(out)
        made = _made_plots(buildings, committees, barriers, compounds, committee, id_)
        write_layer(made.plots.reset_index(), out, "plots")
    found = {kind: places for kind, places in vars(made.report).items() if isinstance(places, list)}
    defects = sum(len(places) for kind, places in found.items() if kind not in INFORMATION)
    report = {
        "plots": len(made.plots),
        "buildings": int(made.plots["building_code"].notna().sum()),
        "area_m2": float(made.plots.area.sum()),
        **{kind: [_place(place) for place in places] for kind, places in found.items()},
        "out": str(out),
    }
    counts = "\n".join(f"  {kind}: {len(places)}" for kind, places in found.items() if places)
    answer(report, f"{len(made.plots)} 个地块 / plots → {out}\n{counts}", as_json)
    raise typer.Exit(1 if defects else 0)


@app.command()
def divide(
    out: Out,
    plots: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="地块 / plots")] = None,
    buildings: Maybe = None,
    committees: Maybe = None,
    weight: Annotated[str, typer.Option(help="权重列 / column to balance")] = "residents",
    committee: Annotated[str | None, typer.Option(help="居委列 / committee column")] = None,
    barriers: Maybe = None,
    target: Annotated[float, typer.Option(min=1, help="每格目标 / weight of a grid")] = 1500,
    tolerance: Annotated[float, typer.Option(min=0, max=0.99)] = 0.05,
    seed: int = 0,
    objective: Annotated[str, typer.Option(help="balanced, balance, streets")] = "balanced",
    scheme: Annotated[str, typer.Option(help="编码 14、15、local / code scheme")] = "auto",
    simplify_m: Annotated[
        float | None, typer.Option(min=0, help="内部边界简化，有楼栋时默认 2 / simplify inner lines, metres")
    ] = None,
    plots_out: Annotated[Path | None, typer.Option(help="带网格编码的地块 / plots with their grid")] = None,
    crs: Crs = None,
    as_json: Json = None,
) -> None:
    """划分均衡的微网格 / balanced micro-grids, in one piece each, inside committees, along streets."""
    from geo_service.cli.dividing import divided
    from geo_service.cli.vector_files import answer, read_layer, refusals, stop, writable, write_layer

    with refusals():
        writable(out, plots_out)
        houses = _maybe(buildings, BUILDING_CODES)
        if plots is not None:
            ground = read_layer(plots, crs)
        elif buildings is None:
            stop("请给出 --plots 或 --buildings / give --plots or --buildings")
        else:
            ground = _made_plots(
                buildings, committees, barriers, None, committee, None, crs
            ).plots.reset_index()
            committee = None
        lines = None if barriers is None else read_layer(barriers)
        drawn = divided(ground, lines, committee=committee, weight=weight, target=target, tolerance=tolerance,
                        seed=seed, objective=objective, scheme=scheme, simplify_m=simplify_m,
                        footprints=None if houses is None else houses.geometry)  # fmt: skip
        write_layer(drawn.grids.reset_index(), out, "grids")
        if plots_out is not None:
            write_layer(drawn.plots.reset_index(), plots_out, "plots")
    answer({**drawn.to_dict(), "out": str(out)}, drawn.text(), as_json)
    raise typer.Exit(0 if drawn.within else 1)


@app.command()
def compare(
    ours: In,
    theirs: In,
    buildings: Maybe = None,
    weight: Annotated[str | None, typer.Option(help="楼栋人口列 / residents column of the buildings")] = None,
    crs: Crs = None,
    their_crs: Annotated[
        str | None, typer.Option(help="THEIRS 的坐标系 / reference system of THEIRS")
    ] = None,
    id_: Id = None,
    their_id: Annotated[str | None, typer.Option(help="THEIRS 的编码列 / code column of THEIRS")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="差异图层 / the differences as a layer")
    ] = None,
    adopted: Annotated[Path | None, typer.Option(help="采纳碎缝后的图层 / ours with slivers adopted")] = None,
    as_json: Json = None,
) -> None:
    """与另一套网格比较 / agreement with another department's grid: people first, lines second."""
    from geo_service.cli.vector_files import answer, refusals, step, writable, write_layer
    from grids.boundaries.agreement import adopt
    from grids.boundaries.agreement import compare as run

    with refusals():
        writable(out, adopted)
        mine, other = _layer(ours, GRID_CODES, crs, id_), _layer(theirs, GRID_CODES, their_crs, their_id)
        with step(f"比较 {len(mine)} 与 {len(other)} 个网格 / comparing"):
            found = run(mine, other, buildings=_maybe(buildings, BUILDING_CODES), weight=weight)
        if out is not None:
            write_layer(found.differences.reset_index(), out, "differences")
        if adopted is not None:
            taken, which = adopt(mine, found.differences, found.mates)
            write_layer(taken.reset_index(drop=True), adopted, "grids")
            typer.echo(f"采纳 {len(which)} 处碎缝 / slivers adopted → {adopted}", err=True)
    answer(found.to_dict(), agreement_text(found), as_json)
    raise typer.Exit(0 if found.grade == "highly_consistent" else 1)


def _layer(
    path: Path, codes: tuple[str, ...], crs: str | None = None, column: str | None = None
) -> gpd.GeoDataFrame:
    from geo_service.cli.vector_files import by_code, read_layer

    return by_code(read_layer(path, crs), codes, column)


def _committees(path: Path) -> gpd.GeoDataFrame:
    """The committees of a layer; of a file of areas, as ``wangge load areas`` takes it, only those."""
    areas = _layer(path, COMMITTEE_CODES)
    if "kind" in areas and (areas["kind"] == "committee").any():
        areas = areas[areas["kind"] == "committee"]
    return areas


def _maybe(path: Path | None, codes: tuple[str, ...]) -> gpd.GeoDataFrame | None:
    return None if path is None else _layer(path, codes)


def _made_plots(
    buildings: Path,
    committees: Path | None,
    barriers: Path | None,
    compounds: Path | None,
    committee: str | None,
    column: str | None,
    crs: str | None = None,
) -> Any:
    """Plots from files, in the metric CRS of the place."""
    from geo_service.cli.vector_files import read_layer, step, stop
    from grids.geodesy import metric_crs
    from grids.plots import make_plots

    houses = _layer(buildings, BUILDING_CODES, crs, column)
    metric = metric_crs(houses)
    if committee is not None and committee not in houses:
        stop(f"楼栋没有列 / the buildings have no column {committee}")
    if committee is not None:
        houses = houses.assign(committee_code=houses[committee].astype(str))
    areas = None
    if committees is not None:
        areas = _committees(committees).to_crs(metric)
        areas = areas.assign(committee_code=areas.index)
    elif "committee_code" not in houses:
        houses = houses.assign(committee_code="1")
    lines = None if barriers is None else read_layer(barriers).to_crs(metric)
    grounds = None if compounds is None else _layer(compounds, ("compound_code", "code")).to_crs(metric)
    with step(f"{len(houses)} 栋楼生成地块 / making plots"):
        return make_plots(houses.to_crs(metric), areas, lines, compounds=grounds)


def _place(place: Any) -> dict[str, Any]:
    import shapely

    row = dict(vars(place))
    shape = row.pop("geometry", None)
    row = {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}
    return {**row, "geometry": None if shape is None else shapely.geometry.mapping(shape)}
