"""A batch of cells becomes rows of the checked frame: typed, placed, consistent, known and told apart."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from grids.geodesy import WGS84
from seeds.frames import Column, FrameSpec
from seeds.readers.cells import Texts, points, shapes_in_cells, without_idle_rows
from seeds.readers.context import Context, HashKey
from seeds.readers.errors import ReaderError
from seeds.readers.hashing import KeySet, PersonCounter, code_hashes, record_hashes
from seeds.readers.records import read_records
from seeds.readers.report import Report
from seeds.readers.rows import Rows
from seeds.readers.rules import KIND_RULES, Known, check_codes, check_days
from seeds.readers.shapes import ENOUGH_TO_COMPARE, ShapeReader
from seeds.readers.sources import Batch
from seeds.readers.values import as_text, understood


class Checker:
    """Checks the batches of one file in order; remembers keys and persons from one to the next."""

    def __init__(
        self,
        spec: FrameSpec,
        report: Report,
        shapes: ShapeReader,
        context: Context,
        hash_key: HashKey | None,
        constants: Mapping[str, str],
    ) -> None:
        self._spec = spec
        self._report = report
        self._shapes = shapes
        self._context = context
        self._hash_key = hash_key
        self._constants = constants
        self._known = Known(context)
        self._seen = KeySet()
        self._compared = False
        self.persons = PersonCounter()

    def check(self, batch: Batch) -> pd.DataFrame:
        """The accepted rows as the checked frame, indexed by sheet row; the rest is in the report."""
        self._count(batch)
        texts = {name: as_text(cells) for name, cells in batch.cells.items()}
        batch, texts, skipped = without_idle_rows(self._spec, batch, texts)
        self._report.rows_skipped += skipped
        for name, value in self._constants.items():
            texts[name] = pa.array([value.replace("{row}", str(row)) for row in batch.rows], pa.string())
        rows = Rows.of(batch.rows, self._report)
        self._mark_formulas(batch, rows)
        frame = self._typed(texts, rows)
        self._place(frame, batch, texts, rows)
        if self._spec.kind in KIND_RULES:
            KIND_RULES[self._spec.kind](frame, rows)
        check_days(self._spec, frame, rows, self._context)
        check_codes(self._spec, frame, rows, self._known)
        self._mark_duplicates(frame, rows)
        if "person_key" in texts:
            in_force = ~rows.rejected & frame["until"].isna().to_numpy()
            self.persons.add(texts["person_key"], frame["dwelling_code"], in_force)
        return self._accepted(frame, rows)

    def _count(self, batch: Batch) -> None:
        if batch.truncated:
            self._report.add_to_file("truncated", "error")
        self._report.add(batch.ragged, "ragged", None, "error")
        self._report.rows_read += len(batch.rows) + len(batch.ragged)
        self._report.rows_rejected += len(batch.ragged)

    def _accepted(self, frame: pd.DataFrame, rows: Rows) -> pd.DataFrame:
        self._report.rows_rejected += int(rows.rejected.sum())
        self._report.rows_accepted += int((~rows.rejected).sum())
        frame.index = pd.Index(rows.numbers, name="row")
        kept = frame.loc[~rows.rejected, self._spec.frame_columns]
        return gpd.GeoDataFrame(kept, geometry="geometry", crs=WGS84) if self._spec.shapes else kept

    # --- columns

    def _mark_formulas(self, batch: Batch, rows: Rows) -> None:
        for name, numbers in batch.formulas.items():
            rows.mark(np.isin(rows.numbers, numbers), "formula", name, "warning")
        for name, numbers in batch.formulas_empty.items():
            needed = not name.startswith("#") and self._spec[name].costs_the_row
            rows.mark(np.isin(rows.numbers, numbers), "formula_empty", name, "error" if needed else "warning")

    def _typed(self, texts: Texts, rows: Rows) -> pd.DataFrame:
        columns: dict[str, pd.Series] = {}
        nothing = pa.nulls(len(rows.numbers), pa.string())
        for column in self._spec:
            text = texts.get(column.name, nothing)
            if column.type in {"record", "records"}:
                columns |= self._hashed(column, text, rows)
            elif column.type != "person":
                columns[column.name] = self._understood(column, text, rows)
            if column.required and (column.name, self._spec.kind) != ("kind", "areas"):
                rows.mark(np.asarray(pc.is_null(text)), "missing", column.name, "error")
        return pd.DataFrame(columns)

    def _understood(self, column: Column, text: pa.Array, rows: Rows) -> pd.Series:
        read = understood(column, text)
        rows.mark(read.bad, read.kind, column.name, "error" if column.costs_the_row else "warning")
        for remark, mask in read.remarks.items():
            rows.mark(mask, remark, column.name, "warning")
        return read.values

    def _hashed(self, column: Column, text: pa.Array, rows: Rows) -> dict[str, pd.Series]:
        """Record numbers as hashes, with the id of the key; the numbers end here."""
        key = self._hash_key
        key_ids = pd.Series([key.id if key else None] * len(text), dtype="str")
        if column.type == "records":
            return {column.name: read_records(column, text, rows, key), "key_id": key_ids}
        if key is None:
            raise ReaderError(
                "读取登记编号需要散列密钥。", "Record numbers are only read with a hashing key."
            )
        return {"record_hash": pd.Series(record_hashes(text, key), dtype=object), "key_id": key_ids}

    # --- place

    def _place(self, frame: pd.DataFrame, batch: Batch, texts: Texts, rows: Rows) -> None:
        if self._spec.shapes:
            shapes, unreadable = batch.geometry, batch.unreadable_geometry
            if shapes is None:
                shapes, unreadable = shapes_in_cells(texts, len(frame))
            frame["geometry"] = shapes = self._shapes.read(shapes, unreadable, rows)
            if self._spec.kind == "buildings" and not self._compared:
                self._compared = int((~shapely.is_missing(shapes)).sum()) >= ENOUGH_TO_COMPARE
                if self._compared:
                    self._shapes.compare_with_known(frame["code"], shapes)
        elif "lon" in frame:
            self._place_positions(frame, batch, rows)

    def _place_positions(self, frame: pd.DataFrame, batch: Batch, rows: Rows) -> None:
        """Positions from lon and lat columns, or from the points of a layer that has no such columns."""
        shapes = batch.geometry
        if shapes is None or frame["lon"].notna().any():
            shapes = points(frame["lon"].to_numpy(), frame["lat"].to_numpy())
        placed = gpd.GeoSeries(self._shapes.read(shapes, None, rows), crs=WGS84)
        frame["lon"], frame["lat"] = placed.x.to_numpy(), placed.y.to_numpy()

    # --- identity

    def _mark_duplicates(self, frame: pd.DataFrame, rows: Rows) -> None:
        key = self._spec.key
        if not key:
            return
        sound = ~rows.rejected
        again = np.zeros(len(frame), dtype=bool)
        again[sound] = self._seen.seen_before(_keys(frame, key)[sound])
        rows.mark(again, "duplicate", key[0] if len(key) == 1 else None, "error")


def _keys(frame: pd.DataFrame, key: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Eight bytes that tell the rows apart by their key columns."""
    if key == ("record_number",):
        return np.frombuffer(
            b"".join([h[:8] if h else bytes(8) for h in frame["record_hash"]]), dtype=np.uint64
        )
    joined = frame[key[0]].astype("str").fillna("")
    for name in key[1:]:
        joined = joined + "\x1f" + frame[name].astype("str").fillna("")
    return code_hashes(joined)
