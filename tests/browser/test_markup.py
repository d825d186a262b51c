"""Names of grids, buildings, committees and sites that are programs do not run on any screen of the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from .driver import Console
from .test_every_screen import SCREENS

RUN = "document.documentElement.setAttribute('data-run','1')"
HOSTILE = f'"><img src=x onerror={RUN}><svg onload={RUN}></script><script>{RUN}</script>'
NAMES = ("area", "building", "micro_grid", "key_site", "subdistrict")


@pytest.fixture
def hostile_names(town: dict[str, Any]) -> Iterator[None]:
    """Every name of the town is a program, until the test is over."""
    engine = create_engine(make_url(town["url"]).set(username="postgres"))
    with engine.begin() as admin:
        for table in NAMES:
            admin.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            admin.execute(text(f"ALTER TABLE {table} ADD COLUMN kept text"))
            admin.execute(text(f"UPDATE {table} SET kept = name, name = left(:h, 200)"), {"h": HOSTILE})
    yield
    with engine.begin() as admin:
        for table in NAMES:
            admin.execute(text(f"UPDATE {table} SET name = kept"))
            admin.execute(text(f"ALTER TABLE {table} DROP COLUMN kept"))
            admin.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    engine.dispose()


def test_a_name_that_is_a_program_runs_on_no_screen(
    hostile_names: None, new_console: Callable[..., Console]
) -> None:
    shown = 0
    for role in ("office", "operator"):
        console = new_console(role)
        for addresses in SCREENS.values():
            for address in addresses:
                console.open(address)
                console.page.wait_for_timeout(250)
                assert console.page.evaluate("document.documentElement.dataset.run") is None, address
                shown += "onerror=" in console.page.inner_text("body")
    assert shown > 3  # the names were there, as text
