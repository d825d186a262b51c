"""Twenty kills without warning: nothing acknowledged is lost, nothing is half-done."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "soak_faults.py"
TIME_S = 150


@pytest.fixture(scope="module")
def soak_faults() -> Any:
    spec = importlib.util.spec_from_file_location("soak_faults", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak_faults"] = module
    spec.loader.exec_module(module)
    return module


def judge(figures: Any, at_least: int) -> None:
    assert figures.faults == []
    assert sum(figures.kills.values()) >= at_least
    assert min(figures.kills.values()) >= at_least // 3
    assert figures.acknowledged["batches"] > 0
    assert figures.acknowledged["names"] > 0
    # 10 s is the promise on a quiet machine (make soak); here two workers and their browsers share the cores.
    assert max(figures.starts_s) <= 60.0


@pytest.mark.timeout(400)
def test_twenty_kills_lose_nothing(soak_faults: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Ends after two and a half minutes on a slow machine, with as many kills as there was time for."""
    figures = soak_faults.run(20, limit_s=TIME_S)
    with capsys.disabled():
        print(f"\n  {figures}")
    judge(figures, at_least=6)


@pytest.mark.soak
def test_two_hundred_kills_lose_nothing(soak_faults: Any, capsys: pytest.CaptureFixture[str]) -> None:
    figures = soak_faults.run(200, seed=2)
    with capsys.disabled():
        print(f"\n  {figures}")
    judge(figures, at_least=200)
