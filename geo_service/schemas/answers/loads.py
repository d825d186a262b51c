"""Files that were tried, loaded or undone; receipts for a day's visits."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment


class Load(TypedDict):
    """A load: what, when, by whom, how many rows."""

    id: int
    kind: str
    file_name: str
    loaded_at: Moment
    loaded_by: str | None
    mode: Literal["snapshot", "delta"]
    counts: dict[str, int]
    """行数：read、added、changed、same、closed、rejected / rows by what became of them"""
    state: Literal["loaded", "undone", "unfinished"]
    can_undo: bool


class LoadField(TypedDict):
    """A field of a kind of file, and the headers by which it is recognised."""

    field: str
    name: str
    name_en: str
    required: bool
    aliases: list[str]


class LoadFields(TypedDict):
    kind: str
    fields: list[LoadField]


class LoadColumn(TypedDict):
    """A column of the file and the field that it was taken for."""

    source: str
    field: str


class RowProblem(TypedDict):
    """What is wrong with a row (0: the file as a whole); never a cell of the file."""

    row: int
    column: str | None
    severity: Literal["error", "warning"]
    message: str
    message_en: str


class LoadReport(TypedDict):
    """What was read, row by row what is wrong, and what a load does or would do."""

    kind: str
    rows: int
    ok: int
    errors: int
    warnings: int
    loadable: bool
    preview: dict[str, int]
    columns: list[LoadColumn]
    columns_dropped: int
    """未列出而丢弃的列数 / how many columns are not listed and were dropped while reading"""
    problems: list[RowProblem]


class LoadOutcome(TypedDict):
    """The report of a file, and the number of the load where it was kept."""

    load_id: int | None
    report: LoadReport


class LoadUndone(TypedDict):
    restored: int
    removed: int


class VisitReceipt(TypedDict):
    """What became of one visit."""

    visit_id: str
    state: Literal["stored", "corrected", "same", "refused"]
    reason: str | None
    received_at: Moment | None


class VisitReceipts(TypedDict):
    receipts: list[VisitReceipt]
