"""``wangge layer`` and ``wangge key`` from the outside: what they register and issue works at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

SUB = "310199001"


def wangge(service: Any, *arguments: str) -> str:
    admin = make_url(service.admin).set(drivername="postgresql+psycopg")
    environment = {
        **os.environ,
        "WANGGE_DATABASE_URL": admin.set(username="wangge_service").render_as_string(hide_password=False),
        "WANGGE_ADMIN_URL": admin.render_as_string(hide_password=False),
        "WANGGE_DATA_DIR": str(Path(service.log).parent),
    }
    command = [sys.executable, "-c", "from geo_service.cli import main; main()", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_layer_is_served_as_soon_as_it_is_added_and_gone_when_removed(service: Any, ogc: Any) -> None:
    service.sql(
        "CREATE SCHEMA IF NOT EXISTS gis; CREATE TABLE gis.hydrant (id int PRIMARY KEY, kind text, g geometry(Point, 4326)); "
        "INSERT INTO gis.hydrant VALUES (1, 'a', ST_SetSRID(ST_MakePoint(121.42, 31.205), 4326))"
    )
    town = ("--subdistrict", SUB)
    made = wangge(
        service, "layer", "add", "hydrants", "gis.hydrant", *town, "--zh", "消防栓", "--en", "Hydrants"
    )
    assert json.loads(made)["columns"] == ["id", "kind"]
    time.sleep(0.5)
    assert ogc.get("/ogc/collections/hydrants/items").json()["features"][0]["id"] == "1"
    assert "gis.hydrant" in wangge(service, "layer", "list", *town)
    (listed,) = json.loads(wangge(service, "layer", "list", *town, "--json"))
    assert (listed["id"], listed["audience"], listed["key"]) == ("hydrants", "partner", "id")
    wangge(service, "layer", "remove", "hydrants", *town)
    time.sleep(0.5)
    assert ogc.get("/ogc/collections/hydrants/items").status_code == 404


def test_a_key_opens_the_interface_until_it_is_revoked(service: Any) -> None:
    (made,) = json.loads(wangge(service, "key", "add", "城运平台", "--subdistrict", SUB, "--json"))
    with service.client(made["key"]) as client:
        assert client.get("/ogc/conformance").status_code == 200
        wangge(service, "key", "revoke", made["id"], "--subdistrict", SUB)
        assert client.get("/ogc/conformance").status_code == 401
    assert made["key"] not in wangge(service, "key", "list", "--subdistrict", SUB, "--json")
