"""Promises about the whole tree that no single room can keep."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import grids
from geo_service.problems import problem_of
from geo_service.settings import Settings
from grids.errors import GridError

ROOT = Path(__file__).parents[2]


def leaves(kind: type[Exception]) -> list[type[Exception]]:
    below = kind.__subclasses__()
    return [kind] if not below else [leaf for sub in below for leaf in leaves(sub)]


def test_every_setting_stands_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.described() if f"`{name}`" not in text]
    assert missing == []


def test_every_fact_of_the_rules_becomes_a_problem_with_a_status() -> None:
    for module in pkgutil.walk_packages(grids.__path__, "grids."):
        importlib.import_module(module.name)
    for leaf in leaves(GridError):
        problem = problem_of(leaf.__new__(leaf))
        assert 400 <= problem.status < 500, leaf
        assert re.fullmatch(r"[a-z0-9-]+", problem.type), leaf


def test_both_readmes_name_the_same_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "make demo" in text
        assert "make test" in text


def test_the_locks_name_no_registry_and_carry_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"https?://", text), lock
        assert "--hash=sha256:" in text, lock
    packages = ROOT / "map_ui" / "web" / "package-lock.json"
    assert '"resolved"' not in packages.read_text(encoding="utf-8")


def test_no_file_in_git_names_a_home_folder_or_a_secret() -> None:
    found = subprocess.run(
        ["git", "grep", "-nE", r"/(home|Users)/[a-z]+/|BEGIN (RSA |EC )?PRIVATE KEY|AKIA[0-9A-Z]{16}", "--",
         ".", ":!tests/geo_service/test_promises.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""
