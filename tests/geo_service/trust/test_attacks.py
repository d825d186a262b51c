"""A corpus of what attackers send: SQL and markup in every parameter and name, formulas, poisoned uploads."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo_service.middleware import SECURITY_HEADERS
from geo_service.trust.csv_cells import safe

HERE = "310199801"
Clients = Callable[..., TestClient]

SQL = [
    "' OR '1'='1", "'; DROP TABLE dwelling; --", "1; SELECT pg_sleep(5)", "' UNION SELECT password_hash FROM account --",
    "%27%20OR%201=1", "\\'; --", "$$;SELECT 1;$$", "1)) OR 1=1 --", "' || (SELECT pg_sleep(5)) || '",
    "'; SET wangge.committees = '*'; --", "'; SELECT set_config('wangge.subdistrict', '310199802', false); --",
    "{{7*7}}", "%s %s %(x)s :sub", "\u0000", "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "9" * 400,
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>alert(1)</script>",
    "javascript:alert(1)", "<svg onload=alert(1)>", "{{constructor.constructor('alert(1)')()}}",
]  # fmt: skip
CQL = [
    "name = 'x' OR 1=1", "name = 'x'; DROP TABLE building", "pg_sleep(5) = 1", "password_hash IS NOT NULL", "1=1 --",
    "S_INTERSECTS(geom, 'x')", "\"account\".\"password_hash\" = 'x'", "name LIKE '%' || (SELECT password_hash FROM account)",
    "(" * 500 + "1=1" + ")" * 500, "NOT " * 2_000 + "TRUE", "CASEI(name) = CASEI('\u0000')",
]  # fmt: skip


def addresses(attack: str) -> list[tuple[str, dict[str, str]]]:
    """The attack in each parameter and path of the reading routes."""
    quoted = re.sub(r"[/?#%\\]", "_", attack.replace("\u0000", "%00")) or "_"
    return [
        ("/api/search", {"q": attack[:60]}),
        ("/api/indicators", {"month": attack}),
        ("/api/indicators", {"month": "2026-03", "by": attack}),
        ("/api/indicators/history", {"area": f"committee:{attack}", "until": "2026-03"}),
        ("/api/layers/buildings", {"month": attack}),
        (f"/api/layers/{quoted}", {}),
        (f"/api/buildings/{quoted}", {}),
        (f"/api/key-sites/{quoted}", {}),
        (f"/api/boundary-versions/{quoted}", {}),
        (f"/api/reviews/{quoted}", {}),
        ("/api/audit", {"action": attack[:32], "account": attack[:32]}),
        ("/api/loads/columns", {"kind": attack}),
        ("/ogc/collections/buildings/items", {"filter": attack, "bbox": attack}),
        ("/ogc/collections/buildings/items", {"name": attack, "sortby": attack, "datetime": attack}),
        (f"/ogc/collections/{quoted}/items/{quoted}", {}),
        ("/ogc/changes", {"since": attack, "layer": attack}),
    ]


@pytest.mark.parametrize(
    "attack",
    [*SQL, *MARKUP],
    ids=range(len(SQL) + len(MARKUP)),
)
def test_no_parameter_breaks_out_of_its_place(client_of: Clients, towns: Any, attack: str) -> None:
    office = client_of("office")
    began = time.monotonic()
    for path, query in addresses(attack):
        answer = office.get(path, params=query)
        assert answer.status_code < 500, (path, query, answer.text[:300])
        assert "FARAWAY" not in answer.text, path
        assert "argon2" not in answer.text, path
        _harmless(answer)
    assert time.monotonic() - began < 12, "something slept"
    assert towns.admin("SELECT count(*) > 0 FROM dwelling") == [(True,)]


@pytest.mark.parametrize("attack", CQL, ids=range(len(CQL)))
def test_a_filter_of_the_grid_api_is_never_run_as_sql(client_of: Clients, attack: str) -> None:
    office = client_of("office")
    if office.get("/ogc/collections").status_code == 404:
        pytest.fail("the grid API is not there to be attacked")
    began = time.monotonic()
    for language in ("cql2-text", "cql2-json"):
        text = (
            attack
            if language == "cql2-text"
            else json.dumps({"op": attack, "args": [{"property": attack}, attack]})
        )
        answer = office.get(
            "/ogc/collections/buildings/items", params={"filter": text, "filter-lang": language}
        )
        assert 400 <= answer.status_code < 500 or "1=1" in attack or answer.json()["features"] == [], (
            text[:80],
            answer.text[:300],
        )
        assert "FARAWAY" not in answer.text
        assert "argon2" not in answer.text
    assert time.monotonic() - began < 8


def _harmless(answer: Any) -> None:
    """Markup in an answer is only ever data: never a type that a browser runs, and never sniffed into one."""
    kind = answer.headers.get("content-type", "")
    assert answer.headers["x-content-type-options"] == "nosniff"
    if "html" in kind:
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


@pytest.mark.parametrize("markup", MARKUP, ids=range(len(MARKUP)))
def test_markup_in_names_of_places_stays_text_everywhere(client_of: Clients, towns: Any, markup: str) -> None:
    """A building, a committee, a grid and a key site called like that, read back in every format."""
    for table in ("building", "area", "micro_grid", "key_site"):
        towns.admin(f"UPDATE {table} SET name = :n WHERE subdistrict_code = :s", n=markup, s=HERE)
    office = client_of("office")
    try:
        for path in ("/api/town", "/api/layers/buildings?month=2026-03", "/api/layers/micro-grids?month=2026-03",
                     "/api/search?q=alert", "/api/indicators?month=2026-03", f"/api/buildings/B{HERE}001",
                     f"/api/key-sites/S{HERE}001", "/ogc/collections/buildings/items",
                     "/ogc/collections/buildings/items?f=html", "/ogc/collections/micro-grids/items?f=html",
                     f"/ogc/collections/buildings/items/B{HERE}001?f=html"):  # fmt: skip
            answer = office.get(path)
            assert answer.status_code < 500, path
            _harmless(answer)
            if "html" in answer.headers.get("content-type", ""):
                for part in re.findall(r"<[^>]*>", answer.text):
                    assert "onerror=alert" not in part, path
                    assert "onload=alert" not in part, path
    finally:
        for table in ("building", "area", "micro_grid", "key_site"):
            towns.admin(f"UPDATE {table} SET name = 'mine' WHERE subdistrict_code = :s", s=HERE)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", " =1", "＝1+1"]
)
def test_a_formula_in_a_cell_becomes_text(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_a_formula_in_a_name_leaves_an_export_as_text(client_of: Clients, towns: Any) -> None:
    formula = '=HYPERLINK("http://evil.example","x")'
    towns.admin("UPDATE building SET address = :a WHERE code = :c", a=formula, c=f"B{HERE}001")
    head, office = client_of("committee_head"), client_of("office")
    asked = head.post(
        "/api/exports", json={"what": {"kind": "buildings", "month": "2026-03"}, "purpose": "audit"}
    ).json()
    office.post(f"/api/exports/{asked['id']}/decision", json={"approve": True})
    body = head.post(f"/api/exports/{asked['id']}/file").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in body
    assert not re.search(r"(^|,)\"?[=+@-]", body, re.MULTILINE)


def poisoned() -> dict[str, tuple[str, bytes]]:
    """Files that are not what they say."""
    entities = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{"&l" + str(n - 1) + ";" if n else "ha"}">'
        for n in range(30)
    )
    sheet = f'<?xml version="1.0"?><!DOCTYPE x [{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]><worksheet>&l29;&f;</worksheet>'
    return {
        "zip bomb": ("bomb.zip", archive({"a.csv": b"0" * 200_000_000})),
        "xlsx bomb": ("bomb.xlsx", archive({"xl/worksheets/sheet1.xml": b" " * 200_000_000, "xl/workbook.xml": b"<x/>"})),
        "path out of the archive": ("a.zip", archive({"../../../../tmp/wangge-escaped.shp": b"x", "/etc/wangge-escaped": b"x"})),
        "path in the file name": ("../../../../tmp/wangge-escaped.csv", b"code\nX\n"),
        "entities": ("a.xlsx", archive({"xl/worksheets/sheet1.xml": sheet.encode(), "xl/workbook.xml": b"<x/>"})),
        "svg": ("a.svg", b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>"),
        "vrt": ("a.vrt", b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"),
        "gdal by name": ("/vsicurl/http://127.0.0.1:1/x.geojson", b"{}"),
        "nothing": ("a.csv", b""),
        "binary": ("a.csv", bytes(range(256)) * 100),
        "deep json": ("a.geojson", b"[" * 100_000),
    }  # fmt: skip


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", list(poisoned()))
def test_a_poisoned_upload_is_refused_and_leaves_nothing_behind(client_of: Clients, name: str) -> None:
    from pathlib import Path

    file_name, content = poisoned()[name]
    began = time.monotonic()
    answer = client_of("office").post(
        "/api/loads",
        data={"kind": "buildings"},
        files={"file": (file_name, content, "application/octet-stream")},
    )
    assert answer.status_code < 500, answer.text[:400]
    assert time.monotonic() - began < 20
    assert "root:x" not in answer.text
    assert not Path("/tmp/wangge-escaped.csv").exists()
    assert not Path("/tmp/wangge-escaped.shp").exists()
    assert not Path("/etc/wangge-escaped").exists()
    if answer.status_code == 200 and name != "path in the file name":  # whose content is honest
        report = answer.json().get("report", answer.json())
        assert not report.get("loadable", False), "a poisoned file must not pass as clean"


def test_every_answer_carries_the_security_headers(client_of: Clients, towns: Any) -> None:
    office = client_of("office")
    stranger = TestClient(towns.app, raise_server_exceptions=False)
    for client, path in ((office, "/api/town"), (office, "/nothing"), (stranger, "/api/town"), (stranger, "/"),
                         (stranger, "/healthz"), (office, "/ogc"), (office, "/api/openapi.json")):  # fmt: skip
        headers = client.get(path).headers
        for name, value in SECURITY_HEADERS.items():
            if name == "Content-Security-Policy":
                assert "default-src" in headers[name], path
            else:
                assert headers[name] == value, (path, name)
        assert headers["X-Request-Id"]
        assert "server" not in headers
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert office.get("/api/town").headers["cache-control"] == "no-store"


def test_no_answer_invites_another_site_to_read_it(client_of: Clients) -> None:
    answer = client_of("office").get("/api/town", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/assets/..%2f..%2f..%2fpyproject.toml",
                                  "/assets/%2e%2e/%2e%2e/words/shell.py", "//etc/passwd", "/assets/../../words/__init__.py"])  # fmt: skip
def test_no_path_leads_out_of_the_consoles_folder(towns: Any, path: str) -> None:
    client = TestClient(towns.app, raise_server_exceptions=False)
    answer = client.get(path)
    assert answer.status_code in {400, 404}
    assert "import annotations" not in answer.text


def test_an_unexpected_error_tells_nothing_of_the_inside(
    towns: Any, client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo_service.routes import places

    def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM inside /srv/wangge")

    monkeypatch.setattr(places.places, "subdistrict_of", broken)
    answer = client_of("office").get("/api/town")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
