"""Drawing: a draft from the version in force, edited, kept whatever happens, previewed, published."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
from playwright.sync_api import expect
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry

from seeds.demo_town import grids_from_authority

from .driver import Console, across, neighbours


def test_a_draft_is_split_by_a_drawn_line_and_undone_and_still_there_after_a_reload(console: Console) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("拆分试画")
    grids = console.grids(draft)
    code = max(grids, key=lambda c: grids[c]["buildings"])
    console.look_at(grids[code]["shape"], f"boundaries/{draft}")
    console.row(code).click()
    console.tool("tool.split").click()
    with console.page.expect_response("**/operations") as answered:
        console.draw_line(*across(grids[code]["shape"]))
    assert answered.value.ok, answered.value.text()
    after = console.grids(draft)
    assert len(after) == len(grids) + 1
    assert sum(g["residents"] for g in after.values()) == sum(g["residents"] for g in grids.values())
    for made in after:
        expect(console.row(made)).to_be_visible()
    console.page.keyboard.press("Control+z")
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(grids))
    console.page.keyboard.press("Control+Shift+Z")
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(after))
    console.page.reload()
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(after))


def test_two_grids_are_merged_and_a_lock_keeps_one_as_it_is(console: Console) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("合并试画")
    first, second = neighbours(console.grids(draft))
    console.row(first).click()
    console.tool("tool.lock").click()
    expect(console.row(first)).to_contain_text("⊘")
    console.row(first).click()
    console.tool("tool.lock").click()
    expect(console.row(first)).not_to_contain_text("⊘")
    before = console.grids(draft)
    console.merge(first, second)
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(before) - 1)


def test_a_colleague_who_was_first_is_named_and_the_operation_can_be_repeated(
    new_console: Callable[..., Console],
) -> None:
    console, colleague = new_console("office"), new_console("office")
    console.open("#/boundaries")
    draft = console.start_draft("两人同画")
    grids = console.grids(draft)
    first, second = neighbours(grids)
    # The stream of a colleague's edits is cut, as a bad network does: the conflict must be seen without it.
    console.page.route("**/events", lambda route: route.abort())
    console.page.reload()
    expect(console.row(first)).to_be_visible()
    colleague.send(f"/api/boundary-versions/{draft}/operations",
                   {"kind": "rename", "params": {"grid": first, "name": "同事先改"}, "expected_revision": 0})  # fmt: skip
    console.merge(first, second)
    expect(console.dialog).to_contain_text(console.say("conflict.title"))
    expect(console.dialog).to_contain_text("office")
    console.button("conflict.repeat", console.dialog).click()
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(grids) - 1)


def test_a_colleagues_edit_appears_without_being_asked_for(new_console: Callable[..., Console]) -> None:
    console, colleague = new_console("office"), new_console("office")
    console.open("#/boundaries")
    draft = console.start_draft("同看一图")
    first = next(iter(console.grids(draft)))
    console.page.wait_for_timeout(500)  # the stream of edits begins
    colleague.send(f"/api/boundary-versions/{draft}/operations",
                   {"kind": "rename", "params": {"grid": first, "name": "隔壁改名"}, "expected_revision": 0})  # fmt: skip
    expect(console.row(first)).to_contain_text("隔壁改名")
    expect(console.page.locator(".notices")).to_contain_text("office")


def test_an_edit_during_a_cut_waits_and_arrives(console: Console) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("断网试画")
    grids = console.grids(draft)
    first, second = neighbours(grids)
    console.page.context.set_offline(True)
    console.merge(first, second)
    saved = console.page.locator("header .saved")
    expect(saved).to_have_text(console.say("saved.offline"))
    console.page.context.set_offline(False)
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(grids) - 1)
    expect(saved).to_have_text(console.say("saved.saved"))
    assert len(console.grids(draft)) == len(grids) - 1


def test_a_restart_of_the_service_in_the_middle_loses_nothing(console: Console) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("重启试画")
    grids = console.grids(draft)
    first, second = neighbours(grids)
    console.service.stop()
    console.merge(first, second)
    expect(console.page.locator("header .saved")).to_have_text(console.say("saved.offline"))
    console.service.start()
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(
        len(grids) - 1, timeout=20_000
    )
    assert len(console.grids(draft)) == len(grids) - 1


def test_an_answer_lost_on_the_way_is_not_carried_out_twice(console: Console) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("丢失回执")
    grids = console.grids(draft)
    first, second = neighbours(grids)
    lost = []

    def arrive_but_lose_the_answer(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
            return
        lost.append(route.fetch())  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    console.page.route("**/operations", arrive_but_lose_the_answer)
    console.merge(first, second)
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(grids) - 1)
    expect(console.dialog).to_have_count(0)
    assert console.read(f"/api/boundary-versions/{draft}")["revision"] == 1


def test_publishing_tells_its_consequence_first(console: Console) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("发布预览")
    first, second = neighbours(console.grids(draft))
    console.merge(first, second)
    expect(console.tool("action.undo")).to_be_enabled()
    console.button("publish.open").click()
    day = console.dialog.locator("select").input_value()
    effect = console.read(f"/api/boundary-versions/{draft}/preview?valid_from={day}")
    assert effect["moved_buildings"] > 0
    expect(console.dialog).to_contain_text(f"{effect['moved_buildings']:,}")
    expect(console.dialog).to_contain_text(f"{effect['moved_residents']:,}")
    console.button("action.cancel", console.dialog).click()
    assert console.read(f"/api/boundary-versions/{draft}")["status"] == "draft"


def test_who_may_not_draw_sees_no_tools_that_change(new_console: Callable[..., Console]) -> None:
    console = new_console("community_centre")
    console.open("#/boundaries")
    expect(console.page.get_by_role("link", name=re.compile("首次划格"))).to_be_visible()
    expect(console.button("versions.new")).to_have_count(0)


def test_a_drawing_is_compared_with_the_loaded_grid_of_the_other_department(
    console: Console, tmp_path: Path
) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("城运对照")
    grids = console.read("/api/layers/micro-grids")["features"]
    load_theirs(console, [shape(g["geometry"]) for g in grids], tmp_path)
    console.open(f"#/boundaries/{draft}?tab=agreement")
    console.button("agreement.stored").click()
    report = console.page.locator(".agreement")
    expect(report).to_contain_text(console.say("agreement.grade.highly_consistent"))
    expect(report.locator("dl.counts")).to_contain_text("100.0%")


def test_the_line_of_the_other_department_is_taken_over_where_no_building_stands(
    console: Console, tmp_path: Path
) -> None:
    console.open("#/boundaries")
    draft = console.start_draft("采用城运界线")
    shapes = [shape(g["geometry"]) for g in console.read("/api/layers/micro-grids")["features"]]
    ours = gpd.GeoDataFrame({"code": range(len(shapes))}, geometry=shapes, crs=4326).to_crs(4549)
    far = gpd.GeoDataFrame(geometry=[box(0, 3_000_000, 9, 3_000_009)], crs=4549)
    theirs = grids_from_authority(ours, far, wobble_m=4.0, moved=0)
    load_theirs(console, list(theirs.to_crs(4326).geometry), tmp_path)
    console.open(f"#/boundaries/{draft}?tab=agreement")
    console.button("agreement.stored").click()
    report = console.page.locator(".agreement")
    expect(report.locator("dl.counts")).to_be_visible()
    with console.page.expect_response("**/decisions", timeout=120_000) as answered:
        console.button("agreement.adopt_slivers").click()
    assert answered.value.ok, answered.value.text()
    assert answered.value.json()["figures"]["within_2m"] > 0.8
    console.open(f"#/boundaries/{draft}?tab=history")
    done = console.page.get_by_role("listitem").filter(has_text=console.say("operation.follow_line"))
    expect(done).to_be_visible()


def load_theirs(console: Console, shapes: list[BaseGeometry], folder: Path) -> None:
    """The other department's grids by the import screen, as a file of theirs."""
    theirs = folder / "theirs.geojson"
    features = [
        {"type": "Feature", "geometry": mapping(s), "properties": {"code": f"CY-{n}", "committee_code": None}}
        for n, s in enumerate(shapes)
    ]
    theirs.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    console.open("#/register?tab=import")
    console.page.get_by_label(console.say("data.kind")).select_option("grids")
    console.page.locator("input[type=file]").set_input_files(theirs)
    console.button("data.look").click()
    console.button("data.commit").click()
    expect(console.page.locator(".notices")).to_contain_text(str(len(shapes)))
