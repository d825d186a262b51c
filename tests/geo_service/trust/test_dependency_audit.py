"""The audit of dependencies finds what an advisory names, in any of the forms that advisories have, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "audit_dependencies.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one Python package and one of the console's."""
    folder = tmp_path / "checkout"
    (folder / "requirements").mkdir(parents=True)
    (folder / "map_ui" / "web").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\nlicense = "MIT"\n', encoding="utf-8"
    )
    (folder / "requirements" / "base.txt").write_text(
        "some-lib==1.4.2 \\\n    --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8"
    )
    lock = {"packages": {"": {}, "node_modules/@scope/part": {"version": "2.0.0"}}}
    (folder / "map_ui" / "web" / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return folder


def advisory(
    name: str = "Some_Lib", ecosystem: str = "PyPI", id: str = "GHSA-1", **affected: Any
) -> dict[str, Any]:
    return {
        "id": id,
        "summary": "it leaks",
        "affected": [{"package": {"ecosystem": ecosystem, "name": name}, **affected}],
    }


def between(*events: dict[str, str], type: str = "ECOSYSTEM") -> list[dict[str, Any]]:
    return [{"type": type, "events": list(events)}]


def audit(
    checkout: Path, *advisories: dict[str, Any], words: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    archive = checkout.parent / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for n, one in enumerate(advisories):
            out.writestr(f"{n}.json", json.dumps(one))
    return run("--checkout", str(checkout), "--advisories", str(archive), *words)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "found",
    [
        advisory(versions=["1.4.1", "1.4.2"]),
        advisory(ranges=between({"introduced": "0"}, {"fixed": "1.5"})),
        advisory(ranges=between({"introduced": "1.0"}, {"last_affected": "1.4.2"})),
        advisory(ranges=between({"fixed": "1.2"}, {"introduced": "1.3"}, {"introduced": "0"})),
        advisory(
            "@scope/part", "npm", ranges=between({"introduced": "1.0.0"}, {"fixed": "2.0.1"}, type="SEMVER")
        ),
    ],
)
def test_a_version_that_an_advisory_names_is_found(checkout: Path, found: dict[str, Any]) -> None:
    done = audit(checkout, found)
    assert done.returncode == 1, done.stderr
    assert "GHSA-1: it leaks" in done.stdout
    assert "2 locked packages, 1 findings, 1 not explained" in done.stdout


@pytest.mark.parametrize(
    "other",
    [
        advisory(ranges=between({"introduced": "0"}, {"fixed": "1.4.2"})),
        advisory(ranges=between({"introduced": "1.4.3"})),
        advisory(ranges=between({"introduced": "0"}, type="GIT")),
        advisory(versions=["1.4.20"]),
        advisory(ecosystem="crates.io", versions=["1.4.2"]),
        advisory("another-lib", versions=["1.4.2"]),
        advisory(versions=["1.4.2"]) | {"withdrawn": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_concerns_another_version_or_package_is_not(checkout: Path, other: dict[str, Any]) -> None:
    done = audit(checkout, other)
    assert (done.returncode, done.stdout) == (0, "2 locked packages, 0 findings, 0 not explained\n"), (
        done.stderr
    )


def test_an_explained_finding_is_told_and_passes_and_needs_a_reason(checkout: Path) -> None:
    reasons = checkout.parent / "explained.txt"
    reasons.write_text("# looked at on 2026-11-22\nGHSA-1 the function is never called\n", encoding="utf-8")
    done = audit(checkout, advisory(versions=["1.4.2"]), words=("--explained", str(reasons)))
    assert (done.returncode, "[the function is never called]" in done.stdout) == (0, True)
    reasons.write_text("GHSA-1\n", encoding="utf-8")
    assert audit(checkout, advisory(versions=["1.4.2"]), words=("--explained", str(reasons))).returncode == 2


def test_what_cannot_be_read_is_no_clean_answer(checkout: Path) -> None:
    broken = checkout.parent / "broken.zip"
    broken.write_bytes(b"PK but no more")
    done = run("--checkout", str(checkout), "--advisories", str(broken))
    assert done.returncode == 2
    assert "neither a folder nor an archive" in done.stderr


def test_the_locked_packages_of_this_program_are_all_looked_at(tmp_path: Path) -> None:
    lines = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==")[0] for line in lines if "==" in line]
    (tmp_path / "1.json").write_text(
        json.dumps(advisory(pinned[0], ranges=between({"introduced": "0"}))), encoding="utf-8"
    )
    done = run("--advisories", str(tmp_path))
    assert done.returncode == 1
    assert int(done.stdout.splitlines()[-1].split()[0]) >= len(pinned)
