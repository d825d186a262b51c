"""The Python client against the running service, and against a server that misbehaves."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pyogrio
import pytest

from geo_service import wangge_client
from geo_service.wangge_client import GridClient, GridProblem

N = 1_200
KEY = "wg_test_key"


@pytest.fixture
def grid(service: Any) -> GridClient:
    return GridClient(f"{service.url}/ogc", KEY)


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(wangge_client.__file__).read_text(encoding="utf-8"))
    modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    modules |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {m.split(".")[0] for m in modules} <= sys.stdlib_module_names


def test_the_served_copy_works_on_its_own(service: Any, ogc: httpx.Client, tmp_path: Path) -> None:
    served = ogc.get("/ogc/wangge_client.py")
    assert served.headers["content-type"].startswith("text/x-python")
    (tmp_path / "wangge_client.py").write_bytes(served.content)
    program = f"from wangge_client import GridClient\nprint(GridClient('{service.url}/ogc', '{KEY}').count('buildings'))"
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{program}"],
                          capture_output=True, text=True)  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{N + 1}\n", "")


def test_pages_are_followed_to_the_end(grid: GridClient) -> None:
    codes = [f["id"] for f in grid.features("buildings", page=100)]
    assert len(codes) == len(set(codes)) == N + 1
    assert grid.count("buildings", filter="floors > 28") == sum(1 + i % 30 > 28 for i in range(N))
    found = list(grid.features("buildings", filter="floors > 28", use="residential", properties=["code", "floors"],
                               geometry=False, sortby=["-floors", "code"], page=7))  # fmt: skip
    assert len(found) == sum(1 + i % 30 > 28 and i % 3 == 0 for i in range(N))
    assert [f["properties"]["floors"] for f in found] == sorted(
        (f["properties"]["floors"] for f in found), reverse=True
    )
    assert all(f["geometry"] is None and set(f["properties"]) == {"code", "floors"} for f in found)
    assert len(list(grid.features("buildings", bbox=(121.4101, 31.2002, 121.4115, 31.2003)))) == 2
    assert {f["id"] for f in grid.features("micro-grids", datetime="2026-03-01")} == {
        "G11",
        "G12",
        "G13",
        "G14",
    }


def test_one_feature_a_schema_and_the_collections(grid: GridClient) -> None:
    assert grid.feature("buildings", "B00007")["properties"]["name"] == "Café 楼"
    assert "floors" in grid.schema("buildings")["properties"]
    assert {"buildings", "micro-grids"} <= {c["id"] for c in grid.collections()}


def test_a_refusal_says_what_the_server_says(service: Any, grid: GridClient) -> None:
    with pytest.raises(GridProblem) as refused:
        grid.feature("buildings", "不存在/x")
    assert (refused.value.status, refused.value.type) == (404, "not-found")
    with pytest.raises(GridProblem, match="invalid-filter"):
        next(grid.features("buildings", filter="((("))
    with pytest.raises(GridProblem) as nobody:
        GridClient(f"{service.url}/ogc", "wg_wrong").collections()
    assert nobody.value.status == 401


def test_a_layer_comes_as_a_file(grid: GridClient, tmp_path: Path) -> None:
    for name in ("b.fgb", "b.csv", "b.ndjson"):
        path = grid.download("buildings", tmp_path / name, filter="floors = 3")
        assert pyogrio.read_info(path)["features"] in {40, -1}
        assert not path.with_name(path.name + ".part").exists()


def test_the_feed_is_followed_from_where_it_was_left(service: Any, grid: GridClient) -> None:
    start = grid.latest()
    assert list(grid.changes(start)) == []
    seen: list[tuple[int, str, Any]] = []

    def follow() -> None:
        for change in grid.changes(start, layers=["buildings"], follow=True, wait_s=5):
            seen.append((change.number, change.feature, (change.after or {}).get("floors")))
            if len(seen) == 3:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    for floors in (91, 92, 93):
        service.sql(
            "UPDATE building SET floors = %s WHERE subdistrict_code = '310199001' AND code = 'B00040'", floors
        )
        time.sleep(0.1)
    follower.join(30)
    service.sql("UPDATE building SET floors = 11 WHERE subdistrict_code = '310199001' AND code = 'B00040'")
    assert [s[1:] for s in seen] == [("B00040", 91), ("B00040", 92), ("B00040", 93)]
    assert [c.after and c.after["floors"] for c in grid.changes(seen[0][0], layers=["buildings"])][:2] == [
        92,
        93,
    ]


class Moody(BaseHTTPRequestHandler):
    """Answers as its script says, one line a request, then with an empty page."""

    script: ClassVar[list[tuple[int, dict[str, str]]]] = []
    asked: ClassVar[list[float]] = []

    def do_GET(self) -> None:
        self.asked.append(time.monotonic())
        status, headers = self.script.pop(0) if self.script else (200, {})
        if status == 0:
            self.connection.close()
            return
        body = json.dumps(
            {"features": [], "links": [], "collections": [], "type": "/problems/busy", "detail": "忙"}
        ).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def moody() -> Iterator[str]:
    Moody.script, Moody.asked = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/ogc"
    server.shutdown()
    thread.join()
    server.server_close()


def test_busy_and_broken_answers_are_tried_again_after_the_time_asked_for(moody: str) -> None:
    Moody.script[:] = [(429, {"Retry-After": "1"}), (503, {}), (0, {})]
    assert GridClient(moody, KEY).collections() == []
    assert len(Moody.asked) == 4
    assert Moody.asked[1] - Moody.asked[0] >= 1


def test_it_gives_up_in_the_end_and_never_repeats_what_cannot_help(moody: str) -> None:
    Moody.script[:] = [(429, {"Retry-After": "0"})] * 9
    with pytest.raises(GridProblem, match="429 busy: 忙"):
        GridClient(moody, KEY, retries=2).collections()
    assert len(Moody.asked) == 3
    Moody.script[:], Moody.asked[:] = [(400, {})], []
    with pytest.raises(GridProblem):
        GridClient(moody, KEY).collections()
    assert len(Moody.asked) == 1


def test_the_key_is_never_sent_to_another_place(grid: GridClient) -> None:
    with pytest.raises(ValueError, match="elsewhere"):
        grid._json("http://127.0.0.1:9/ogc/x")
