"""What the rules refuse leaves over HTTP as a sentence in both languages."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import grids
from geo_service.problems import problem_of
from grids.boundaries.editing.errors import EditRefused, LineEndsInside
from grids.errors import GridError
from map_ui.wording import WORDS

CHINESE = re.compile("[\u4e00-\u9fff]")
SAMPLES = {"int": 3, "float": 0.4, "str": "310199001001", "tuple[float, float]": (1.0, 2.0),
           "Sequence[int]": [1, 2], "Sequence[str]": ["a", "b"]}  # fmt: skip


def leaves(root: type[Exception]) -> Iterator[type[Exception]]:
    for module in pkgutil.walk_packages(grids.__path__, "grids."):
        importlib.import_module(module.name)
    for child in root.__subclasses__():
        yield child
        yield from leaves(child)


def made(leaf: type[Exception]) -> Exception:
    """One of its kind, its facts made up by their types."""
    wanted = inspect.signature(leaf.__init__).parameters.values()
    facts: list[Any] = [
        SAMPLES[str(p.annotation)] for p in wanted if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    return leaf(*(facts or ["something"]))


@pytest.mark.parametrize("leaf", sorted(set(leaves(EditRefused)), key=lambda c: c.__name__))
def test_a_refused_edit_says_why_in_chinese_and_in_english(leaf: type[Exception]) -> None:
    error = made(leaf)
    detail = problem_of(error).detail
    chinese, _, english = detail.partition(" / ")
    assert CHINESE.search(chinese), detail
    assert "{" not in detail
    assert english == str(error)


def test_a_line_that_ends_inside_names_the_grid_and_what_to_do() -> None:
    problem = problem_of(LineEndsInside("310199001001002", (350_000.0, 3_440_000.0)))
    assert problem.type == "line-ends-inside"
    assert "310199001001002" in problem.detail
    assert "请画到边界以外" in problem.detail


def test_every_fact_of_the_rules_has_a_sentence_or_is_said_by_its_own_message() -> None:
    facts = [c for c in leaves(GridError) if c.__module__.startswith("grids.")]
    without = {c.__name__ for c in facts if f"refusal.{problem_of(_bare(c)).type}" not in WORDS}
    # Their messages name a column, a file or a code: the sentence is the message.
    assert without == {"InputError"}


def _bare(leaf: type[Exception]) -> Exception:
    try:
        return made(leaf)
    except (KeyError, TypeError):
        error = leaf.__new__(leaf)
        Exception.__init__(error, "something")
        return error
