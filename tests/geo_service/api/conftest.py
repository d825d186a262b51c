"""A town of one's own for walks over every route: what they do to it disturbs nobody."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from geo_service import database
from geo_service.app import create_app
from geo_service.demo import load_demo
from geo_service.settings import Settings
from seeds.readers.context import HashKey

SECRET = b"a secret of thirty-two bytes, ok"


class Walker:
    """Clients of a town by role, each signed in once; ``accounts``, ``months``, ``database_url``."""

    def __init__(self, app: Any, made: dict[str, Any], url: str) -> None:
        self.app, self.made, self.database_url = app, made, url
        self.month: str = made["months"][-1]
        self._clients: dict[str, TestClient] = {}

    def signed_in(self, name: str, password: str) -> TestClient:
        """A client signed in under a name, with its CSRF token."""
        client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)
        answer = client.post("/api/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        self._clients[name] = client
        return client

    def role(self, role: str) -> TestClient:
        """The demo account of a role."""
        account = self.made["accounts"][role]
        return self._clients.get(account["name"]) or self.signed_in(account["name"], account["password"])

    def ask(self, role: str, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """The answer of ``path``, which must have this status; its JSON where it is some."""
        answer = self.role(role).request(method, path, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="module")
def walker(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    """3,000 residents and 3 months of work in a database of their own."""
    admin = new_database(f"answers_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    url = make_url(admin).set(username=database.SERVICE).render_as_string(hide_password=False)
    store = database.Database(url, statement_timeout_ms=300_000)
    made = load_demo(store, HashKey("test", SECRET), residents=3_000, months=3, seed=11, say=lambda _: None)
    store.close()
    folder: Path = tmp_path_factory.mktemp("answers")
    (folder / "hash-key.json").write_text(
        json.dumps({"id": "test", "secret": SECRET.hex()}), encoding="utf-8"
    )
    settings = Settings(
        database_url=url, data_dir=folder, pool_size=4, webhook_hosts="http://127.0.0.1",
        sign_on_issuer="https://id.example", sign_on_client="wangge",
        sign_on_return="https://grid.example/api/sign-on/return",
    )  # fmt: skip
    app = create_app(settings)
    walker = Walker(app, made, url)
    yield walker
    walker.close()
    app.state.tasks.close()
    app.state.database.close()
