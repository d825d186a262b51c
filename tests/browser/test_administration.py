"""Administration: accounts of duties, keys of machines, rules with their explanation, the audit."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .driver import Console


def test_a_new_account_signs_in_with_the_password_shown_once(new_console: Callable[..., Console]) -> None:
    console = new_console()
    console.open("#/administration")
    console.button("admin.account.new").click()
    console.dialog.get_by_label(console.say("login.name")).fill("registrar-two")
    console.dialog.get_by_label(console.say("admin.duty")).fill("人口管理员二")
    console.dialog.locator(".area-list input").first.check()
    console.button("new.create", console.dialog).click()
    password = console.dialog.locator("code.secret").inner_text()
    console.button("admin.secret.noted").click()
    expect(console.page.get_by_role("row").filter(has_text="registrar-two")).to_be_visible()
    console.service.accounts["made"] = {"name": "registrar-two", "password": password}
    fresh = new_console(role=None)
    fresh.page.goto(fresh.service.url)
    fresh.sign_in("made")
    expect(fresh.page.locator("header.top")).to_be_visible()
    expect(fresh.page.locator("header nav")).not_to_contain_text(console.say("screen.administration"))


def test_a_key_is_shown_once_and_ends_when_revoked(console: Console) -> None:
    console.open("#/administration?tab=keys")
    console.button("admin.key.new").click()
    console.dialog.get_by_label(console.say("admin.key.name")).fill("城运平台")
    console.button("new.create", console.dialog).click()
    key = console.dialog.locator("code.secret").inner_text()
    assert key.startswith("wg_")
    console.button("admin.secret.noted").click()
    line = console.page.get_by_role("row").filter(has_text="城运平台")
    expect(line).to_contain_text(console.say("admin.key.valid"))
    console.button("admin.key.revoke", line).click()
    console.button("admin.key.revoke", console.dialog).click()
    expect(line).to_contain_text(console.say("admin.key.revoked"))


def test_every_rule_stands_with_its_value_and_a_change_is_tried_before_it_is_stored(console: Console) -> None:
    rules = console.read("/api/rule-sets")[-1]
    console.open("#/administration?tab=rules")
    expect(console.page.locator("table.plain tbody tr")).to_have_count(len(rules["parameter"]))
    tie = console.page.get_by_role("row").filter(has_text="cv.tie_policy")
    console.button("admin.change", tie).click()
    console.dialog.get_by_label(console.say("admin.rules.new_value")).select_option("harsh")
    store = console.button("admin.rules.store", console.dialog)
    expect(store).to_be_disabled()
    console.dialog.get_by_role("button").filter(
        has_text=console.say("admin.rules.preview", month="")[:1]
    ).first.click()
    expect(console.dialog.get_by_role("status")).to_be_visible()
    expect(store).to_be_disabled()  # a reason is still missing


def test_the_operator_reads_the_audit_and_proves_it_whole(new_console: Callable[..., Console]) -> None:
    console = new_console("operator")
    console.open("#/administration?tab=audit")
    console.page.get_by_label(console.say("login.name"), exact=True).fill("operator")
    console.page.get_by_label(console.say("admin.action")).select_option("sign-in")
    console.button("admin.filter").click()
    lines = console.page.locator("table.plain tbody tr")
    expect(lines.filter(has_text="sign-in")).not_to_have_count(0)
    expect(lines.filter(has_not_text=console.say("audit.sign-in"))).to_have_count(0)
    expect(lines.filter(has_not_text="operator")).to_have_count(0)
    console.button("admin.audit.verify").click()
    expect(console.page.locator("#content [role=status]")).to_contain_text(
        console.say("admin.audit.whole", n="").split()[-1][:3]
    )
