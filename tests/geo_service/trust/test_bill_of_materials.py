"""The bill of materials: everything that is locked, nothing else, and the same bytes for the same locks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "bill_of_materials.py"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=60)


def test_every_locked_package_is_in_it_with_a_hash_and_no_other() -> None:
    made = json.loads(run().stdout)
    locked = set(
        re.findall(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", (ROOT / "requirements" / "base.txt").read_text(), re.M)
    )
    python = {(c["name"], c["version"]) for c in made["components"] if c["purl"].startswith("pkg:pypi/")}
    assert python == {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in locked}
    assert all(c["hashes"] for c in made["components"])
    console = {c["name"] for c in made["components"] if c["purl"].startswith("pkg:npm/")}
    assert {"ol", "preact"} <= console
    assert "vite" not in console, "what only builds is not shipped"
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    refs = [c["bom-ref"] for c in made["components"]]
    assert len(refs) == len(set(refs)) == len(made["dependencies"][0]["dependsOn"])


def test_the_same_locks_give_the_same_bytes_and_a_change_shows(tmp_path: Path) -> None:
    file = tmp_path / "bom.json"
    assert run("-o", str(file)).returncode == 0
    assert run("--check", str(file)).returncode == 0
    file.write_text(
        file.read_text(encoding="utf-8").replace('"version": "', '"version": "0'), encoding="utf-8"
    )
    assert run("--check", str(file)).returncode == 1
