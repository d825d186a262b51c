"""What the page holds: every state by its own key, changes only where they can be told, and a small file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from grids.errors import CrsError, InputError
from map_ui.review import views
from map_ui.review.frames import MonthFrames
from map_ui.review.maps import month_map, page_data
from map_ui.review.shapes import SCALE, packed


def view_of(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(v for v in data["views"] if v["id"] == name)


def test_no_data_zero_and_values_have_keys_of_their_own(frames: MonthFrames) -> None:
    shares = view_of(page_data(frames), "checked_share")
    assert [row[0] for row in shares["rows"][0]] == [
        "checked_share.3",
        "checked_share.0",
        "checked_share.0",
        "no_data",
    ]
    assert [row[1] for row in shares["rows"][0]] == ["60.0%", "0.0%", "4.0%", "—"]


def test_withheld_keeps_its_key_and_accuracy_goes_by_its_verdict(frames: MonthFrames) -> None:
    accuracy = view_of(page_data(frames), "accuracy")
    assert [row[0] for row in accuracy["rows"][2]] == ["meets", "misses", "cannot_tell", "withheld"]


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda v: v.id)
def test_every_legend_shows_no_data_zero_and_withheld_with_fills_that_differ(view: views.View) -> None:
    fills = views.fills()
    shown = [key for key, _ in views.entries(view)]
    zh = " ".join(label[0] for _, label in views.entries(view))
    assert any("no_data" in k or "no_homes" in k for k in shown)
    assert any("withheld" in k for k in shown)
    assert "零" in zh or view.id == "accuracy"  # an accuracy of nought is a miss like any other
    drawn = [fills[k] for k in shown if k in fills]
    assert len({(f.colour, f.outline, f.pattern) for f in drawn}) == len(drawn)


def test_a_redrawn_grid_is_not_compared_with_itself(frames: MonthFrames) -> None:
    changes = view_of(page_data(frames), "checked_share")["changes"]
    assert set(changes) == {"0-1", "0-2", "1-2"}
    assert changes["0-1"][0] == ["change.4", "+10.0"]
    assert changes["0-1"][1] == ["change.2", "0.0"]
    assert changes["1-2"][3] is None


def test_accuracy_moved_only_where_the_interval_says_so(frames: MonthFrames) -> None:
    changes = view_of(page_data(frames), "accuracy")["changes"]["0-2"]
    assert [c and c[0] for c in changes[:3]] == ["cannot_tell", "down", "cannot_tell"]


def test_hotspots_are_new_lasting_or_gone(frames: MonthFrames) -> None:
    changes = view_of(page_data(frames), "hotspots")["changes"]
    assert "new" in [c and c[0] for c in changes["0-1"]]
    assert "lasting" in [c and c[0] for c in changes["1-2"]]


def test_a_building_without_a_status_does_not_stand_in_that_month(frames: MonthFrames) -> None:
    assert view_of(page_data(frames), "buildings")["letters"] == ["----", "----", "apx-"]


def test_shapes_come_back_within_a_tenth_of_a_metre_and_neighbours_keep_their_border() -> None:
    origin = (121.0, 31.0)
    left, right = (
        shapely.box(121.0, 31.0, 121.0012345, 31.001),
        shapely.box(121.0012345, 31.0, 121.002, 31.001),
    )

    def points(shape: Any) -> set[tuple[int, int]]:
        flat, x, y, found = packed(shape, origin)[0][0], 0, 0, set()
        for dx, dy in zip(flat[::2], flat[1::2], strict=True):
            x, y = x + dx, y + dy
            found.add((x, y))
        return found

    shared = points(left) & points(right)
    assert len(shared) == 2
    assert all(abs(x / SCALE - 0.0012345) < 1e-6 for x, _ in shared)


def test_a_name_cannot_leave_the_script(frames: MonthFrames) -> None:
    page = month_map(frames)
    assert "四号</b></script>" not in page
    assert page.count("</script>") == len(re.findall(r"<script\b", page))


def test_the_page_says_that_it_is_internal_or_which_release_it_shows(
    frames: MonthFrames, changed: Callable[..., MonthFrames]
) -> None:
    assert "内部使用" in page_data(frames)["audience"][0]
    assert "7" in page_data(changed(release="7"))["audience"][0]


def test_frames_that_do_not_fit_are_refused(frames: MonthFrames, changed: Callable[..., MonthFrames]) -> None:
    with pytest.raises(CrsError, match="grids"):
        month_map(changed(grids=frames.grids.to_crs(4549)))
    with pytest.raises(InputError, match="version"):
        month_map(changed(version_of={"2026-01": 1}))
    with pytest.raises(InputError, match="ascending"):
        month_map(changed(months=("2026-02", "2026-01")))
