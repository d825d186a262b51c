"""The demo town, written as files and read back: the two makers of checked frames agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seeds.demo_town import build
from seeds.frames import SPECS
from seeds.readers import HashKey

KINDS = [kind for kind in SPECS if kind not in {"teams", "grids"}]  # those are the service's to make


@pytest.fixture(scope="module")
def town() -> Any:
    return build(residents=2_000, months=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_of_the_demo_town_survives_the_reader(
    kind: str, town: Any, load: Any, key: HashKey, tmp_path: Path
) -> None:
    made = getattr(town, kind.replace("-", "_"))
    made = made() if callable(made) else made
    made = made if isinstance(made, pd.DataFrame) else pd.concat(list(made))
    path = tmp_path / ("f.parquet" if "geometry" in made else "f.csv")
    made.to_parquet(path) if "geometry" in made else made.to_csv(path, index=False)
    read, reading = load(kind, path, hash_key=key)
    assert len(read) == len(made)
    assert not reading.report.counts
    assert reading.report.loadable
    for column in set(made) & set(read):
        assert read[column].isna().tolist() == made[column].isna().tolist(), column
