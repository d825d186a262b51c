"""QGIS, without a screen, as a client: features with their filters, vector tiles with the service's style, a picture."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from PIL import Image

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]
N = 1_200
SCRIPT = Path(__file__).with_name("qgis_reads.py")
PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def seen(service: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS saw of the service, and what the service's log says that it asked."""
    has_qgis = (
        shutil.which(PYTHON)
        and subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode == 0
    )
    if not has_qgis:
        pytest.skip("QGIS is missing; on Debian: apt-get install --no-install-recommends python3-qgis")
    folder = tmp_path_factory.mktemp("qgis")
    kept = {
        k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("PYTHON")
    }
    environment = {
        **kept, "QT_QPA_PLATFORM": "offscreen", "GRID": f"{service.url}/ogc", "GRID_KEY": "wg_test_key",
        "QGIS_CUSTOM_CONFIG_PATH": str(folder), "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    mark = len(service.log.read_bytes())
    done = subprocess.run([PYTHON, str(SCRIPT), str(folder / "map.png")], env=environment, capture_output=True, text=True,
                          timeout=240)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    time.sleep(0.5)
    asked = unquote_plus(service.log.read_bytes()[mark:].decode())
    return {**json.loads(done.stdout.splitlines()[-1]), "asked": asked, "picture": folder / "map.png"}


def test_qgis_reads_every_feature_by_pages(seen: dict[str, Any]) -> None:
    assert seen["counted"] == N + 1
    assert {"code", "floors", "built_on"} <= set(seen["fields"])
    assert "cursor=" in seen["asked"], "more than one page was asked for"


def test_qgis_pushes_its_box_down(seen: dict[str, Any]) -> None:
    assert {"B00000", "B00001"} <= set(seen["in_box"])
    assert len(seen["in_box"]) < 10
    assert re.search(r"/buildings/items\?\S*bbox=121\.4", seen["asked"])


def test_qgis_filters_by_attribute(seen: dict[str, Any]) -> None:
    """QGIS 3.22 fetches and filters by itself; that attributes can be pushed down is tested with GDAL."""
    assert seen["filtered"] == sum(i % 3 == 0 for i in range(N))


def test_qgis_draws_tiles_in_the_style_of_the_service(seen: dict[str, Any]) -> None:
    assert seen["tiles"] == {
        "valid": True,
        "understood": True,
        "warnings": [],
        "inked": seen["tiles"]["inked"],
    }
    assert seen["tiles"]["inked"] > 0.03
    assert "/tiles/WebMercatorQuad/" in seen["asked"]


def test_qgis_understands_every_style(seen: dict[str, Any]) -> None:
    assert len(seen["styles"]) > 20
    assert {name: warnings for name, warnings in seen["styles"].items() if warnings} == {}


def test_qgis_makes_a_picture_of_it_all(seen: dict[str, Any]) -> None:
    assert seen["inked"] > seen["tiles"]["inked"]
    with Image.open(seen["picture"]) as picture:
        assert picture.size == (1200, 800)
        assert len(picture.convert("RGB").getcolors(200_000)) > 20
