"""GeoPackage, Shapefile (also zipped, also GBK without .cpg) and GeoJSON, streamed through GDAL's Arrow interface."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError

from seeds.readers import sniff
from seeds.readers.errors import MOST_COLUMNS, ReaderError, too_many_columns
from seeds.readers.sources import Batch

_DBF_SAMPLE_BYTES = 1 << 20


class VectorSource:
    """One layer of a vector file; row numbers count features from 1."""

    encoding: str | None = None
    encoding_guessed = False
    has_geometry = True

    def __init__(
        self, path: Path, form: sniff.Format, kind: str, encoding: str | None = None, layer: str | None = None
    ) -> None:
        self._form = form
        self._uri = str(path)
        if form == "geojson":
            _refuse_wide_json(path)
            self._uri = f"/vsigzip/{path}" if path.suffix.lower() == ".gz" else self._uri
        elif form in {"shp", "zipped shp"}:
            self._uri, dbf, cpg = _shapefile(path, form, layer)
            self.encoding, self.encoding_guessed = sniff.dbf_encoding(dbf, cpg) if dbf else (None, False)
        self.encoding = encoding or self.encoding
        self._layer = _layer(self._uri, kind, layer) if form == "gpkg" else None
        info = _guarded(pyogrio.read_info, self._uri, layer=self._layer, **self._options())
        self.names = tuple(str(name) for name in info["fields"])
        self.crs = _crs(info["crs"])
        self.stated_features = int(info["features"])

    def _options(self) -> dict[str, str]:
        return {"encoding": self.encoding} if self.encoding and self._form in {"shp", "zipped shp"} else {}

    def batches(self, wanted: Mapping[str, int], chunk_rows: int) -> Iterator[Batch]:
        """See `Source.batches`."""
        columns = [self.names[at] for at in dict.fromkeys(wanted.values())]
        number = 0
        try:
            with (
                warnings.catch_warnings(),
                pyogrio.raw.open_arrow(
                    self._uri,
                    layer=self._layer,
                    columns=columns,
                    batch_size=chunk_rows,
                    use_pyarrow=True,
                    **self._options(),
                ) as (meta, reader),
            ):
                warnings.simplefilter("ignore")  # GDAL's remarks on single features become report lines here
                geometry_name = meta["geometry_name"] or "wkb_geometry"
                for block in reader:
                    yield self._batch(block, geometry_name, wanted, number)
                    number += len(block)
        except (DataSourceError, DataLayerError, pa.ArrowInvalid, OSError, RuntimeError) as error:
            raise _unreadable() from error
        except UnicodeDecodeError as error:
            raise ReaderError(
                "属性文字编码不对, 请用 --encoding 指定。",
                "The attributes' encoding is wrong: name it with --encoding.",
            ) from error
        if 0 <= number < self.stated_features:
            yield Batch(
                np.array([], dtype=np.int64), {n: pa.array([], pa.string()) for n in wanted}, truncated=True
            )

    def _batch(
        self, block: pa.RecordBatch, geometry_name: str, wanted: Mapping[str, int], number: int
    ) -> Batch:
        geometry, unreadable = geometry_of(block.column(geometry_name))
        block.validate(full=True)  # GDAL hands damaged text through as it is
        cells = {name: block.column(self.names[at]) for name, at in wanted.items()}
        rows = np.arange(number + 1, number + 1 + len(block))
        return Batch(rows, cells, geometry, unreadable)


def geometry_of(wkb: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Shapes of a column of WKB, and which of them could not be read."""
    raw = np.array(wkb.to_pylist(), dtype=object)
    shapes = shapely.from_wkb(raw, on_invalid="ignore")
    return shapes, (np.array([r is not None for r in raw]) & (shapes == None))  # noqa: E711  elementwise


def _guarded(call, *args, **kwargs):  # type: ignore[no-untyped-def]  # GDAL's own signatures
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call(*args, **kwargs)
    except (DataSourceError, DataLayerError, OSError, RuntimeError, ValueError) as error:
        raise _unreadable() from error


def _layer(uri: str, kind: str, layer: str | None) -> str:
    layers = [str(row[0]) for row in _guarded(pyogrio.list_layers, uri)]
    if layer is not None and layer not in layers:
        raise ReaderError("文件中没有这个图层。", "The file has no such layer.")
    named = [name for name in layers if name.lower().replace("_", "-") == kind]
    chosen = layer or (layers[0] if len(layers) == 1 else named[0] if named else None)
    if chosen is None:
        raise ReaderError(
            f"文件有 {len(layers)} 个图层, 请指定一个。",
            f"The file has {len(layers)} layers: name the one to read.",
        )
    return chosen


def _crs(stated: str | None) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_user_input(stated) if stated else None
    except CRSError:
        return None


def _shapefile(path: Path, form: str, layer: str | None) -> tuple[str, bytes | None, str | None]:
    """What GDAL shall open, the start of the .dbf and the text of the .cpg."""
    if form == "shp":
        if _beside(path, ".shx") is None:
            raise ReaderError("缺少同名的 .shx 文件。", "The .shx file that belongs to it is missing.")
        dbf, cpg = _beside(path, ".dbf"), _beside(path, ".cpg")
        _refuse_cut_short(path, dbf)
        head = sniff.head_of(dbf, _DBF_SAMPLE_BYTES) if dbf else None
        return str(path), head, cpg.read_text("ascii", "replace") if cpg else None
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        shapes = [n for n in names if n.lower().endswith(".shp") and layer in {None, Path(n).stem}]
        if len(shapes) != 1:
            raise ReaderError(
                f"压缩包内有 {len(shapes)} 个 Shapefile, 请只放一个或指定一个。",
                f"The archive holds {len(shapes)} shapefiles: put in one, or name it.",
            )
        stem = shapes[0][:-4]
        parts = {n[len(stem) :].lower(): n for n in names if n.startswith(f"{stem}.")}
        try:
            with archive.open(parts.get(".dbf", shapes[0])) as dbf_file:
                dbf_head = dbf_file.read(_DBF_SAMPLE_BYTES) if ".dbf" in parts else None
            cpg_text = archive.read(parts[".cpg"]).decode("ascii", "replace") if ".cpg" in parts else None
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
            raise ReaderError("压缩包已损坏或加密。", "The archive is damaged or encrypted.") from error
    return f"/vsizip/{path}/{shapes[0]}", dbf_head, cpg_text


def _refuse_cut_short(shp: Path, dbf: Path | None) -> None:
    """Both files say in their heads how long they are; GDAL reads what is missing as empty shapes."""
    stated = 2 * int.from_bytes(sniff.head_of(shp, 28)[24:28], "big")
    if shp.stat().st_size < stated:
        raise _unreadable()
    if dbf is not None:
        head = sniff.head_of(dbf, 12)
        records, header, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
        if dbf.stat().st_size < header + records * width:
            raise _unreadable()


def _beside(path: Path, suffix: str) -> Path | None:
    return next((p for p in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if p.exists()), None)


def _refuse_wide_json(path: Path) -> None:
    """A feature with a million properties would keep GDAL busy for hours before anyone could say so."""
    head = sniff.head_of(path, 4 << 20)
    start = head.find(b'"properties"')
    properties = head[start : (head.find(b"}", start) + 1) or len(head)] if start >= 0 else b""
    if len(re.findall(rb'"\s*:', properties)) > MOST_COLUMNS:
        raise too_many_columns()


def _unreadable() -> ReaderError:
    return ReaderError(
        "文件已损坏、不完整或不是空间数据。", "The file is damaged, cut short, or not spatial data."
    )
