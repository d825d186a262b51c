"""Whatever the service writes into the audit has a word in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from map_ui.wording import WORDS

SERVICE = Path(__file__).resolve().parents[2] / "geo_service"


def actions_of(call: ast.Call) -> Iterator[str]:
    """Third argument of ``record``: a word, or one of two; what is put together at run time is tested where it is made."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name == "record" and len(call.args) >= 3:
        for part in ast.walk(call.args[2]):
            if (
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and not part.value.endswith((".", "-"))
            ):
                yield part.value


def test_every_action_that_is_recorded_has_a_word() -> None:
    recorded = {
        action
        for file in SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for action in actions_of(node)
    }
    assert len(recorded) > 50
    assert not {action for action in recorded if f"audit.{action}" not in WORDS}
