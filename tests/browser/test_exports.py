"""Records leave as a file only when a second person allows it, and are marked."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .driver import Console


def test_a_committee_asks_the_office_approves_and_the_file_is_marked(
    new_console: Callable[..., Console],
) -> None:
    head, office = new_console("committee_head"), new_console("office")
    head.open("#/register?tab=exports")
    head.button("exports.new").click()
    head.dialog.get_by_label(head.say("exports.contents")).select_option("dwellings")
    head.dialog.get_by_label(head.say("exports.purpose")).select_option("data_quality")
    head.button("exports.send", head.dialog).click()
    expect(head.dialog).to_have_count(0)
    line = head.page.get_by_role("row").filter(has_text=head.say("exports.state.requested"))
    expect(line).to_contain_text(head.say("exports.second"))
    expect(head.button("exports.approve")).to_have_count(0)

    office.open("#/register?tab=exports")
    asked = office.page.get_by_role("row").filter(has_text=head.service.accounts["committee_head"]["name"])
    expect(office.button("exports.download", asked)).to_have_count(0)
    office.button("exports.approve", asked).click()
    expect(office.dialog).to_contain_text(office.say("exports.purpose.data_quality"))
    office.button("exports.approve", office.dialog).click()
    expect(asked).to_contain_text(office.say("exports.state.approved"))

    head.page.reload()
    with head.page.expect_download() as fetched:
        head.button("exports.download").click()
    text = fetched.value.path().read_text("utf-8-sig")
    rows = text.splitlines()
    mark = head.service.accounts["committee_head"]["name"]
    assert fetched.value.suggested_filename.startswith("wangge-dwellings-")
    assert len(rows) > 10
    assert all(mark in row for row in rows[5:])
    expect(head.page.get_by_role("row").filter(has_text=head.say("exports.state.approved"))).to_contain_text(
        "2"
    )


def test_nobody_approves_what_he_asked_for_and_a_refusal_is_the_end(
    new_console: Callable[..., Console],
) -> None:
    head, office = new_console("committee_head"), new_console("office")
    made = head.send("/api/exports", {"what": {"kind": "buildings", "month": head.service.town["months"][-1]},
                                      "purpose": "statistics"})  # fmt: skip
    own = office.send("/api/exports", {"what": {"kind": "checks", "month": head.service.town["months"][-1]},
                                       "purpose": "audit"})  # fmt: skip
    office.open("#/register?tab=exports")
    rows = office.page.get_by_role("row")
    expect(rows.filter(has_text=office.say("exports.purpose.audit"))).to_contain_text(
        office.say("exports.second")
    )
    office.button("exports.refuse", rows.filter(has_text=office.say("exports.purpose.statistics"))).click()
    expect(rows.filter(has_text=office.say("exports.purpose.statistics"))).to_contain_text(
        office.say("exports.state.refused")
    )
    states = {row["id"]: row["state"] for row in office.read("/api/exports")}
    assert (states[made["id"]], states[own["id"]]) == ("refused", "requested")
