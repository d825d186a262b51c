"""The one source of colours, class breaks and patterns: console, folium maps, forms and charts.

Three answers that are not values look unlike any value, on a screen, in grey print and to colour-blind
eyes: *no data* is white with a grey outline, *zero* is the lightest class, *withheld* is fine dots.
``tests/map_ui/test_palette.py`` checks contrast, colour-blindness (Machado et al. 2009) and grey print.

``python -m map_ui.palette --json DIR`` writes ``palette.json`` and ``roles.css`` for the console's build.
"""

from __future__ import annotations

import argparse
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark"]
State = Literal["ok", "no_data", "zero", "withheld"]
PatternKind = Literal["hatch", "dots", "fine_dots"]

THEMES: tuple[Theme, ...] = ("light", "dark")

ROLES: dict[Theme, dict[str, str]] = {
    "light": {
        "ink": "#1d2528",
        "paper": "#fbfaf7",
        "raised": "#ffffff",
        "sunk": "#f3f1eb",
        "line": "#dcd9d1",
        "edge": "#8a8f8c",  # borders of what can be typed in: 3:1 against paper (WCAG 1.4.11)
        "quiet": "#5d676b",
        "accent": "#0f5f7a",
        "on_accent": "#ffffff",
        "chosen": "#dfecf0",
        "alarm": "#b3261e",
        "on_alarm": "#ffffff",
        "caution": "#8a5a00",
        "good": "#1f6b4f",
        "ground": "#f4f2ec",
        "building": "#cfcac0",
        "water": "#d5e3e8",
        "green": "#e2ead8",
        "road": "#ffffff",
        "road_edge": "#d6d2c8",
        "border_grid": "#6d7678",
        "border_committee": "#3a4447",
        "border_town": "#1d2528",
        "halo": "#fbfaf7",
    },
    "dark": {
        "ink": "#e8e6df",
        "paper": "#161b1d",
        "raised": "#1f2628",
        "sunk": "#111517",
        "line": "#343c3f",
        "edge": "#727c80",
        "quiet": "#a3adb0",
        "accent": "#6cbdd6",
        "on_accent": "#0c1a1f",
        "chosen": "#20393f",
        "alarm": "#ff8a80",
        "on_alarm": "#2a0907",
        "caution": "#e3b457",
        "good": "#7fcba7",
        "ground": "#1b2123",
        "building": "#3b4346",
        "water": "#1d2f38",
        "green": "#212c22",
        "road": "#2b3336",
        "road_edge": "#3a4346",
        "border_grid": "#838d90",
        "border_committee": "#b4bcbd",
        "border_town": "#e8e6df",
        "halo": "#161b1d",
    },
}

LINE_WIDTHS_PX = {"grid": 1.5, "committee": 2.5, "town": 4.0}


@dataclass(frozen=True)
class Pattern:
    """A repeating mark over a fill: diagonal hatch or dots, ``spacing_px`` apart."""

    kind: PatternKind
    colour: str
    spacing_px: float
    mark_px: float


@dataclass(frozen=True)
class Fill:
    """How a place is filled: colour, outline, and a pattern where colour alone would mislead."""

    colour: str
    outline: str
    pattern: Pattern | None = None


@dataclass(frozen=True)
class Classes:
    """Classes of one measure: ``breaks`` between them and a colour for each, lightest first on paper.

    A value on a break belongs to the class above it.
    """

    breaks: tuple[float, ...]
    light: tuple[str, ...]
    dark: tuple[str, ...]

    def colours(self, theme: Theme = "light") -> tuple[str, ...]:
        """The colours in the order of the classes."""
        return self.light if theme == "light" else self.dark

    def class_of(self, value: float) -> int:
        """Index of the class that holds ``value``.

        >>> SEQUENCES["checked_share"].class_of(0.75)
        4
        """
        return bisect_right(self.breaks, value)


SEQUENCES: dict[str, Classes] = {
    # Share of dwellings checked in a month, light sand to deep teal. The breaks serve towns with a quota (a twelfth
    # of the year is 8.3 %) and towns that sweep everything every month.
    "checked_share": Classes(
        (0.05, 0.10, 0.25, 0.75),
        ("#f5e8c8", "#bfd2bd", "#84b6ad", "#43888a", "#0d4f5c"),
        ("#3a352a", "#4a5a4c", "#4f8277", "#6fb3a8", "#b4ebdf"),
    ),
    # Checks per 100 dwellings in a month: sand to indigo, on cells.
    "check_density": Classes(
        (2.0, 5.0, 10.0, 20.0),
        ("#f5e8c8", "#d3c4cb", "#a699c1", "#6f65a5", "#352e6b"),
        ("#3a352a", "#544b57", "#736a90", "#9b92c4", "#d3ccf3"),
    ),
    # Off target, share of the ideal: under to over, neutral in the middle (drawing only).
    "balance": Classes(
        (-0.15, -0.05, 0.05, 0.15),
        ("#8a5a1f", "#dcb878", "#f1efe9", "#8fb4c9", "#1f5878"),
        ("#e0ad62", "#8a6a3b", "#2b3235", "#3f6a82", "#86bfdd"),
    ),
    # Change on an earlier month, in points of a share (or checks per 100 dwellings): worse to better.
    "change": Classes(
        (-0.05, -0.01, 0.01, 0.05),
        ("#a8431f", "#e3b79f", "#f1efe9", "#a3cdc3", "#25766f"),
        ("#e0805a", "#7d4a34", "#2b3235", "#2f5f58", "#6fc7b6"),
    ),
}
SEQUENCES["record_share"] = SEQUENCES["checked_share"]

