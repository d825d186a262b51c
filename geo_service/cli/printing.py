"""Rows and values on a terminal: a table with its columns aligned for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import typer


def print_json(value: Any) -> None:
    """One line of JSON; times, ids and the like as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def show(rows: Sequence[dict[str, Any]], as_json: bool, columns: Sequence[str] | None = None) -> None:
    """Print rows whole as JSON, or as lines with their columns (those of the first row, or ``columns``) aligned."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        typer.echo("无 / none")
        return
    names = list(columns or rows[0])
    lines = [names, *([_words(row[name]) for name in names] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        typer.echo("  ".join(c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True)).rstrip())


def _words(value: Any) -> str:
    if value is None:
        return "-"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _width(words: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in words)
