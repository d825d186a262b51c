"""``wangge assess``: scores, ranks and ladder events from a table of counts, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from geo_service.cli.assess_reading import header_of, lines_of
from geo_service.cli.assess_writing import WRITERS, as_text, write
from geo_service.cli.options import Json
from geo_service.cli.printing import print_json

if TYPE_CHECKING:
    import datetime as dt

    from grids.assessment.counts import Defect
    from grids.assessment.rule_set import RuleSet
    from grids.assessment.scoring import Row


def assess(
    table: Annotated[
        Path, typer.Argument(help="CSV、XLSX 或 Parquet / a table of counts", exists=True, dir_okay=False)
    ],
    rules: Annotated[
        str, typer.Option("--rules", help="街镇名、版本或 TOML 文件 / town, version or a TOML file")
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="结果 .json .xlsx .csv / results")] = None,
    month: Annotated[str | None, typer.Option(help="表中无月份列时 / where no column says the month")] = None,
    expect: Annotated[
        Path | None, typer.Option(help="应有单位，每行一个 / units that must be there", exists=True)
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option(help="各月单位可不同 / months may list different units")
    ] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE，本次改用 / for this run")
    ] = None,
    as_json: Json = False,
) -> None:
    """按街镇规则计分、排名、列出约谈阶梯 / score, rank and ladder a table of counts by a town's rules."""
    from grids.assessment.parameters import month_of
    from grids.assessment.scoring import assess as run
    from grids.errors import InputError

    if out is not None and out.suffix.lower() not in WRITERS:
        _stop(f"{out.suffix} 不支持，请用 {' '.join(WRITERS)} / unknown kind of output", 2)
    if out is not None and not out.parent.is_dir():
        _stop(f"{out.parent} 不是文件夹 / is not a folder", 2)
    rule_sets = _rule_sets(rules, settings or [])
    try:
        single = month_of(month) if month else None
    except InputError as error:
        _stop(str(error), 2)
    wanted = expect.read_text("utf-8-sig").split() if expect else []
    try:
        rows, defects = _read(rule_sets[0], table, single, wanted, not allow_missing)
        if defects:
            _refuse(defects, as_json)
        found = run(rule_sets, rows)
    except InputError as error:
        _stop(str(error), 1)
    if out is not None:
        write(out, WRITERS[out.suffix.lower()](found))
    typer.echo(WRITERS[".json"](found).decode() if as_json else as_text(found), nl=False)


def _stop(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _refuse(defects: Sequence[Defect], as_json: bool) -> None:
    """Every defect by its cell on stderr (or as JSON on stdout), and exit 1: nothing is computed or written."""
    if as_json:
        print_json({"defects": [vars(defect) for defect in defects]})
    for defect in defects:
        typer.echo(str(defect), err=True)
    raise typer.Exit(1)


def _rule_sets(name: str, settings: Sequence[str]) -> list[RuleSet]:
    from grids.assessment.rule_set import check_versions, from_dict
    from grids.errors import InputError
    from seeds.rule_sets import load_file, versions

    try:
        raw = [load_file(Path(name))] if name.endswith(".toml") else versions(name)
        for entry in settings:
            _change(raw, entry)
            raw = [{**held, "rule_set": {**held["rule_set"], "version": _marked(held)}} for held in raw]
        rule_sets = [from_dict(held) for held in raw]
        check_versions(rule_sets)
    except (KeyError, OSError, ValueError, InputError) as error:
        _stop(str(error.args[0]) if isinstance(error, KeyError) else str(error), 2)
    return rule_sets


def _marked(held: dict[str, Any]) -> str:
    """Version of a rule set with changes for this run: scores must not pass for those of the town's own rules."""
    return str(held["rule_set"]["version"]).removesuffix("+set") + "+set"


def _change(raw: Sequence[dict[str, Any]], entry: str) -> None:
    """One ``KEY=VALUE`` of the command line, in every version; values are written as in TOML, words without quotes."""
    import tomllib
    from decimal import Decimal

    key, _, text = entry.partition("=")
    try:
        value = tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        value = text
    for held in raw:
        if key not in {item["key"] for item in held["parameter"]}:
            raise KeyError(f"parameter {key!r} is unknown to rule set {held['rule_set']['town']}")
        held["parameter"] = [
            {k: v for k, v in item.items() if k != "unset"} | {"value": value, "source": "ours"}
            if item["key"] == key
            else item
            for item in held["parameter"]
        ]


def _read(
    rules: RuleSet, table: Path, month: dt.date | None, expected: Sequence[str], whole: bool
) -> tuple[list[Row], list[Defect]]:
    from grids.assessment.count_columns import located
    from grids.assessment.counts import read_counts
    from grids.assessment.scoring import SCORERS

    family = next(name for name in rules.families if name in SCORERS)
    lines = lines_of(table)
    header, begin = header_of(lines, lambda cells: len(located(family, cells)))
    return read_counts(family, header, lines[begin:], month, expected, whole)
