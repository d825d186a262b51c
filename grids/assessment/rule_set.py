"""Rule sets: a town's dated numbers with their sources, validated, amended, and picked for a month.

A rule set is data. Each parameter carries the document, the literal phrase and its validity; the formulas
read values by key and remember which ones they read, so that every score can name them (CV-9).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grids.assessment.parameters import KNOWN, family, month_end, month_of, rule_id, sound
from grids.assessment.score import plain
from grids.errors import InputError

SOURCES = ("lit", "inf", "ext", "ours")
OPEN_END = dt.date.max


class RuleSetError(InputError):
    """A rule set cannot be used; the message names the rule set and the key."""


class UnknownKey(RuleSetError):
    """A key that no rule knows."""


class MissingKey(RuleSetError):
    """A key that a rule of this town needs and that is nowhere set."""


class DateHole(RuleSetError):
    """A day inside the validity on which nothing is valid."""


class DateOverlap(RuleSetError):
    """A day on which two values, or two rule sets, are valid."""


@dataclass(frozen=True)
class Parameter:
    """One dated value: exact, with where it comes from. ``value`` is None where the document does not say."""

    key: str
    value: Any
    source: str
    phrase: str = ""
    document: str = ""
    dated: dt.date | None = None
    unit: str = ""
    ambiguity: int | None = None
    choices: tuple[str, ...] = ()
    valid_from: dt.date = dt.date.min
    valid_to: dt.date = OPEN_END
    note_zh: str = ""
    note_en: str = ""

    @property
    def rule(self) -> str:
        """The rule that reads it, such as ``SL-2``."""
        return rule_id(self.key)

    def to_dict(self) -> dict[str, Any]:
        """The entry as ``from_dict`` reads it back, in types that JSON knows."""
        held = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        kept = {k: plain(v) for k, v in held.items() if v not in (None, "", (), dt.date.min, OPEN_END)}
        return {**kept, "unset": True} if self.value is None else {**kept, "value": plain(self.value)}


@dataclass
class Values:
    """The values of one rule set in one month, by key; remembers the keys that were read since ``reading()``."""

    label: str
    month: dt.date
    held: Mapping[str, Any]
    read: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        if key not in self.held:
            raise MissingKey(f"rule set {self.label} has no parameter {key!r}")
        self.read[key] = self.held[key]
        return self.held[key]

    def reading(self) -> Values:
        """The same values with an empty memory: one for each score."""
        return Values(self.label, self.month, self.held)

    def fraction(self, key: str) -> Fraction:
        """A number as an exact fraction."""
        value = self[key]
        if value is None:
            raise MissingKey(f"parameter {key!r} is unset in rule set {self.label}")
        return Fraction(value)


@dataclass(frozen=True)
class RuleSet:
    """A town's rules between two dates, both included."""

    town: str
    version: str
    name_zh: str
    name_en: str
    document: str
    dated: dt.date
    valid_from: dt.date
    valid_to: dt.date
    families: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    title: str = ""
    reason: str = ""

    @property
    def label(self) -> str:
        """Name with version, as scores quote it: ``sanlin-2022``."""
        return f"{self.town}-{self.version}"

    def at(self, month: str | dt.date) -> Values:
        """The values in force on the last day of ``month``; raises DateHole outside the validity."""
        first = month_of(month)
        day = month_end(first)
        if not self.valid_from <= day <= self.valid_to:
            raise DateHole(f"rule set {self.label} is not valid on {day}")
        held = {p.key: p.value for p in self.parameters if p.valid_from <= day <= p.valid_to}
        return Values(self.label, first, held)

    def of(self, key: str, day: dt.date) -> Parameter:
        """The parameter ``key`` as it stands on ``day``."""
        for parameter in self.parameters:
            if parameter.key == key and parameter.valid_from <= day <= parameter.valid_to:
                return parameter
        raise MissingKey(f"rule set {self.label} has no parameter {key!r} on {day}")

    def ambiguities(self) -> dict[int, tuple[Parameter, ...]]:
        """The parameters by the number of the ambiguity (RULES.md section 9) that the town must decide."""
        found: dict[int, list[Parameter]] = {}
        for parameter in self.parameters:
            if parameter.ambiguity is not None:
                found.setdefault(parameter.ambiguity, []).append(parameter)
        return {number: tuple(found[number]) for number in sorted(found)}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for storage; ``from_dict`` reads them back to an equal rule set."""
        head = {
            f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "parameters"
        }
        if self.valid_to == OPEN_END:
            del head["valid_to"]
        return {"rule_set": head, "parameter": [p.to_dict() for p in self.parameters]}


HEAD_KEYS = frozenset(f.name for f in dataclasses.fields(RuleSet)) - {"parameters"}
ENTRY_KEYS = frozenset(f.name for f in dataclasses.fields(Parameter)) | {"unset"}


def from_dict(raw: Mapping[str, Any]) -> RuleSet:
    """A validated rule set from what a TOML or JSON file holds.

    Raises UnknownKey, MissingKey, DateHole, DateOverlap or RuleSetError, each naming the rule set and key.
    """
    head = dict(raw.get("rule_set", {}))
    label = f"{head.get('town', '?')}-{head.get('version', '?')}"
    _known(raw, {"rule_set", "parameter"}, label, "")
    _known(head, HEAD_KEYS, label, "rule_set.")
    needed = HEAD_KEYS - {"title", "reason", "valid_to"} - head.keys()
    if needed:
        raise MissingKey(f"rule set {label} lacks rule_set.{min(needed)}")
    begin, end, dated = (_day(head.get(k), label, k) for k in ("valid_from", "valid_to", "dated"))
    entries = [_parameter(entry, label, head["document"], dated) for entry in raw.get("parameter", [])]
    rules = RuleSet(
        **{k: str(head[k]) for k in ("town", "version", "name_zh", "name_en", "document")},
        dated=dated or dt.date.min, valid_from=begin or dt.date.min, valid_to=end or OPEN_END,
        families=tuple(head["families"]), parameters=tuple(entries),
        title=str(head.get("title", "")), reason=str(head.get("reason", "")),
    )  # fmt: skip
    _complete(rules)
    return rules


def _known(given: Mapping[str, Any], allowed: Iterable[str], label: str, prefix: str) -> None:
    unknown = set(given) - set(allowed)
    if unknown:
        raise UnknownKey(f"rule set {label}: key {prefix + min(unknown)!r} is unknown")


def _day(value: Any, label: str, key: str) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise RuleSetError(f"rule set {label}: {key} {value!r} is not a date") from None


def _parameter(entry: Mapping[str, Any], label: str, document: str, dated: dt.date | None) -> Parameter:
    key = str(entry.get("key", "?"))
    _known(entry, ENTRY_KEYS, label, f"{key}.")
    if key not in KNOWN:
        raise UnknownKey(f"rule set {label}: parameter {key!r} is unknown")
    if ("value" in entry) == bool(entry.get("unset")):
        raise RuleSetError(f"rule set {label}: {key} must have either a value or unset = true")
    source = entry.get("source")
    if source not in SOURCES or (source == "lit" and not entry.get("phrase")):
        raise RuleSetError(
            f"rule set {label}: {key} needs a source of {', '.join(SOURCES)}; lit needs its phrase"
        )
    strange = set(entry.get("choices", ())) - set(KNOWN[key].choices)
    if strange:
        raise RuleSetError(f"rule set {label}: {key} has no choice {min(strange)!r}")
    try:
        value = sound(key, entry.get("value"))
    except InputError as error:
        raise RuleSetError(f"rule set {label}: {error}") from None
    return Parameter(
        key, value, str(source), **{k: str(entry.get(k, "")) for k in ("phrase", "unit", "note_zh", "note_en")},
        document=str(entry.get("document", document)), dated=_day(entry.get("dated", dated), label, key),
        ambiguity=entry.get("ambiguity"), choices=tuple(entry.get("choices", KNOWN[key].choices)),
        valid_from=_day(entry.get("valid_from"), label, key) or dt.date.min,
        valid_to=_day(entry.get("valid_to"), label, key) or OPEN_END,
    )  # fmt: skip


def _complete(rules: RuleSet) -> None:
    """Every key of the town's families has exactly one value on every day of the validity."""
    spans: dict[str, list[tuple[dt.date, dt.date]]] = {}
    for parameter in rules.parameters:
        spans.setdefault(parameter.key, []).append((parameter.valid_from, parameter.valid_to))
    for key in KNOWN:
        if family(key) in rules.families:
            if key not in spans:
                raise MissingKey(f"rule set {rules.label} lacks parameter {key!r}")
            tiled(spans[key], rules.valid_from, rules.valid_to, f"rule set {rules.label}: parameter {key!r}")


