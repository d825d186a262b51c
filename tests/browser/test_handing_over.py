"""Handing over to other systems: webhooks, packages of released months, limits of keys. Each on the real service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from playwright.sync_api import Locator, expect

from geo_service.handover.verifying import verify

from .driver import Console


class Receiver:
    """Another system's end: keeps what it was sent and answers as it is told."""

    def __init__(self) -> None:
        self.status = 204
        self.heard: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/grid"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def no_webhooks(console: Console) -> Console:
    """The console of the office of a town where nothing is registered."""
    console.open("#/overview")
    for hook in console.read("/api/webhooks"):
        console.send(f"/api/webhooks/{hook['id']}", None, "DELETE")
    return console


def line(console: Console, words: str) -> Locator:
    return console.page.get_by_role("row").filter(has_text=words)


def genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """The signature as the integrators' manual tells a receiver to check it."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(right, headers["webhook-signature"])


def register(console: Console, receiver: Receiver, start: str) -> str:
    """Register the receiver, note the secret, and return it."""
    console.button("webhook.new").click()
    console.dialog.get_by_label(console.say("webhook.url"), exact=True).fill(receiver.url)
    console.dialog.get_by_role("radio", name=console.say(f"webhook.since.{start}")).check()
    console.button("webhook.new", console.dialog).click()
    secret = console.dialog.locator("code.secret").inner_text()
    console.button("admin.secret.noted").click()
    return secret


def test_an_address_is_registered_by_hand_and_gets_every_change_signed(
    no_webhooks: Console, receiver: Receiver
) -> None:
    console = no_webhooks
    console.open("#/administration?tab=webhooks")
    expect(console.page.locator(".empty")).to_contain_text(console.say("webhook.none")[:8])
    secret = register(console, receiver, "start")
    row = line(console, receiver.url)
    expect(row).to_contain_text(console.say("webhook.state.up-to-date"))
    assert receiver.heard
    assert all(genuine(secret, *delivery) for delivery in receiver.heard)
    assert not genuine("whsec_" + base64.b64encode(b"another").decode(), *receiver.heard[0])

    receiver.heard.clear()
    console.button("webhook.replay", row).click()
    console.button("webhook.replay", console.dialog).click()  # the last ten, to try the way
    expect(console.dialog).to_have_count(0)
    for _ in range(100):
        if receiver.heard:
            break
        console.page.wait_for_timeout(100)
    assert 1 <= len(json.loads(receiver.heard[0][1])) <= 10


def test_a_receiver_that_fails_is_told_in_words_and_goes_on_after_a_pause(
    no_webhooks: Console, receiver: Receiver
) -> None:
    console = no_webhooks
    receiver.status = 503
    console.open("#/administration?tab=webhooks")
    register(console, receiver, "start")
    row = line(console, receiver.url)
    expect(row).to_contain_text(console.say("webhook.state.failing"))
    expect(row).to_contain_text(console.say("webhook.answered", status=503))
    console.button("webhook.pause", row).click()
    expect(row).to_contain_text(console.say("webhook.state.paused"))
    receiver.status = 200
    console.button("webhook.resume", row).click()
    expect(row).to_contain_text(console.say("webhook.state.up-to-date"))


def test_a_new_secret_and_the_end_are_asked_twice(no_webhooks: Console, receiver: Receiver) -> None:
    console = no_webhooks
    console.open("#/administration?tab=webhooks")
    first = register(console, receiver, "now")
    row = line(console, receiver.url)
    console.button("webhook.secret", row).click()
    expect(console.dialog).to_contain_text(receiver.host)
    console.button("webhook.secret", console.dialog).click()
    second = console.dialog.locator("code.secret").inner_text()
    assert first != second
    console.button("admin.secret.noted").click()
    console.button("webhook.remove", row).click()
    expect(console.dialog).to_contain_text(receiver.host)
    console.page.keyboard.press("Escape")
    expect(console.dialog).to_have_count(0)
    expect(row).to_have_count(1)
    console.button("webhook.remove", row).click()
    console.button("webhook.remove", console.dialog).click()
    expect(row).to_have_count(0)
    assert console.read("/api/webhooks") == []


def test_an_address_inside_the_network_is_refused_in_words_and_what_was_typed_stays(
    new_console: Callable[..., Console],
) -> None:
    console = new_console(lang="en")
    console.open("#/administration?tab=webhooks")
    console.button("webhook.new").click()
    field = console.dialog.get_by_label(console.say("webhook.url"), exact=True)
    field.fill("https://10.0.0.9/grid")
    field.press("Enter")
    expect(console.dialog.get_by_role("alert")).to_contain_text("inside the network")
    expect(console.dialog.get_by_role("alert")).not_to_contain_text(" / ")
    expect(field).to_have_value("https://10.0.0.9/grid")


def test_a_released_month_is_handed_over_registered_and_verified(console: Console) -> None:
    console.open("#/administration?tab=handovers")
    console.button("handover.new").click()
    console.dialog.get_by_label(console.say("handover.recipient"), exact=True).fill("区城市运行管理中心")
    console.dialog.get_by_label(console.say("exports.purpose")).select_option("planning")
    console.button("handover.make", console.dialog).click()
    row = line(console, "区城市运行管理中心")
    expect(row).to_contain_text(console.say("handover.purpose.planning"))
    registered = console.read("/api/handovers")[0]
    expect(row).to_contain_text(f"{registered['layers']['micro_grids']}")
    with console.page.expect_download() as fetched:
        console.button("action.download", row).click()
    assert fetched.value.suggested_filename == registered["file"]
    content = fetched.value.path().read_bytes()
    assert hashlib.sha256(content).hexdigest() == registered["sha256"]

    console.page.locator(".verify summary").click()
    with console.page.expect_download() as key_file:
        console.button("handover.verify.download").click()
    pem = key_file.value.path().read_bytes()
    key = load_pem_public_key(pem)
    assert isinstance(key, Ed25519PublicKey)
    assert not verify(content, key).faults
    shown = console.page.locator(".verify code.secret").inner_text().replace(" ", "")
    assert shown == console.read("/api/handovers/public-key")["sha256"]
    expect(console.page.locator(".verify pre").first).to_contain_text(registered["file"])


def test_a_recipient_is_an_organisation_and_the_refusal_is_read_in_the_dialog(console: Console) -> None:
    console.open("#/administration?tab=handovers")
    console.button("handover.new").click()
    make = console.button("handover.make", console.dialog)
    expect(make).to_be_disabled()
    before = console.read("/api/handovers")
    console.dialog.get_by_label(console.say("handover.recipient"), exact=True).fill("13800138000")
    make.click()
    expect(console.dialog.get_by_role("alert")).to_be_visible()
    assert console.read("/api/handovers") == before


def test_a_key_gets_a_limit_of_its_own_and_the_usual_one_back(console: Console) -> None:
    console.open("#/overview")
    made = console.send("/api/keys", {"name": "限额试验", "scopes": ["read"], "days": 30})
    console.open("#/administration?tab=keys")
    row = line(console, made["id"])
    console.button("admin.key.limit.change", row).click()
    minute = console.dialog.get_by_label(console.say("admin.key.limit.per_minute"))
    expect(minute).to_be_disabled()
    console.dialog.get_by_role("radio", name=console.say("admin.key.limit.special")).check()
    minute.fill("1200")
    console.dialog.get_by_label(console.say("admin.key.limit.burst")).fill("60")
    console.button("action.confirm", console.dialog).click()
    expect(row).to_contain_text("1,200 · 60")
    expect(row).to_contain_text(console.say("admin.key.limit.own"))
    own = {"key_id": made["id"], "per_minute": 1200, "burst": 60}
    assert own in console.read("/api/key-limits")["keys"]
    console.button("admin.key.limit.change", row).click()
    console.dialog.get_by_role("radio").first.check()
    console.button("action.confirm", console.dialog).click()
    expect(row).not_to_contain_text("1,200 · 60")
    assert own not in console.read("/api/key-limits")["keys"]


def test_the_operator_sends_changes_on_but_hands_no_month_over(new_console: Callable[..., Console]) -> None:
    console = new_console("operator")
    console.open("#/administration?tab=handovers")
    tabs = console.page.get_by_role("tablist", name=console.say("admin.tabs"))
    expect(tabs).to_contain_text(console.say("admin.webhooks"))
    expect(tabs).not_to_contain_text(console.say("admin.handovers"))
    expect(console.button("handover.new")).to_have_count(0)
