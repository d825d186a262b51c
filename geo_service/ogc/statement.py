"""SQL with its bound values. Whatever came from outside is bound; only declared identifiers are written."""

from __future__ import annotations

from typing import Any


class Statement:
    """Collects values while a query is written.

    >>> s = Statement()
    >>> s.bind("x' OR 1=1 --", "text")
    '%(v0)s::text'
    >>> s.values
    {'v0': "x' OR 1=1 --"}
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def bind(self, value: Any, kind: str) -> str:
        """The place of a value in the text, cast to its type so that the server need not guess."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"


def identifier(name: str) -> str:
    """A quoted identifier; percent signs are doubled because the driver reads them.

    >>> identifier('a"b%')
    '"a""b%%"'
    """
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'
