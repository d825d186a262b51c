"""The package of a month: only what was released, the same bytes each time, signed, and written into the register."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from geo_service.cli.handover import app as commands
from geo_service.database import Scope, apply_scope, make_engine
from geo_service.handover import register
from geo_service.handover.package import Package, build
from geo_service.handover.signing import fingerprint, public_pem
from geo_service.handover.verifying import verify
from geo_service.problems import Problem
from geo_service.queries import releases
from geo_service.releases import make_release

SignIn = Callable[[str], TestClient]
LAYERS = {"committees", "micro_grids", "buildings", "key_sites", "micro_grid_indicators", "committee_indicators", "cell_indicators"}  # fmt: skip


def last_month(small_town: dict[str, Any]) -> dt.date:
    return dt.date.fromisoformat(max(small_town["months"]) + "-01")


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def released(small_town: dict[str, Any]) -> Iterator[tuple[Session, Any, Scope]]:
    """A session in which the last month is released; nothing of it is kept."""
    scope = Scope(small_town["subdistrict"], None, "test")
    engine = make_engine(small_town["url"], statement_timeout_ms=120_000)
    with engine.connect() as connection:
        transaction = connection.begin()
        apply_scope(connection, scope)
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            row = releases.newest(session, scope.subdistrict, last_month(small_town))
            if row is None:
                row = make_release(session, scope, last_month(small_town))
                session.refresh(row)
            yield session, row, scope
        transaction.rollback()
    engine.dispose()


@pytest.fixture(scope="module")
def package(released: Any, key: Ed25519PrivateKey) -> Package:
    session, row, _ = released
    return build(session, row, key)


@pytest.fixture(scope="module")
def unpacked(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        archive.extractall(folder)
    return folder


def geopackage(unpacked: Path) -> Path:
    (found,) = unpacked.glob("*.gpkg")
    return found


def test_gdal_reads_every_layer_back_with_its_types_and_rows(unpacked: Path, package: Package) -> None:
    path = geopackage(unpacked)
    assert {name for name, _ in pyogrio.list_layers(path)} == LAYERS
    for name in LAYERS:
        info = pyogrio.read_info(path, layer=name)
        assert info["features"] == package.manifest["layers"][name] > 0, name
        assert info["crs"] == "EPSG:4326"
    kinds = dict(
        zip(*(pyogrio.read_info(path, layer="buildings")[k] for k in ("fields", "ogr_types")), strict=True)
    )
    assert (kinds["floors"], kinds["height_m"], kinds["built_on"]) == ("OFTInteger64", "OFTReal", "OFTDate")
    grids = pyogrio.read_dataframe(path, layer="micro_grids")
    assert set(grids.geom_type) == {"MultiPolygon"}
    west, south, east, north = grids.total_bounds
    assert 120 < west < east < 123
    assert 30 < south < north < 32


def test_the_indicators_are_those_of_the_release_and_nothing_withheld_comes_along(
    unpacked: Path, released: Any
) -> None:
    session, row, _ = released
    stored = session.execute(
        text("SELECT area_code, measure, value, withheld, reason FROM release_value WHERE release_id = :i AND layer = 'micro-grid'"),
        {"i": row.id},
    ).all()  # fmt: skip
    table = pyogrio.read_dataframe(geopackage(unpacked), layer="micro_grid_indicators").set_index("code")
    assert set(table["release_id"]) == {row.id}
    checked = withheld = 0
    for code, measure, value, hidden, reason in stored:
        if measure not in table.columns:
            continue
        found = table.loc[code, measure]
        if hidden:
            withheld += 1
            assert found != found, (code, measure)
            assert table.loc[code, f"{measure}_withheld"] == reason
        elif value is None:
            assert found != found, (code, measure)
        else:
            checked += 1
            assert found == pytest.approx(value)
    assert checked > 20
    assert withheld > 0


def test_the_tables_hold_the_same_as_the_geopackage_and_every_column_is_in_the_dictionary(
    unpacked: Path,
) -> None:
    with (unpacked / "data-dictionary.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {(r["layer"], r["column"]): r for r in csv.DictReader(file)}
    assert {layer for layer, _ in told} == LAYERS
    for layer in LAYERS:
        with (unpacked / "csv" / f"{layer}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        frame = pyogrio.read_dataframe(geopackage(unpacked), layer=layer)
        assert [r["code"] for r in rows] == list(frame["code"])
        assert {(layer, c) for c in rows[0] if c not in {"lon", "lat"}} == {k for k in told if k[0] == layer}
    assert all(line["zh"] and line["en"] and line["type"] for line in told.values())
    assert "long_term_rental=长租公寓" in told["key_sites", "kind"]["values"]


def test_nothing_in_it_is_about_a_record_or_a_person(unpacked: Path) -> None:
    columns = {f for name in LAYERS for f in pyogrio.read_info(geopackage(unpacked), layer=name)["fields"]}
    assert not {
        c
        for c in columns
        if any(w in c for w in ("hash", "person", "dwelling_code", "account", "operator", "batch"))
    }


def test_the_same_release_gives_the_same_bytes(
    released: Any, package: Package, key: Ed25519PrivateKey
) -> None:
    session, row, _ = released
    session.execute(text("SET LOCAL TimeZone = 'America/Lima'"))
    again = build(session, row, key)
    session.execute(text("SET LOCAL TimeZone = 'UTC'"))
    assert again.sha256 == package.sha256


def test_a_package_verifies_and_tools_that_everybody_has_agree(
    package: Package, unpacked: Path, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    verdict = verify(package.content, key.public_key())
    assert (verdict.valid, verdict.trusted, verdict.fingerprint) == (True, True, fingerprint(key))
    alone = verify(package.content)
    assert (alone.valid, alone.trusted) == (True, False)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (tmp_path / "key.pem").write_bytes(public_pem(key))
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(tmp_path / "key.pem"), "-rawin", "-in", "manifest.json",
         "-sigfile", "manifest.json.sig"], cwd=unpacked, capture_output=True, text=True,
    )  # fmt: skip
    assert "Signature Verified Successfully" in done.stdout, done.stderr


def repacked(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, inside in files.items():
            archive.writestr(name, inside)
    return out.getvalue()


def test_whatever_is_altered_left_out_added_or_signed_by_another_is_noticed(
    package: Package, key: Ed25519PrivateKey
) -> None:
    mine, other = key.public_key(), Ed25519PrivateKey.generate()
    table = "csv/buildings.csv"

    def resigned(files: dict[str, bytes]) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b'"month"', b'"Month"')
        files["manifest.json.sig"] = other.sign(files["manifest.json"])
        files["signing-key.pub.pem"] = public_pem(other)

    assert "altered: csv/buildings.csv" in str(
        verify(repacked(package.content, lambda f: f.update({table: f[table] + b"x"})), mine).faults
    )
    assert "missing: csv/buildings.csv" in str(
        verify(repacked(package.content, lambda f: f.pop(table) and None), mine).faults
    )
    assert "not in the manifest: extra.txt" in str(
        verify(repacked(package.content, lambda f: f.update({"extra.txt": b""})), mine).faults
    )
    assert "signature" in str(
        verify(
            repacked(package.content, lambda f: f.update({"manifest.json": f["manifest.json"] + b" "})), mine
        ).faults
    )
    assert "signature" in str(verify(repacked(package.content, resigned), mine).faults)
    assert not verify(repacked(package.content, lambda f: f.pop("manifest.json.sig") and None), mine).valid
    assert not verify(package.content, other.public_key()).valid


@pytest.mark.parametrize("manifest", [
    b"", b"no JSON", b"[]", b"{}", b'{"format": "wangge-handover/1", "month": "2026-03"}',
    b'{"format": "wangge-handover/1", "month": 3, "files": []}',
    b'{"format": "wangge-handover/1", "month": "2026-03", "files": [{"name": "x"}]}',
])  # fmt: skip
def test_a_manifest_that_is_none_is_a_fault_even_when_its_signature_fits(
    package: Package, tmp_path: Path, manifest: bytes
) -> None:
    other = Ed25519PrivateKey.generate()

    def forge(files: dict[str, bytes]) -> None:
        files |= {"manifest.json": manifest, "manifest.json.sig": other.sign(manifest)}
        files["signing-key.pub.pem"] = public_pem(other)

    forged = repacked(package.content, forge)
    assert "the manifest cannot be read" in str(verify(forged).faults)
    (tmp_path / "forged.zip").write_bytes(forged)
    done = CliRunner().invoke(commands, ["verify", str(tmp_path / "forged.zip")])
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)


@pytest.mark.parametrize("cut", [0, 1, 1_000, -1, -500])
def test_a_damaged_file_is_a_fault_and_not_a_crash(package: Package, cut: int) -> None:
    assert not verify(package.content[:cut]).valid
    middle = len(package.content) // 2
    assert not verify(package.content[:middle] + b"\xff" * 64 + package.content[middle + 64 :]).valid


def test_the_register_keeps_every_provision_and_stores_one_package_once(
    released: Any, key: Ed25519PrivateKey
) -> None:
    session, row, scope = released
    with session.begin_nested() as kept:
        one, package = register.hand_over(session, scope, row.month, "区城运中心", "city_operation", key)
        two, _ = register.hand_over(session, scope, row.month, "统计部门", "statistics", key)
        assert (one.sha256, two.id - one.id) == (two.sha256, 1)
        assert session.scalar(text("SELECT count(*) FROM handover_package")) == 1
        name, content = register.content(session, scope, one.id)
        assert (content, name) == (package.content, package.name)
        detail = (
            session.execute(text("SELECT detail FROM audit_event WHERE action = 'handover' ORDER BY seq"))
            .scalars()
            .all()
        )
        assert [d["to"] for d in detail] == ["区城运中心", "统计部门"]
        assert detail[0]["sha256"] == hashlib.sha256(content).hexdigest()
        kept.rollback()


@pytest.mark.parametrize("statement", ["UPDATE provision SET recipient = 'x'", "DELETE FROM provision",
                                       "UPDATE handover_package SET month = '2020-01-01'", "DELETE FROM handover_package",
                                       "TRUNCATE provision CASCADE"])  # fmt: skip
def test_nobody_unsays_a_provision_not_even_the_administrator(
    small_town: dict[str, Any], statement: str
) -> None:
    engine = create_engine(small_town["admin_url"])
    sub = small_town["subdistrict"]
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("INSERT INTO handover_package (subdistrict_code, sha256, release_id, month, manifest, content) "
                                "VALUES (:s, 'x', 1, '2026-01-01', '{}', 'x')"), {"s": sub})  # fmt: skip
        connection.execute(text("INSERT INTO provision (subdistrict_code, id, recipient, what, purpose, sha256) "
                                "VALUES (:s, 99, 'a', '{}', 'audit', 'x')"), {"s": sub})  # fmt: skip
        with pytest.raises(DBAPIError, match="only grows"):
            connection.execute(text(statement))
        transaction.rollback()
    engine.dispose()


def test_after_three_years_a_provision_may_go(small_town: dict[str, Any]) -> None:
    engine = create_engine(small_town["admin_url"])
    sub = small_town["subdistrict"]
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("INSERT INTO handover_package (subdistrict_code, sha256, release_id, month, manifest, content, at) "
                                "VALUES (:s, 'x', 1, '2020-01-01', '{}', 'x', now() - interval '1097 days')"), {"s": sub})  # fmt: skip
        connection.execute(text("INSERT INTO provision (subdistrict_code, id, recipient, what, purpose, sha256, at) "
                                "VALUES (:s, 99, 'a', '{}', 'audit', 'x', now() - interval '1097 days')"), {"s": sub})  # fmt: skip
        assert connection.execute(text("DELETE FROM provision WHERE id = 99")).rowcount == 1
        assert connection.execute(text("DELETE FROM handover_package WHERE sha256 = 'x'")).rowcount == 1
        transaction.rollback()
    engine.dispose()


def test_an_unreleased_month_and_a_nameless_recipient_are_refused(
    released: Any, key: Ed25519PrivateKey
) -> None:
    session, row, scope = released
    with pytest.raises(Problem, match="not-released"):
        register.hand_over(session, scope, dt.date(2020, 1, 1), "区城运中心", "city_operation", key)
    for recipient in ("", " ", "x", "联系 13800000000"):
        with pytest.raises(Problem, match=r"no-recipient|note-with-number"):
            register.hand_over(session, scope, row.month, recipient, "city_operation", key)
    with pytest.raises(Problem, match="not-on-list"):
        register.hand_over(session, scope, row.month, "区城运中心", "curiosity", key)


def test_the_office_hands_over_over_http_and_from_the_command_line(
    sign_in: SignIn, small_town: dict[str, Any], small_town_app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    office, month = sign_in("office"), f"{last_month(small_town):%Y-%m}"
    asked = {"month": month, "recipient": "区城运中心", "purpose": "city_operation"}
    refused = office.post("/api/handovers", json=asked | {"month": "2019-01"})
    assert refused.json()["type"] == "/problems/not-released"
    mine = office.post("/api/releases", json={"month": month}).status_code == 201
    try:
        made = office.post("/api/handovers", json=asked)
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        fetched = office.get(f"/api/handovers/{number}/file")
        assert hashlib.sha256(fetched.content).hexdigest() == made.json()["sha256"]
        assert office.get("/api/handovers").json()[0]["recipient"] == "区城运中心"
        for role in ("operator", "committee_head", "partner", "registrar"):
            assert sign_in(role).get("/api/handovers").status_code == 403
            assert sign_in(role).get(f"/api/handovers/{number}/file").status_code == 403
            assert sign_in(role).post("/api/handovers", json=asked).status_code == 403
        assert office.get("/api/handovers/999/file").status_code == 404
        pem = sign_in("partner").get("/api/handovers/public-key").json()["pem"]

        monkeypatch.setenv("WANGGE_DATABASE_URL", small_town["url"])
        monkeypatch.setenv("WANGGE_ADMIN_URL", small_town["admin_url"])
        monkeypatch.setenv("WANGGE_DATA_DIR", str(small_town_app.state.settings.data_dir))
        out = tmp_path / "package.zip"
        done = CliRunner().invoke(commands, [month, "-o", str(out), "--to", "区城运中心", "--json"])
        assert done.exit_code == 0, (done.output, done.exception)
        assert (
            json.loads(done.output)["sha256"]
            == made.json()["sha256"]
            == hashlib.sha256(out.read_bytes()).hexdigest()
        )
        (tmp_path / "key.pem").write_text(pem)
        done = CliRunner().invoke(
            commands, ["verify", str(out), "--key", str(tmp_path / "key.pem"), "--json"]
        )
        assert (done.exit_code, json.loads(done.output)["trusted"]) == (0, True)
        out.write_bytes(out.read_bytes()[:-100])
        assert CliRunner().invoke(commands, ["verify", str(out)]).exit_code == 1
        done = CliRunner().invoke(commands, ["register"])
        assert done.output.count("区城运中心") == 2
        assert CliRunner().invoke(commands, ["public-key"]).output.startswith("-----BEGIN PUBLIC KEY-----")
    finally:
        engine = create_engine(small_town["admin_url"])
        with engine.begin() as connection:
            # The register cannot be emptied, so its guards are set aside; the town is shared with other tests.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            released_here = ("release_block", "release_value", "release") if mine else ()
            for table in ("provision", "handover_package", *released_here):
                connection.execute(text(f"DELETE FROM {table}"))
        engine.dispose()
