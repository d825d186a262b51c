"""The container image gets everything that the program needs: what its Dockerfile copies is installed and imported."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("geo_service", "grids", "map_ui", "seeds")
IMPORT_ALL = """
import importlib, pkgutil, sys
for name in {packages!r}:
    package = importlib.import_module(name)
    assert package.__file__.startswith({site!r}), package.__file__
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        importlib.import_module(found.name)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second stage of docker/Dockerfile, without its machine: the same copies, the same installation."""
    context, site = tmp_path_factory.mktemp("context"), tmp_path_factory.mktemp("site")
    stage = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8").split("FROM python")[1]
    for words in re.findall(r"^COPY (?!--from)(.+)$", stage, re.M):
        *sources, target = words.split()
        for source in sources:
            for path in ROOT.glob(source):
                copy(
                    path,
                    context / target / ("" if path.is_dir() else path.name if target.endswith("/") else ""),
                )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--target", str(site), str(context)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return site


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(
            source, target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"), dirs_exist_ok=True
        )
    else:
        shutil.copy2(source, target)


def test_every_module_of_the_tree_can_be_imported_from_the_image(installed: Path) -> None:
    modules = {str(file.relative_to(ROOT)) for package in PACKAGES for file in (ROOT / package).rglob("*.py")
               if "node_modules" not in file.parts}  # fmt: skip
    assert {name for name in modules if not (installed / name).is_file()} == set()
    script = IMPORT_ALL.format(packages=PACKAGES, site=str(installed))
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(installed)!r})\n{script}"],
        capture_output=True, text=True, cwd=installed, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_data_file_beside_the_modules_is_in_the_image(installed: Path) -> None:
    apart = {"web", "static", "__pycache__"}  # the console is built in the first stage
    data = {
        str(file.relative_to(ROOT)) for package in PACKAGES for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"} and not apart & set(file.relative_to(ROOT).parts)
    }  # fmt: skip
    assert any(name.endswith(".sql") for name in data)
    assert {name for name in data if not (installed / name).is_file()} == set()
