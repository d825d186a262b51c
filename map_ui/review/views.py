"""The views of the month map: which figure colours what, and what its classes are called.

Everything is decided here, in words and keys; the page only looks keys up and draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from map_ui.palette import ACCURACY, ROLES, SEQUENCES, STATES, Fill, fill_for, hotspot_fill
from map_ui.wording import number_text, percent_text, text

Label = tuple[str, str]
Entry = tuple[str, Label]


@dataclass(frozen=True)
class View:
    """One way to colour the map: a measure on a layer; ``detail`` words the numerator and denominator."""

    id: str
    layer: str
    measure: str
    title: str
    of: str
    detail: str
    unit: str = "%"
    interval: bool = False


VIEWS = (
    View("checked_share", "micro-grid", "checked_share", "measure.checked_share", "measure.checked_share.of",
         "month_map.checked"),
    View("check_density", "cell", "check_density", "measure.check_density", "measure.check_density.of",
         "month_map.visited", unit=""),
    View("hotspots", "cell", "group_renting_rate", "measure.hotspots", "measure.group_renting_rate.of",
         "month_map.inspected", interval=True),
    View("accuracy", "micro-grid", "accuracy", "measure.accuracy", "measure.accuracy.of",
         "month_map.correct", interval=True),
    View("buildings", "building", "status", "month_map.status", "month_map.status.of", ""),
)  # fmt: skip

HOTSPOT_ENTRIES = ("hot", "found", "zero")
CHANGE_CLASSES = ("change.0", "change.1", "change.2", "change.3", "change.4")


def both(key: str, **values: object) -> Label:
    """A label in both languages."""
    return text(key, "zh", **values), text(key, "en", **values)


def fills() -> dict[str, Fill]:
    """Every key that a row can have → how it is filled."""
    found = {
        f"{m}.{i}": fill_for(m, _inside(m, i))
        for m in ("checked_share", "check_density", "change")
        for i in range(5)
    }
    teal, rust = SEQUENCES["checked_share"].light, SEQUENCES["change"].light
    edge = ROLES["light"]["border_grid"]
    hot = hotspot_fill()
    return {
        **found,
        **ACCURACY["light"],
        **STATES["light"],
        "hot": hot,
        "found": Fill(ROLES["light"]["building"], edge),
        "zero": Fill(hot.colour, edge),
        "base": Fill(ROLES["light"]["ground"], edge),
        "new": hot,
        "lasting": Fill(hot.colour, hot.outline, ACCURACY["light"]["cannot_tell"].pattern),
        "gone": Fill("#ffffff", hot.outline),
        "none": Fill(hot.colour, edge),
        "up": Fill(rust[4], edge),
        "down": Fill(rust[0], edge),
        "status.all": Fill(teal[4], teal[4]),
        "status.part": Fill(teal[2], teal[4]),
        "status.no_access": Fill(rust[1], rust[0]),
        "status.none": Fill(teal[0], edge),
        "status.no_homes": STATES["light"]["no_data"],
        "status.withheld": STATES["light"]["withheld"],
    }  # fmt: skip


def entries(view: View) -> list[Entry]:
    """The legend of a view, top to bottom: its classes, then no data, zero and withheld."""
    if view.id == "buildings":
        return [
            (f"status.{s}", both(f"month_map.status.{s}"))
            for s in ("all", "part", "no_access", "none", "no_homes", "withheld")
        ]
    withheld = ("withheld", both("state.withheld"))
    if view.id == "hotspots":
        return [
            ("hot", both("month_map.hot")), ("found", both("month_map.found_some")),
            ("zero", both("month_map.found_none")), ("no_data", both("month_map.not_inspected")), withheld,
        ]  # fmt: skip
    states = [("no_data", both("state.no_data")), withheld]
    if view.id == "accuracy":
        return [*((v, both(f"verdict.{v}")) for v in ("meets", "misses", "cannot_tell")), *states]
    classes = [(f"{view.measure}.{i}", _class_label(view, i)) for i in range(5)]
    return [*reversed(classes), ("zero_in", both("month_map.zero")), *states]


def change_entries(view: View) -> list[Entry]:
    """The legend of the comparison of two months; empty where a view has none."""
    unknown = ("no_data", both("month_map.incomparable"))
    if view.id == "hotspots":
        return [(k, both(f"month_map.{k}")) for k in ("new", "lasting", "gone", "none")] + [unknown]
    if view.id == "accuracy":
        return [("up", both("month_map.up")), ("down", both("month_map.down")),
                ("cannot_tell", both("figure.not_distinguishable")), unknown]  # fmt: skip
    if view.id == "buildings":
        return []
    return [*((f"change.{i}", _change_label(view, i)) for i in (4, 3, 2, 1, 0)), unknown]


def key_of(view: View, row: Any) -> str:
    """The fill key of one row of figures (attributes value, state, verdict)."""
    if row.state in ("no_data", "withheld"):
        return str(row.state)
    if view.measure == "accuracy":
        return "cannot_tell" if row.verdict not in ("meets", "misses") else str(row.verdict)
    if view.measure == "group_renting_rate":
        return "found" if row.value > 0 else "zero"
    return f"{view.measure}.{SEQUENCES[view.measure].class_of(row.value)}"


def value_text(view: View, value: float | None) -> str:
    """A value as it is read on the map: per cent, or visits per 100 dwellings."""
    return percent_text(value) if view.unit == "%" else number_text(value, 1)


def change_key(change: float) -> str:
    """The class of a change of a fully counted figure (density: per dwelling, as the palette's breaks say)."""
    return f"change.{SEQUENCES['change'].class_of(change)}"


def _inside(measure: str, index: int) -> float:
    """A value inside class ``index``; never 0, which has a meaning of its own."""
    edges = (-1.0, *SEQUENCES[measure].breaks, 1e3)
    return (edges[index] + edges[index + 1]) / 2 or 1e-9


def _class_label(view: View, index: int) -> Label:
    breaks = SEQUENCES[view.measure].breaks
    say = (lambda v: percent_text(v, 0)) if view.unit == "%" else (lambda v: number_text(v))
    if index == 0:
        return both("legend.below", value=say(breaks[0]))
    if index == len(breaks):
        return both("legend.from", value=say(breaks[-1]))
    return both("legend.between", low=say(breaks[index - 1]).rstrip("%"), high=say(breaks[index]))


def _change_label(view: View, index: int) -> Label:
    low, high = (100 * b for b in SEQUENCES["change"].breaks[2:])
    unit = "month_map.points" if view.unit == "%" else "month_map.per_100"
    said = {4: f"≥ +{high:g}", 3: f"+{low:g}…+{high:g}", 1: f"−{high:g}…−{low:g}", 0: f"≤ −{high:g}"}
    return both(unit, change=said.get(index, f"±{low:g}"))