# Group-renting findings stand over a grey map: significant places only.
HOTSPOT: dict[Theme, dict[str, str]] = {
    "light": {"base": "#e6e3dc", "outline": "#7a1f5c", "dot": "#7a1f5c"},
    "dark": {"base": "#2a3134", "outline": "#f0a3d3", "dot": "#f0a3d3"},
}

ACCURACY: dict[Theme, dict[str, Fill]] = {
    "light": {
        "misses": Fill("#a8431f", "#6d7678"),
        "meets": Fill("#6db3a4", "#6d7678"),
        "cannot_tell": Fill("#f1ede2", "#6d7678", Pattern("hatch", "#8d8a7e", 7, 1.2)),
    },
    "dark": {
        "misses": Fill("#e0805a", "#838d90"),
        "meets": Fill("#2f7a6f", "#838d90"),
        "cannot_tell": Fill("#262d2f", "#838d90", Pattern("hatch", "#7d878a", 7, 1.2)),
    },
}

STATES: dict[Theme, dict[str, Fill]] = {
    "light": {
        "no_data": Fill("#ffffff", "#a3a6a2"),
        "withheld": Fill("#f4f2ec", "#6d7678", Pattern("fine_dots", "#6d7678", 5, 1.0)),
    },
    "dark": {
        "no_data": Fill("#0c0f10", "#60696c"),
        "withheld": Fill("#1b2123", "#838d90", Pattern("fine_dots", "#8f999c", 5, 1.0)),
    },
}


def fill_for(
    measure: str,
    value: float | None,
    *,
    state: State = "ok",
    verdict: str | None = None,
    theme: Theme = "light",
) -> Fill:
    """The fill of a place for one measure.

    ``value`` is a ratio (per 100 dwellings for check density); accuracy is filled by its ``verdict``
    (meets, misses, cannot_tell or cannot_tell_yet, absent), never by its value. Raises KeyError for an unknown measure or verdict.

    >>> fill_for("checked_share", None, state="withheld").pattern.kind
    'fine_dots'
    >>> fill_for("checked_share", 0.0).colour == fill_for("checked_share", None, state="zero").colour
    True
    """
    outline = ROLES[theme]["border_grid"]
    if state in ("no_data", "withheld"):
        return STATES[theme][state]
    if measure == "accuracy":
        if verdict == "absent":
            return STATES[theme]["no_data"]
        return ACCURACY[theme][(verdict or "cannot_tell").removesuffix("_yet")]
    if measure == "group_renting_rate":
        return Fill(HOTSPOT[theme]["base"], outline)
    classes = SEQUENCES[measure]
    if state == "zero" or value == 0:
        return Fill(classes.colours(theme)[2 if measure in ("balance", "change") else 0], outline)
    if value is None:
        return STATES[theme]["no_data"]
    return Fill(classes.colours(theme)[classes.class_of(value)], outline)


def hotspot_fill(theme: Theme = "light") -> Fill:
    """The fill of a significant cell or cluster: dots and an outline, the grey map showing through."""
    colours = HOTSPOT[theme]
    return Fill(colours["base"], colours["outline"], Pattern("dots", colours["dot"], 8, 2.2))


def svg_pattern(fill: Fill, pattern_id: str) -> str:
    """An SVG ``<pattern>`` of the fill, to be put into ``<defs>`` and used as ``url(#pattern_id)``.

    >>> svg_pattern(fill_for("accuracy", 0.97), "unsure").startswith('<pattern id="unsure"')
    True
    """
    if fill.pattern is None:
        raise ValueError(f"{fill.colour} is a plain fill: use its colour, it has no pattern")
    p = fill.pattern
    size = f"{p.spacing_px:g}"
    if p.kind == "hatch":
        mark = (
            f'<path d="M0 {size}L{size} 0M-1 1L1 -1M{p.spacing_px - 1:g} {p.spacing_px + 1:g}'
            f'L{p.spacing_px + 1:g} {p.spacing_px - 1:g}" stroke="{p.colour}" stroke-width="{p.mark_px:g}"/>'
        )
    else:
        middle = f"{p.spacing_px / 2:g}"
        mark = f'<circle cx="{middle}" cy="{middle}" r="{p.mark_px / 2:g}" fill="{p.colour}"/>'
    return (
        f'<pattern id="{pattern_id}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<rect width="{size}" height="{size}" fill="{fill.colour}"/>{mark}</pattern>'
    )


def as_json() -> str:
    """Everything above as the console's build reads it."""
    content = {
        "roles": ROLES,
        "line_widths_px": LINE_WIDTHS_PX,
        "sequences": {name: asdict(classes) for name, classes in SEQUENCES.items()},
        "accuracy": {theme: {k: asdict(v) for k, v in ACCURACY[theme].items()} for theme in THEMES},
        "states": {theme: {k: asdict(v) for k, v in STATES[theme].items()} for theme in THEMES},
        "hotspot": {theme: asdict(hotspot_fill(theme)) for theme in THEMES},
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def as_css() -> str:
    """The roles as custom properties; ``data-theme`` on the root element chooses the theme."""
    blocks = []
    for theme in THEMES:
        lines = "".join(f"  --{name.replace('_', '-')}: {colour};\n" for name, colour in ROLES[theme].items())
        selector = ":root" if theme == "light" else ':root[data-theme="dark"]'
        blocks.append(f"{selector} {{\n  color-scheme: {theme};\n{lines}}}\n")
    return "/* Written by python -m map_ui.palette; edit palette.py instead. */\n" + "".join(blocks)


def write(folder: Path) -> list[Path]:
    """Write ``palette.json`` and ``roles.css`` into ``folder``; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {folder / "palette.json": as_json(), folder / "roles.css": as_css()}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m map_ui.palette", description=__doc__)
    parser.add_argument("--json", type=Path, required=True, metavar="DIR", dest="folder")
    write(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
