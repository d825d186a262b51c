"""Three hundred people at once for ten minutes (``make soak``); a handful for seconds, so that the run itself is known to work."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "soak_users.py"


@pytest.fixture(scope="module")
def soak_users() -> Any:
    spec = importlib.util.spec_from_file_location("soak_users", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak_users"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.soak
@pytest.mark.timeout(2_400)
def test_three_hundred_at_once_for_ten_minutes(soak_users: Any, capsys: pytest.CaptureFixture[str]) -> None:
    figures = soak_users.run(soak_users.parsed([]))
    with capsys.disabled():
        print(f"\n  {figures}")
    assert not figures.failed
    assert figures.p99_s <= soak_users.LIMIT_P99_S
    early, late = figures.memory_mb[len(figures.memory_mb) // 3], figures.memory_mb[-1]
    assert late <= early * 1.15, "memory grows"


def test_the_figures_of_a_crowd_say_what_failed_and_how_slow_it_was(soak_users: Any) -> None:
    figures = soak_users.Figures(2, {"tile": [0.1] * 98 + [2.0, 3.0]}, took_s=10)
    assert figures.p99_s == 3.0
    assert not figures.well
    quick = soak_users.Figures(2, {"tile": [0.1] * 100}, took_s=10)
    assert quick.well
    quick.failed["tile 500"] += 1
    assert not quick.well
    assert "tile 500" in str(quick)
