"""What must hold between the columns of a row, per KIND, and against what the caller knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from seeds.frames import FrameSpec
from seeds.readers.context import Context
from seeds.readers.hashing import KeySet, code_hashes
from seeds.readers.report import Severity
from seeds.readers.rows import Mask, Rows

_PARTS = ["correct", "to_register", "to_deregister", "wrong_particulars"]


class Known:
    """The caller's codes as compact sets, built once per file."""

    def __init__(self, context: Context) -> None:
        given = {
            "committee": context.committees,
            "building": context.buildings,
            "dwelling": context.dwellings,
        }
        self._sets = {
            thing: codes if codes is None or isinstance(codes, KeySet) else KeySet.of(codes)
            for thing, codes in given.items()
        }

    def unknown(self, thing: str, codes: pd.Series) -> Mask:
        """Which rows name a code that is not among the known ones."""
        known = self._sets[thing]
        unknown = np.zeros(len(codes), dtype=bool)
        given = codes.notna().to_numpy()
        if known is not None and given.any():
            unknown[given] = ~known.contains(code_hashes(codes[given]))
        return unknown


def check_days(spec: FrameSpec, frame: pd.DataFrame, rows: Rows, context: Context) -> None:
    """No day before its beginning, and none in the future that has to be past."""
    for first, last in spec.orders:
        if first in frame and last in frame:
            wrong = frame[last] <= frame[first] if last == "valid_to" else frame[last] < frame[first]
            rows.mark(wrong.fillna(False), "out_of_order", last, "error")
    if context.today is None:
        return
    tomorrow = pd.Timestamp(context.today) + pd.Timedelta(days=1)
    for column in spec:
        if column.past and column.name in frame:
            zone = getattr(frame[column.name].dtype, "tz", None)
            future = (frame[column.name] >= tomorrow.tz_localize(zone)).fillna(False)
            rows.mark(future, "future", column.name, "error" if column.costs_the_row else "warning")
            if not column.costs_the_row and future.any():
                frame[column.name] = frame[column.name].mask(future)


def check_codes(spec: FrameSpec, frame: pd.DataFrame, rows: Rows, known: Known) -> None:
    """Committees, buildings and dwellings that nobody has registered."""
    for thing in ("committee", "building", "dwelling"):
        name = f"{thing}_code"
        if name in frame and spec[name].type == "code":
            kind, severity = _unknown_problem(spec.kind, thing)
            rows.mark(known.unknown(thing, frame[name]), kind, name, severity)
    if "building_codes" in frame:
        exploded = frame["building_codes"].str.split(";").explode()
        unknown = pd.Series(known.unknown("building", exploded), index=exploded.index)
        rows.mark(
            unknown.groupby(level=0).any().reindex(frame.index), "unknown_building", "building_codes", "error"
        )


def _unknown_problem(kind: str, thing: str) -> tuple[str, Severity]:
    # A record at an unknown dwelling is a finding (the link rate), not a mistake of the file.
    if thing == "dwelling" and kind in {"registrations", "source-lists"}:
        return "unlinked_dwelling", "warning"
    return f"unknown_{thing}", "error"


def _areas(frame: pd.DataFrame, rows: Rows) -> None:
    """The kind of an area that states none: national codes have 12 digits for committees, 9 for subdistricts."""
    digits = frame["code"].where(frame["code"].str.fullmatch(r"\d+")).str.len()
    guessed = pd.Series(
        np.select([digits == 12, digits == 9], ["committee", "subdistrict"], ""), index=frame.index
    )
    guess = frame["kind"].isna() & (guessed != "")
    frame["kind"] = frame["kind"].where(~guess, guessed.astype("str"))
    if "kind" in rows.report.columns:
        rows.mark(guess, "kind_guessed", "kind", "warning")
    elif guess.any():  # said once where the file has no such column
        rows.report.add_to_file("kind_guessed", "warning", "kind")
    rows.mark(frame["kind"].isna(), "missing", "kind", "error")


def _buildings(frame: pd.DataFrame, rows: Rows) -> None:
    """The kind of a building that states none follows from its geometry; a building proper needs a footprint."""
    shapes = np.asarray(frame["geometry"], dtype=object)
    types = shapely.get_type_id(shapes)
    guessed = np.select([np.isin(types, (3, 6)), types == 0], ["building", "site"], "unlocated")
    empty = frame["kind"].isna().to_numpy()
    if "kind" in rows.report.columns:
        rows.mark(empty & ~rows.rejected, "kind_guessed", "kind", "warning")
    frame["kind"] = frame["kind"].where(~empty, pd.Series(guessed, index=frame.index).astype("str"))
    needs = (frame["kind"] == "building").to_numpy() & ~rows.rejected
    rows.mark(needs & (types < 0), "no_geometry", "geometry", "error")
    rows.mark(needs & (types == 0), "wrong_shape", "geometry", "error")


def _checks(frame: pd.DataFrame, rows: Rows) -> None:
    """The counts of a visit: the parts make up the whole (RULES SG-6), none where nobody was met."""
    parts = frame[_PARTS].astype("float64").sum(axis=1)
    frame["checked"] = frame["checked"].fillna(parts.where(frame[_PARTS].notna().any(axis=1)).astype("Int64"))
    whole = frame["checked"].astype("float64").fillna(0)
    more = frame["correct"].astype("float64") > whole
    rows.mark(more, "more_than_checked", "correct", "error")
    rows.mark((parts != whole) & ~more, "counts_disagree", "checked", "error")
    absent = frame["outcome"] == "no_access"
    rows.mark(absent & ((parts > 0) | (whole > 0)), "counts_without_access", "checked", "error")
    found = frame["group_renting_found"].fillna(False).astype(bool)
    unlooked = ~frame["rental_inspected"].fillna(False).astype(bool)
    rows.mark(found & unlooked, "found_uninspected", "group_renting_found", "error")


def _dwellings(frame: pd.DataFrame, rows: Rows) -> None:
    """A filing column that only says no names no filing."""
    says_no = frame["rental_filing"].isin(["否", "无", "未", "未备案", "0", "no", "NO", "No", "false"])
    frame["rental_filing"] = frame["rental_filing"].mask(says_no)


def _source_lists(frame: pd.DataFrame, rows: Rows) -> None:
    rows.mark(frame["dwelling_code"].isna() & frame["address"].isna(), "no_place", "dwelling_code", "error")


KIND_RULES: dict[str, Callable[[pd.DataFrame, Rows], Any]] = {
    "areas": _areas,
    "buildings": _buildings,
    "checks": _checks,
    "dwellings": _dwellings,
    "source-lists": _source_lists,
}
