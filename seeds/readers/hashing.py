"""Record numbers become keyed hashes before anything else sees them; sets of keys fit eight bytes a row."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seeds.readers.context import HashKey

RECORD_HASH_BYTES = 16
Hashes = npt.NDArray[np.uint64]


def record_hash(number: str, key: HashKey) -> bytes:
    """Keyed BLAKE2b of one record number, 16 bytes; blanks, case and full-width forms make no difference.

    >>> key = HashKey("2026a", b"sixteen bytes or")
    >>> record_hash("r 0001", key) == record_hash("Ｒ０００１", key), len(record_hash("R0001", key))
    (True, 16)
    """
    (hashed,) = record_hashes(pa.array([number], pa.string()), key)
    assert hashed is not None
    return hashed


def record_hashes(numbers: pa.Array, key: HashKey) -> list[bytes | None]:
    """The hash of each number, None for a null; see `record_hash`."""
    plain = pc.utf8_upper(pc.utf8_normalize(numbers, form="NFKC"))
    plain = pc.replace_substring_regex(plain, r"\s+", "")
    start = hashlib.blake2b(digest_size=RECORD_HASH_BYTES, key=key.secret).copy
    hashes: list[bytes | None] = []
    for number in plain.cast(pa.binary()).to_pylist():  # the hot loop of every load
        if number is None:
            hashes.append(None)
            continue
        state = start()
        state.update(number)
        hashes.append(state.digest())
    return hashes


def code_hashes(codes: pd.Series) -> Hashes:
    """Eight bytes for each text, for membership and duplicates only; two of 25 million collide with p = 2e-5."""
    return np.asarray(pd.util.hash_array(np.asarray(codes, dtype=object), categorize=False), dtype=np.uint64)


class KeySet:
    """A growing set of 64-bit keys in sorted runs that double in length: adding n keys costs n log n in all."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    @classmethod
    def of(cls, codes: Collection[str]) -> KeySet:
        """The set of the given codes."""
        made = cls()
        made._runs = [np.sort(code_hashes(pd.Series(list(codes), dtype=object)))] if len(codes) else []
        return made

    @classmethod
    def of_parts(cls, parts: Iterable[Sequence[str]]) -> KeySet:
        """The set of codes that come in parts, of which only the keys are kept: eight bytes a code.

        >>> KeySet.of_parts([["B1", "B2"], ["B3"]]).contains(code_hashes(pd.Series(["B3", "B4"]))).tolist()
        [True, False]
        """
        made = cls()
        hashes = [code_hashes(pd.Series(part, dtype=object)) for part in parts]
        made._runs = [np.sort(np.concatenate(hashes))] if hashes else []
        return made

    def contains(self, keys: Hashes) -> npt.NDArray[np.bool_]:
        """For each key whether the set holds it."""
        found = np.zeros(len(keys), dtype=bool)
        order = np.argsort(keys)  # sorted needles walk each run once, in cache
        found[order] = self._holds(keys[order])
        return found

    def seen_before(self, keys: Hashes) -> npt.NDArray[np.bool_]:
        """For each key whether it is in the set or earlier among ``keys``; then all of them are in the set."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        first = _firsts(ordered)
        repeated = np.empty(len(keys), dtype=bool)
        repeated[order] = ~first | self._holds(ordered)
        run = ordered[first]
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
            run = run[_firsts(run)]
        if len(run):
            self._runs.append(run)
        return repeated

    def _holds(self, needles: Hashes) -> npt.NDArray[np.bool_]:
        held = np.zeros(len(needles), dtype=bool)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, needles), len(run) - 1)
            held |= run[at] == needles
        return held


def _firsts(ordered: Hashes) -> npt.NDArray[np.bool_]:
    """Which of the sorted keys differ from the one before."""
    return np.concatenate([np.ones(min(1, len(ordered)), dtype=bool), ordered[1:] != ordered[:-1]])


class PersonCounter:
    """Counts per dwelling the records in force whose person already stands in an earlier row (RULES FS-2).

    Persons are hashed with a secret that lives as long as this object, so that nothing it holds can be joined with
    anything; twelve bytes a row.
    """

    def __init__(self) -> None:
        self._key = HashKey("in memory", secrets.token_bytes(32))
        self._persons: list[Hashes] = []
        self._homes: list[npt.NDArray[np.int32]] = []
        self._codes: dict[str, int] = {}

    def add(self, persons: pa.Array, dwellings: pd.Series, in_force: npt.NDArray[np.bool_]) -> None:
        """One chunk; rows without a person, or no longer in force, do not count."""
        use = in_force & np.asarray(pc.is_valid(persons))
        if not use.any():
            return
        hashed = b"".join(h[:8] for h in record_hashes(persons.filter(pa.array(use)), self._key) if h)
        self._persons.append(np.frombuffer(hashed, dtype=np.uint64))
        codes, uniques = pd.factorize(dwellings[use])
        numbers = [self._codes.setdefault(code, len(self._codes)) for code in uniques]
        self._homes.append(np.asarray(numbers, dtype=np.int32)[codes])

    def duplicates(self) -> pd.Series:
        """Dwelling code → records whose person an earlier row has; only dwellings with any."""
        if not self._persons:
            return pd.Series(dtype="int64", name="duplicates")
        again = pd.Series(np.concatenate(self._persons)).duplicated().to_numpy()
        names = np.array(list(self._codes), dtype=object)
        return (
            pd.Series(names[np.concatenate(self._homes)[again]])
            .value_counts()
            .sort_index()
            .rename("duplicates")
        )
