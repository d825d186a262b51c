"""Why a file cannot be read at all. Defects of single rows are lines of the report, not exceptions."""

from __future__ import annotations

from grids.errors import InputError


class ReaderError(InputError):
    """The file cannot be read; ``zh`` and ``en`` say why and what to do, and never quote a cell."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en


MOST_COLUMNS = 2_000


def too_many_columns() -> ReaderError:
    """A sheet has dozens of columns; one with thousands is something else, or an attack."""
    return ReaderError(
        f"列数超过 {MOST_COLUMNS}, 不像一张数据表。", f"More than {MOST_COLUMNS} columns: not a data sheet."
    )
