"""What a kind of file is to the loader."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo_service.loading.staging import Columns


@dataclass(frozen=True)
class Kind:
    """A kind of file: ``select`` yields the target's columns from the stage; rows it drops are rejected rows.

    ``before`` runs on the stage alone, ``after`` on what is being merged (``merged``: new and changed rows,
    ``replaced``: the former selves of the changed ones). ``kept`` are queries of rows elsewhere that ``after`` will
    change: they become before-images too. ``undo`` puts right what taking the rows back leaves behind.
    """

    name: str
    table: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    stage: Columns
    select: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    #: Query of the buildings whose stocks (or months, with a day) the load touched, over ``merged``.
    recount: str | None = None
    batched: bool = True
    #: A snapshot closes or removes what the file lacks: the rows of ``missing`` over the table as ``t``.
    missing: str | None = None
    #: What closing such a row sets; None where it is deleted.
    closing: str | None = None
    #: Whether a delta, too, removes what is missing.
    replaces: bool = False
    #: Whether ``select`` drops rows that name a place which does not exist; they are counted as rejected.
    drops: bool = False
    kept: dict[str, str] = field(default_factory=dict)
    undo: tuple[str, ...] = ()
    #: How many rows of other loads hang on those that the batch added; above none it cannot be undone.
    in_use: str | None = None
    #: Kinds whose rows come with this one's and are undone with it, parents first.
    companions: tuple[str, ...] = ()
