"""The pack of a month: one page, the forms, the bulletin, the data, and a manifest with checksums."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
from sqlalchemy.orm import Session

from geo_service.database import Scope
from geo_service.month_map import month_frames
from geo_service.reviews import printing
from geo_service.reviews.meeting import meeting
from geo_service.trust.csv_cells import safe
from map_ui.review import bulletin, forms_ranking, forms_sanlin, forms_shanggang, forms_staffing
from map_ui.review.maps import month_map
from map_ui.review.meeting import Meeting
from map_ui.review.pack import data_of, pack_page

#: Form → (families that have it, file name, writer).
FORMS = {
    "F-1": (("SL",), "F-1-scoring.xlsx", forms_sanlin.scoring_forms),
    "F-2": (("SG",), "F-2-checks.xlsx", forms_shanggang.check_form),
    "F-3": (("GM",), "F-3-staffing.xlsx", forms_staffing.staffing_form),
    "F-4": (("SG",), "F-4-flow.xlsx", forms_shanggang.flow_sheet),
    "F-5": (("XJ",), "F-5-roster.xlsx", forms_staffing.grid_roster),
    "F-7": (("SL", "SG", "GM", "XJ", "FS"), "F-7-ranking.xlsx", forms_ranking.ranking_form),
}
OUTLINE_TOLERANCE_M = 3.0
_RANDOM_ID = re.compile(r"(?<=_)[0-9a-f]{32}\b")


def pack(
    session: Session, scope: Scope, month: dt.date, *, now: dt.datetime, town: str | None = None
) -> tuple[dict[str, bytes], Meeting]:
    """Every file of the pack by name, the manifest last. What is not scored yet is computed and marked as a draft."""
    found = meeting(session, scope, month, now=now, town=town, provisional=True)
    frames = month_frames(session, scope.subdistrict, month)
    key = found.key
    files = {
        f"review-{key}.html": pack_page(
            found, settled(month_map(frames)), _outlines(frames.committees, frames, found)
        ).encode()
    }
    for families, name, write in FORMS.values():
        if found.family in families:
            files[name] = write(found)
    files["bulletin.docx"] = bulletin.bulletin_docx(found)
    page = bulletin.bulletin_html(found)
    printed = printing.pdf_of(page)
    if printed is None:
        files["bulletin.html"] = page.encode()
    else:
        files["bulletin.pdf"] = printed
    files["ranking.csv"] = ranking_csv(found)
    files["data.json"] = _json(data_of(found))
    files["manifest.json"] = _json(_manifest(found, files, printed is not None))
    return files, found


def settled(page: str) -> str:
    """The map's page with the library's random ids numbered in the order in which they occur.

    >>> settled("map_0123456789abcdef0123456789abcdef = 1")
    'map_1 = 1'
    """
    seen: dict[str, str] = {}
    return _RANDOM_ID.sub(lambda m: seen.setdefault(m[0], str(len(seen) + 1)), page)


def _outlines(
    committees: gpd.GeoDataFrame, frames: Any, found: Meeting
) -> dict[str, list[list[tuple[float, float]]]]:
    """Rings (lat, lon) of the ranked units, simplified: enough to mark one on the map."""
    shapes = committees
    if found.family == "XJ":
        shapes = frames.grids[frames.grids["version"] == frames.version_of[found.key]]
    simple = shapes.set_index("code").geometry.simplify(OUTLINE_TOLERANCE_M / 111_000)
    return {
        str(code): [
            [(round(y, 6), round(x, 6)) for x, y in part.exterior.coords[:-1]]
            for part in getattr(shape, "geoms", [shape])
        ]
        for code, shape in simple.items()
    }


def ranking_csv(found: Meeting) -> bytes:
    """The ranking as a table that a spreadsheet opens (UTF-8 with its mark)."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(
        ["代码", "单位", "名次", "得分", "正确", "核查", "名次下限", "名次上限", "难分组", "阶梯"]
    )
    for line in found.ranking:
        writer.writerow([line.code, safe(line.name), line.rank or "", line.score, line.accuracy.correct,
                         line.accuracy.checked, line.rank_low or "", line.rank_high or "", line.groups,
                         line.ladder_level or ""])  # fmt: skip
    return sheet.getvalue().encode("utf-8-sig")


def _manifest(found: Meeting, files: Mapping[str, bytes], printed: bool) -> dict[str, Any]:
    return {
        "town": found.town, "month": found.key, "state": found.state, "revision": found.revision,
        "provisional": found.provisional, "release": found.release, "rule_set": found.rule_set,
        "version": found.version, "as_of": found.as_of.isoformat(),
        "notes": [] if printed else [printing.NO_BROWSER],
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }  # fmt: skip


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode() + b"\n"


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into ``folder``, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def zipped(session: Session, scope: Scope, month: dt.date, *, now: dt.datetime) -> bytes:
    """The pack as one archive; the same month gives the same bytes."""
    files, _ = pack(session, scope, month, now=now)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, bulletin.FIXED_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return memory.getvalue()
