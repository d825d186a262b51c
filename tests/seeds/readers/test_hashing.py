"""Sets of keys that grow with the file, and persons that are counted and forgotten."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from seeds.readers.hashing import KeySet, PersonCounter, code_hashes


@given(st.lists(st.lists(st.integers(0, 40), max_size=30), max_size=12))
def test_a_growing_set_remembers_exactly_what_a_set_would(chunks: list[list[int]]) -> None:
    ours, plain = KeySet(), set()
    for chunk in chunks:
        expected = []
        for key in chunk:
            expected.append(key in plain)
            plain.add(key)
        assert ours.seen_before(np.array(chunk, dtype=np.uint64)).tolist() == expected
    assert ours.contains(np.arange(50, dtype=np.uint64)).tolist() == [key in plain for key in range(50)]


def test_codes_are_found_whatever_holds_them() -> None:
    known = KeySet.of({"D1", "D2"})
    assert known.contains(code_hashes(pd.Series(["D2", "D3", "d1"], dtype="str"))).tolist() == [
        True,
        False,
        False,
    ]
    assert not KeySet.of([]).contains(code_hashes(pd.Series(["D1"]))).any()


def test_persons_are_counted_and_nothing_of_them_is_kept() -> None:
    counter = PersonCounter()
    homes = pd.Series(["D1", "D2", "D2"])
    counter.add(pa.array(["P1", None, "P2"]), homes, np.array([True, True, False]))
    counter.add(pa.array(["P1", "P2", "P2"]), homes, np.array([True, True, True]))
    assert counter.duplicates().to_dict() == {"D1": 1, "D2": 1}
    assert "P1" not in repr(vars(counter))