def tiled(spans: Sequence[tuple[dt.date, dt.date]], begin: dt.date, end: dt.date, what: str) -> None:
    """Raise DateHole or DateOverlap unless ``spans`` (days included at both ends) cover begin…end once each."""
    ordered = sorted(spans)
    for (first, last), (following, _) in itertools.pairwise(ordered):
        if following <= last:
            raise DateOverlap(f"{what} is valid twice on {following}")
        if first > last or ((following - last).days > 1 and following > begin and last < end):
            raise DateHole(f"{what} has nothing valid on {last + dt.timedelta(days=1)}")
    if not ordered or ordered[0][0] > begin:
        raise DateHole(f"{what} has nothing valid on {begin}")
    if ordered[-1][1] < end:
        raise DateHole(f"{what} has nothing valid on {ordered[-1][1] + dt.timedelta(days=1)}")


def check_versions(rule_sets: Sequence[RuleSet]) -> None:
    """Raise DateOverlap or DateHole unless the versions of one town follow each other day on day."""
    if rule_sets:
        spans = [(rules.valid_from, rules.valid_to) for rules in rule_sets]
        begin, end = min(span[0] for span in spans), max(span[1] for span in spans)
        tiled(spans, begin, end, f"town {rule_sets[0].town}: the rule set")


