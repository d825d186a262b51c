"""Who works on it meanwhile, and what they were told was done."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from faults.installation import Installation


@dataclass
class Acknowledged:
    """What the service, or the loader, said was done; only ever appended to."""

    names: list[tuple[int, str, str]] = field(default_factory=list)  # version, grid, name
    published: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)


def draw(here: Installation, said: Acknowledged, done: threading.Event) -> None:
    """Draft, rename grids, publish for the next month, again; what is acknowledged is noted, the rest is tried anew."""
    month = dt.date(dt.date.today().year + 1, 1, 1)
    client = httpx.Client(base_url=f"http://127.0.0.1:{here.port}", timeout=20)
    account = here.town["accounts"]["office"]
    while not done.is_set():
        try:
            if "X-CSRF-Token" not in client.headers:
                answer = client.post("/api/login", json=account).raise_for_status()
                client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            draft = client.post("/api/boundary-versions", json={"name": "soak", "from": f"version:{_latest(client)}"}).raise_for_status().json()  # fmt: skip
            version, revision = draft["version"]["id"] if "version" in draft else draft["id"], 0
            for n, grid in enumerate(_grids(client, version)[:3]):
                name = f"soak {uuid.uuid4().hex[:8]}"
                body = {
                    "kind": "rename",
                    "params": {"grid": grid, "name": name},
                    "expected_revision": revision,
                }
                changed = (
                    client.post(f"/api/boundary-versions/{version}/operations", json=body)
                    .raise_for_status()
                    .json()
                )
                said.names.append((version, grid, name))
                revision = changed.get("revision", n + 1)
            body = {"valid_from": month.isoformat()}
            client.post(f"/api/boundary-versions/{version}/publish", json=body).raise_for_status()
            said.published.append(version)
            month = (month + dt.timedelta(days=32)).replace(day=1)
        except (httpx.HTTPError, KeyError) as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in {401, 403}:
                client.headers.pop("X-CSRF-Token", None)
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code not in {
                401,
                403,
                409,
                503,
            }:
                with (here.folder / "draw.log").open("a") as log:
                    log.write(
                        f"{error.response.status_code} {error.request.url} {error.response.text[:300]}\n"
                    )
            done.wait(0.2)
    client.close()


def _latest(client: httpx.Client) -> int:
    listed = client.get("/api/boundary-versions").raise_for_status().json()
    return int(max(v["id"] for v in listed if v["status"] == "published"))


def _grids(client: httpx.Client, version: int) -> list[str]:
    whole = client.get(f"/api/boundary-versions/{version}").raise_for_status().json()
    return _codes(whole)


def _codes(node: Any) -> list[str]:
    """Codes of the grids of a version, wherever the answer keeps them."""
    features = node["grids"]["features"] if isinstance(node.get("grids"), dict) else node.get("grids", [])
    return [f.get("code") or f["properties"]["code"] for f in features]


def load(here: Installation, said: Acknowledged, done: threading.Event, starts_s: list[float]) -> None:
    """Keep a loader running; note each batch that it reports as committed, and how long the first one took."""
    while not done.is_set():
        began: float | None = time.monotonic()
        process = here.start_loader()
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                if began is not None:
                    starts_s.append(time.monotonic() - began)
                    began = None
                said.batches.append(int(line))
            if done.is_set():
                process.kill()
        process.wait()
        process.stdout.close()
        done.wait(0.2)
