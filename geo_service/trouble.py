"""What can be wrong with a machine: one shape for it, in plain words of both languages, each with what to do.

The words stand where the knowledge is (the private PostGIS, backups, the port, the disk); whoever finds trouble yields
a :class:`Trouble`, or raises :class:`TroubleError` where it cannot go on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong and its remedy; ``code`` is stable and meant for machines."""

    code: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str

    def __str__(self) -> str:
        return f"{self.zh}{self.remedy_zh}\n{self.en} {self.remedy_en}"

    def as_dict(self) -> dict[str, str]:
        """The same as a plain dictionary, for ``--json``."""
        return asdict(self)


class TroubleError(Exception):
    """What was asked cannot be done on this machine; ``trouble`` says why and what helps."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble
