"""The per-record results of visits, set aside on disk while the visits themselves are being staged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa

_SCHEMA = pa.schema([("visit_id", pa.string()), ("record_hash", pa.binary()), ("outcome", pa.string())])


class ResultSpool:
    """Takes the ``results`` column of checked chunks and gives it back as rows: visit_id, record_hash, outcome.

    A cell is a list of (record hash, outcome). A visit without results gives one row without a record: so the results
    that an earlier version of the visit had are known to be gone. The file has no name and vanishes with the object.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        self._writer = pa.ipc.new_stream(self._file, _SCHEMA)
        self.rows = 0

    def take(self, chunk: pd.DataFrame) -> None:
        """Set the results of one chunk aside."""
        rows = [
            (visit, *result)
            for visit, results in chunk[["visit_id", "results"]].itertuples(index=False)
            for result in (results if isinstance(results, list) and results else [(None, None)])
        ]
        if rows:
            visits, hashes, outcomes = zip(*rows, strict=True)
            self._writer.write_batch(pa.record_batch([visits, hashes, outcomes], schema=_SCHEMA))
            self.rows += len(rows)

    def chunks(self) -> Iterator[pd.DataFrame]:
        """Everything set aside, in order."""
        self._writer.close()
        self._file.seek(0)
        for batch in pa.ipc.open_stream(self._file):
            yield batch.to_pandas()

    def close(self) -> None:
        self._file.close()
