"""A small town in PostGIS, loaded and drawn by the service's own roads, and clients signed in to it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from geo_service import database
from geo_service.app import create_app
from geo_service.demo import load_demo
from geo_service.settings import Settings
from seeds.readers.context import HashKey

RESIDENTS, MONTHS = 6_000, 3


@pytest.fixture(scope="session")
def answer_check() -> Any:
    """What says whether an answer is as the API's document tells it, and remembers the answers it has seen."""
    place = importlib.util.spec_from_file_location(
        "answer_check", Path(__file__).with_name("answer_check.py")
    )
    assert place
    assert place.loader
    module = importlib.util.module_from_spec(place)
    sys.modules[place.name] = module  # its dataclass asks for it
    place.loader.exec_module(module)
    return module.AnswerCheck(module.document())


@pytest.fixture(scope="session", autouse=True)
def _answers_are_as_told(answer_check: Any) -> Iterator[None]:
    """Every test client here fails where an answer under /api is not as the document tells it."""
    sent = TestClient.send

    def send(self: TestClient, request: Any, **more: Any) -> Any:
        answer = sent(self, request, **more)
        if isinstance(self.app, FastAPI) and hasattr(self.app.state, "settings"):
            streams = bool(more.get("stream"))
            wrong = answer_check.complaint(
                request.method, request.url.path, answer.status_code,
                answer.headers.get("content-type", ""), None if streams else answer.content,
            )  # fmt: skip
            assert wrong is None, wrong
        return answer

    TestClient.send = send  # type: ignore[method-assign]
    yield
    TestClient.send = sent  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def small_town(new_database: Callable[[str], str]) -> dict[str, Any]:
    """6,000 residents and 3 months of work, drawn and published: admin_url, url, accounts, api_key, subdistrict, months.

    Shared by all tests of a worker: whoever writes to it works in drafts or cleans up.
    """
    admin_url = new_database(f"town_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    url = make_url(admin_url).set(username=database.SERVICE).render_as_string(hide_password=False)
    store = database.Database(url, statement_timeout_ms=300_000)
    try:
        made = load_demo(
            store,
            HashKey("test", b"a secret for tests"),
            residents=RESIDENTS,
            months=MONTHS,
            seed=7,
            say=lambda _: None,
        )
    finally:
        store.close()
    return {"admin_url": admin_url, "url": url, **made}


@pytest.fixture(scope="session")
def small_town_app(small_town: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The service over the small town."""
    folder: Path = tmp_path_factory.mktemp("service")
    app = create_app(Settings(database_url=small_town["url"], data_dir=folder, pool_size=4))
    yield app
    app.state.tasks.close()
    app.state.database.close()


@pytest.fixture
def sign_in(small_town: dict[str, Any], small_town_app: FastAPI) -> Iterator[Callable[[str], TestClient]]:
    """A function: role → a client signed in as the demo account of that role, CSRF token included."""
    clients: list[TestClient] = []

    def client_of(role: str) -> TestClient:
        client = TestClient(small_town_app, raise_server_exceptions=False)
        account = small_town["accounts"][role]
        answer = client.post("/api/login", json={"name": account["name"], "password": account["password"]})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        clients.append(client)
        return client

    yield client_of
    for client in clients:
        client.close()
