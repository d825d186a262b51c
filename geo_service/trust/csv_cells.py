"""CSV that a spreadsheet opens as text: nothing in a cell is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value: Any) -> Any:
    """A string that a spreadsheet would calculate gets an apostrophe in front; numbers stay numbers.

    >>> safe("=HYPERLINK(\\"http://x\\")"), safe(-3), safe("桂苑一")
    ('\\'=HYPERLINK("http://x")', -3, '桂苑一')
    """
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(RISKY) else value


def written(head: Iterable[Iterable[Any]], frame: pd.DataFrame) -> bytes:
    """Head lines, then the frame with its column names; UTF-8 with the mark that Excel and WPS look for."""
    import pandas as pd

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([safe(cell) for cell in line] for line in head)
    writer.writerow([safe(str(name)) for name in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow(["" if pd.api.types.is_scalar(c) and pd.isna(c) else safe(c) for c in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
