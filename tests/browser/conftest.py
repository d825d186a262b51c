"""A small town, its service in a process of its own, and Debian's chromium before the console.

Every tab is watched: a violation of the content policy, a request to anywhere else, or an error that nobody
caught fails the test in which it happened.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from sqlalchemy import make_url, text

from geo_service import database
from geo_service.demo import load_demo
from seeds.readers.context import HashKey

from .driver import Console
from .service import ROOT, Service

WATCH = """
addEventListener("securitypolicyviolation", e =>
  console.error("policy violated:", e.violatedDirective, e.blockedURI, e.sourceFile, e.lineNumber));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def town(new_database: Callable[[str], str]) -> dict[str, Any]:
    """6,000 residents and 3 months of work: url, accounts, subdistrict, months, and the code of a dwelling."""
    admin = new_database(f"browser_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    url = make_url(admin).set(username=database.SERVICE).render_as_string(hide_password=False)
    store = database.Database(url, statement_timeout_ms=300_000)
    try:
        made = load_demo(
            store,
            HashKey("test", b"a secret for tests"),
            residents=6_000,
            months=3,
            seed=7,
            say=lambda _: None,
        )
        with store.transaction(database.Scope(made["subdistrict"]), writes=False) as session:
            dwelling = session.execute(
                text("SELECT min(code) FROM dwelling WHERE status = 'occupied'")
            ).scalar_one()
    finally:
        store.close()
    return {"url": url, "dwelling": dwelling, **made}


@pytest.fixture(scope="session")
def console_built() -> None:
    """The console as it is now; a second call finds it built."""
    subprocess.run([ROOT / "scripts" / "console.sh"], check=True, cwd=ROOT)


@pytest.fixture(scope="session")
def service(
    town: dict[str, Any], console_built: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    served = Service(town, tmp_path_factory.mktemp("service"))
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, service: Service) -> Callable[[str], Any]:
    """A function: role → the cookies of a session of that role, opened once for all tests."""
    states: dict[str, Any] = {}

    def state_of(role: str) -> Any:
        if role not in states:
            context = chromium.new_context()
            account = service.accounts[role]
            answer = context.request.post(f"{service.url}/api/login", data=dict(account))
            assert answer.ok, answer.text()
            states[role] = context.storage_state()
            context.close()
        return states[role]

    return state_of


@pytest.fixture
def new_console(
    chromium: Browser, service: Service, signed_in: Callable[[str], Any]
) -> Iterator[Callable[..., Console]]:
    """A function that opens a tab of its own: role (None: nobody is signed in), language, size of the screen.

    ``at`` is another service over the same town, ``beside`` an address that the page may go to as well.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(
        role: str | None = "office",
        lang: str = "zh",
        size: tuple[int, int] = (1366, 768),
        at: Service | None = None,
        beside: str | None = None,
    ) -> Console:
        served = at or service
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", accept_downloads=True,
            locale="zh-CN" if lang == "zh" else "en-GB", storage_state=signed_in(role) if role else None,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH)
        contexts.append(context)
        homes = (served.url, beside) if beside else (served.url,)
        context.on("page", lambda page: _watch(page, homes, faults))
        return Console(context.new_page(), served, lang)

    yield make
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture
def console(new_console: Callable[..., Console]) -> Console:
    """The office at an ordinary screen, in Chinese."""
    return new_console()


def _watch(page: Page, homes: tuple[str, ...], faults: list[str]) -> None:
    def heard(message: ConsoleMessage) -> None:
        if "policy violated" in message.text or "Content Security Policy" in message.text:
            faults.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
    page.on(
        "request",
        lambda r: r.url.startswith((*homes, "data:", "blob:")) or faults.append(f"outside: {r.url}"),
    )
