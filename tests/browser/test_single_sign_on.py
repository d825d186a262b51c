"""Single sign-on at the console: bound by an administrator, offered on the sign-in page only where it is set up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from .driver import Console
from .service import ROOT, Service

PROVIDER = ROOT / "tests" / "geo_service" / "trust" / "open_id_provider.py"
SECRET = "a secret of ours"


@pytest.fixture(scope="module")
def trusting(
    town: dict[str, Any], console_built: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A second service over the same town, with a provider that runs beside."""
    made = Service(town, tmp_path_factory.mktemp("trusting"))
    returns = f"{made.url}/api/sign-on/return"
    command = [sys.executable, str(PROVIDER), "wangge", SECRET, returns]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        made.settings = {
            "WANGGE_SIGN_ON_ISSUER": provider.stdout.readline().strip(),
            "WANGGE_SIGN_ON_CLIENT": "wangge",
            "WANGGE_SIGN_ON_SECRET": SECRET,
            "WANGGE_SIGN_ON_RETURN": returns,
        }
        made.start()
        yield made
        made.stop()
        provider.terminate()


@pytest.fixture
def issuer(trusting: Service) -> str:
    return trusting.settings["WANGGE_SIGN_ON_ISSUER"]


@pytest.fixture
def duty(new_console: Callable[..., Console], trusting: Service) -> Iterator[dict[str, str]]:
    """An account of this test alone: to unbind ends its sessions, and others go on using theirs."""
    office = new_console(at=trusting)
    office.open("#/overview")
    area = office.read("/api/town")["committees"][0]["code"]
    wanted = {
        "name": f"head-{uuid4().hex[:8]}",
        "display_name": "居委会主任",
        "role": "committee_head",
        "areas": [area],
    }
    made = office.send("/api/accounts", wanted)
    trusting.accounts["duty"] = made
    yield made
    office.send(f"/api/accounts/{made['name']}", {"active": False}, "PATCH")


def next_one(issuer: str, login: str) -> None:
    httpx.post(f"{issuer}/next", json={"sub": login}).raise_for_status()


def test_where_no_provider_is_set_up_none_is_offered_and_the_tab_says_how(
    new_console: Callable[..., Console],
) -> None:
    stranger = new_console(role=None)
    with stranger.page.expect_response("**/api/sign-on") as answered:
        stranger.page.goto(stranger.service.url)
    assert answered.value.json() == {"offered": False, "start": None}
    expect(stranger.page.get_by_text(stranger.say("login.sign_on"))).to_have_count(0)
    console = new_console("operator")
    console.open("#/administration?tab=sign-on")
    expect(console.page.locator("#content")).to_contain_text("WANGGE_SIGN_ON_ISSUER")
    expect(console.page.locator("#content")).to_contain_text("/api/sign-on/return")
    expect(console.button("sign_on.bind")).to_have_count(0)


def test_an_identity_that_is_bound_signs_in_from_the_page_and_returns_to_the_view(
    new_console: Callable[..., Console], trusting: Service, issuer: str, duty: dict[str, str]
) -> None:
    office = new_console(at=trusting)
    office.open("#/administration?tab=sign-on")
    name = duty["name"]
    row = office.page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(office.say("sign_on.unbound"))
    office.button("sign_on.bind", row).click()
    office.dialog.get_by_label(office.say("sign_on.login"), exact=True).fill("duty-77")
    office.button("sign_on.bind", office.dialog).click()
    expect(row).to_contain_text(office.say("sign_on.bound"))
    assert "duty-77" not in office.page.content()

    next_one(issuer, "duty-77")
    head = new_console(role=None, at=trusting, beside=issuer)
    head.page.goto(f"{trusting.url}/?lang=zh#/overview?by=committee")
    head.page.get_by_role("link", name=head.say("login.sign_on")).click()
    expect(head.page.locator("header.top")).to_be_visible()
    assert head.read("/api/session")["account"]["name"] == name
    assert "by=committee" in head.page.url

    office.button("sign_on.unbind", row).click()
    expect(office.dialog).to_contain_text(name)
    office.button("sign_on.unbind", office.dialog).click()
    expect(row).to_contain_text(office.say("sign_on.unbound"))
    assert head.page.request.get(f"{trusting.url}/api/session").status == 401


def test_an_identity_that_is_not_bound_is_told_its_number_and_the_way_back(
    new_console: Callable[..., Console], trusting: Service, issuer: str
) -> None:
    next_one(issuer, "stranger")
    console = new_console(role=None, lang="en", at=trusting, beside=issuer)
    console.page.goto(f"{trusting.url}/?lang=en")
    console.page.get_by_role("link", name=console.say("login.sign_on")).click()
    expect(console.page.get_by_role("heading")).to_contain_text("Not signed in")
    expect(console.page.locator("body")).not_to_contain_text("stranger")
    console.page.get_by_role("link").click()
    expect(console.page.locator("input[name=name]")).to_be_visible()


def test_a_session_that_ends_over_work_is_renewed_in_another_tab_and_work_goes_on(
    new_console: Callable[..., Console], trusting: Service, issuer: str, duty: dict[str, str]
) -> None:
    office = new_console(at=trusting)
    office.open("#/overview")
    office.send(f"/api/accounts/{duty['name']}/sign-on", {"login": "duty-78"}, "PUT")
    next_one(issuer, "duty-78")
    head = new_console(role=None, at=trusting, beside=issuer)
    head.page.goto(f"{trusting.url}/?lang=zh")
    head.sign_in("duty")
    expect(head.page.get_by_role("grid")).to_be_visible()
    head.page.wait_for_timeout(1_500)  # else layers still on their way ask before the person does
    head.page.context.clear_cookies()
    head.page.locator("header nav").get_by_role("link", name=head.say("screen.boundaries")).click()
    expect(head.dialog).to_contain_text(head.say("login.sign_on.again")[:6])
    with head.page.context.expect_page() as opened:
        head.dialog.get_by_role("link", name=head.say("login.sign_on")).click()
    expect(opened.value.locator("header.top")).to_be_visible()
    opened.value.close()
    head.page.bring_to_front()
    head.page.evaluate("dispatchEvent(new Event('focus'))")  # a headless window is never without the focus
    expect(head.dialog).to_have_count(0)
    expect(head.page.get_by_role("heading", name=head.say("versions.title"))).to_be_visible()
