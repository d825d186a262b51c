"""Colours that a person can tell apart: on a poor screen, colour-blind, and printed in grey."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from map_ui import palette
from map_ui.palette import ACCURACY, HOTSPOT, ROLES, SEQUENCES, STATES, THEMES, Fill, Theme

GENERATED = Path(palette.__file__).parent / "web" / "src" / "generated"

# Machado, Oliveira, Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) / np.array([[0.95047], [1.0], [1.08883]])
    t = to_xyz @ np.clip(rgb, 0, 1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, vision: str) -> float:
    """CIE76 distance as the given eye sees it; about 2.3 is just noticeable side by side."""
    matrix = VISION[vision]
    return float(np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other))))


def lightness(colour: str) -> float:
    return float(lab(linear(colour))[0])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 7),
        ("ink", "raised", 7),
        ("ink", "chosen", 7),
        ("quiet", "paper", 4.5),
        ("quiet", "raised", 4.5),
        ("quiet", "sunk", 4.5),
        ("quiet", "chosen", 4.5),
        ("accent", "paper", 4.5),
        ("accent", "raised", 4.5),
        ("on_accent", "accent", 4.5),
        ("alarm", "paper", 4.5),
        ("alarm", "raised", 4.5),
        ("on_alarm", "alarm", 4.5),
        ("caution", "paper", 4.5),
        ("good", "paper", 4.5),
        ("edge", "paper", 3),
        ("edge", "raised", 3),
        ("border_grid", "ground", 3),
        ("border_committee", "building", 3),
    ],
)
def test_words_and_borders_stand_out_from_what_they_lie_on(
    theme: Theme, front: str, back: str, least: float
) -> None:
    assert contrast(ROLES[theme][front], ROLES[theme][back]) >= least


def test_both_themes_fill_the_same_roles() -> None:
    assert ROLES["light"].keys() == ROLES["dark"].keys()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("measure", ["checked_share", "check_density", "record_share"])
def test_classes_grow_in_one_direction_when_printed_in_grey(theme: Theme, measure: str) -> None:
    steps = np.diff([lightness(colour) for colour in SEQUENCES[measure].colours(theme)])
    assert (steps < -7).all() if theme == "light" else (steps > 7).all(), steps


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("measure", sorted(SEQUENCES))
def test_neighbouring_classes_differ_for_every_eye(theme: Theme, vision: str, measure: str) -> None:
    colours = SEQUENCES[measure].colours(theme)
    assert min(difference(a, b, vision) for a, b in pairwise(colours)) >= 10


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_under_and_over_target_are_never_confused(theme: Theme, vision: str) -> None:
    under, _, _, _, over = SEQUENCES["balance"].colours(theme)
    assert difference(under, over, vision) >= 20


@pytest.mark.parametrize("measure", sorted(SEQUENCES))
def test_each_class_has_a_colour_in_both_themes(measure: str) -> None:
    classes = SEQUENCES[measure]
    assert len(classes.light) == len(classes.dark) == len(classes.breaks) + 1
    assert sorted(classes.breaks) == list(classes.breaks)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_the_three_answers_on_accuracy_differ_for_every_eye_and_in_grey(theme: Theme, vision: str) -> None:
    misses, meets, unsure = (ACCURACY[theme][k] for k in ("misses", "meets", "cannot_tell"))
    for one, other in ((misses, meets), (meets, unsure), (misses, unsure)):
        assert difference(one.colour, other.colour, vision) >= 15
        assert abs(lightness(one.colour) - lightness(other.colour)) >= 14
    assert unsure.pattern is not None
    assert unsure.pattern.kind == "hatch"


@pytest.mark.parametrize("theme", THEMES)
def test_no_data_zero_and_withheld_are_told_apart_without_colour(theme: Theme) -> None:
    no_data, withheld = STATES[theme]["no_data"], STATES[theme]["withheld"]
    for classes in SEQUENCES.values():
        assert abs(lightness(no_data.colour) - lightness(classes.colours(theme)[0])) >= 3
    assert no_data.pattern is None
    assert withheld.pattern is not None
    assert contrast(withheld.pattern.colour, withheld.colour) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_a_hotspot_shows_over_its_grey_map(theme: Theme) -> None:
    assert contrast(HOTSPOT[theme]["outline"], HOTSPOT[theme]["base"]) >= 3


def test_a_value_on_a_break_belongs_to_the_class_above() -> None:
    classes = SEQUENCES["checked_share"]
    assert [classes.class_of(v) for v in (0.0, 0.0499, 0.05, 0.75, 1.0)] == [0, 0, 1, 4, 4]


def test_a_missing_value_is_no_data_and_never_the_lightest_class() -> None:
    assert palette.fill_for("checked_share", None) == STATES["light"]["no_data"]
    assert palette.fill_for("checked_share", None) != palette.fill_for("checked_share", 0.0)


def test_accuracy_takes_the_verdicts_of_the_rules_and_no_others() -> None:
    assert palette.fill_for("accuracy", 0.97, verdict="cannot_tell_yet").pattern is not None
    assert palette.fill_for("accuracy", None, verdict="absent") == STATES["light"]["no_data"]
    with pytest.raises(KeyError):
        palette.fill_for("accuracy", 0.97, verdict="perhaps")


def test_a_plain_fill_has_no_pattern_to_draw() -> None:
    with pytest.raises(ValueError, match="plain fill"):
        palette.svg_pattern(Fill("#ffffff", "#000000"), "x")


def test_the_console_builds_with_these_colours_and_no_older_ones() -> None:
    assert (GENERATED / "palette.json").read_text(encoding="utf-8") == palette.as_json()
    assert (GENERATED / "roles.css").read_text(encoding="utf-8") == palette.as_css()


def test_writing_makes_the_folder_and_both_files(tmp_path: Path) -> None:
    palette.main(["--json", str(tmp_path / "new")])
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"palette.json", "roles.css"}