def pick(rule_sets: Sequence[RuleSet], month: str | dt.date) -> RuleSet:
    """The one rule set in force on the last day of ``month``, as boundaries are picked.

    Raises DateHole when none is, DateOverlap when two are.
    """
    day = month_end(month_of(month))
    valid = [rules for rules in rule_sets if rules.valid_from <= day <= rules.valid_to]
    if len(valid) > 1:
        raise DateOverlap(f"rule sets {' and '.join(r.label for r in valid)} are both valid on {day}")
    if not valid:
        raise DateHole(f"no rule set is valid on {day}")
    return valid[0]


def amend(
    rules: RuleSet, changes: Mapping[str, Any], valid_from: dt.date, version: str, reason: str
) -> tuple[RuleSet, RuleSet]:
    """(the old rule set closed on the day before, its amended copy from ``valid_from`` on).

    ``changes`` maps keys to new values. Old months keep the old numbers. Raises RuleSetError without a
    reason or when the copy would begin before the original, UnknownKey for a key the town does not have.
    """
    if not reason.strip():
        raise RuleSetError(f"amending rule set {rules.label} needs a reason")
    if not rules.valid_from < valid_from <= rules.valid_to:
        raise RuleSetError(f"rule set {rules.label} is not valid on the day before {valid_from}")
    unknown = set(changes) - {p.key for p in rules.parameters}
    if unknown:
        raise UnknownKey(f"rule set {rules.label}: parameter {min(unknown)!r} is unknown")
    kept = [p for p in rules.parameters if p.key not in changes]
    changed = [
        dataclasses.replace(
            rules.of(key, valid_from), value=sound(key, value), source="ours", note_en=reason, note_zh=reason,
            valid_from=dt.date.min, valid_to=OPEN_END,
        )
        for key, value in changes.items()
    ]  # fmt: skip
    copy = dataclasses.replace(
        rules, version=version, valid_from=valid_from, reason=reason, parameters=(*kept, *changed)
    )
    _complete(copy)
    return dataclasses.replace(rules, valid_to=valid_from - dt.timedelta(days=1)), copy
