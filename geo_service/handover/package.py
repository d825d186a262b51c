"""The package of a month in one ZIP: GeoPackage, CSV, data dictionary, checksums and a detached signature.

The same release over the same places gives the same bytes: no time of making, no random name, fixed order.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyogrio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo_service.handover import contents
from geo_service.handover.signing import fingerprint, public_pem
from geo_service.tables.places import Subdistrict
from geo_service.tables.publication import Release
from geo_service.trust.csv_cells import written

FORMAT = "wangge-handover/1"
MANIFEST, SIGNATURE, PUBLIC_KEY, SUMS = (
    "manifest.json",
    "manifest.json.sig",
    "signing-key.pub.pem",
    "SHA256SUMS",
)
_GDAL = threading.Lock()
_STAMP = "OGR_CURRENT_DATE"


@dataclass(frozen=True)
class Package:
    """A finished file, what it is called, and its manifest."""

    name: str
    content: bytes
    manifest: dict[str, Any]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def build(session: Session, release: Release, key: Ed25519PrivateKey) -> Package:
    """The package of a release. Values that the release withholds are missing here, with their reason beside them."""
    found = list(contents.layers(session, release))
    stem = f"wangge-{release.subdistrict_code}-{release.month:%Y-%m}-r{release.id}"
    files = {f"{stem}.gpkg": _geopackage(found, release)}
    for layer in found:
        files[f"csv/{layer.name}.csv"] = written([], _flat(layer))
    files["data-dictionary.csv"] = written([], dictionary(found))
    files["说明-README.txt"] = _read_me(stem).encode()
    files[SUMS] = "".join(f"{_sha256(c)}  {n}\n" for n, c in files.items()).encode()
    manifest = _manifest(session, release, found, files, key)
    plain = orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n"
    files |= {MANIFEST: plain, SIGNATURE: key.sign(plain), PUBLIC_KEY: public_pem(key)}
    return Package(f"{stem}.zip", _zipped(files), manifest)


def dictionary(found: list[contents.Layer]) -> pd.DataFrame:
    """One line per column of every layer: type, titles in both languages, closed values."""
    rows = [
        {
            "layer": layer.name, "layer_zh": layer.collection.zh, "layer_en": layer.collection.en, "column": p.name,
            "type": p.kind, "zh": p.zh, "en": p.en,
            "values": "; ".join(f"{code}={zh}/{en}" for code, (zh, en) in p.codes.items()),
        }
        for layer in found for p in layer.collection.properties
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _flat(layer: contents.Layer) -> pd.DataFrame:
    """The columns without the shape; a point inside it stands for it, so that a spreadsheet can be mapped."""
    inside = layer.frame.geometry.representative_point()
    table = pd.DataFrame(layer.frame.drop(columns="geometry"))
    times = [p.name for p in layer.collection.properties if p.kind == "timestamp"]
    table = table.assign(**{name: table[name].map(_stamp) for name in times})
    return table.assign(lon=inside.x.round(7), lat=inside.y.round(7))


def _stamp(value: Any) -> str | None:
    return None if pd.isna(value) else pd.Timestamp(value).isoformat()


def _geopackage(found: list[contents.Layer], release: Release) -> bytes:
    with tempfile.TemporaryDirectory(prefix="wangge-handover-") as folder, _fixed_date(release):
        path = Path(folder) / "package.gpkg"
        for layer in found:
            kind = layer.collection.geometry_type
            pyogrio.write_dataframe(
                layer.frame, path, layer=layer.name, driver="GPKG", append=path.exists(), use_arrow=True,
                geometry_type="Unknown" if kind == "Geometry" else kind, promote_to_multi=kind == "MultiPolygon",
                layer_options={"IDENTIFIER": f"{layer.collection.zh} / {layer.collection.en}"},
            )  # fmt: skip
        return path.read_bytes()


@contextmanager
def _fixed_date(release: Release) -> Iterator[None]:
    """A GeoPackage notes when it was written; here that is when the release was computed. GDAL's option is global."""
    with _GDAL:
        before = pyogrio.get_gdal_config_option(_STAMP)
        pyogrio.set_gdal_config_options(
            {_STAMP: f"{release.computed_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.000Z}"}
        )
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_STAMP: before})


def _manifest(
    session: Session, release: Release, found: list[contents.Layer], files: dict[str, bytes], key: Ed25519PrivateKey
) -> dict[str, Any]:  # fmt: skip
    code = release.subdistrict_code
    return {
        "format": FORMAT,
        "subdistrict": {"code": code, "name": session.scalar(select(Subdistrict.name).where(Subdistrict.code == code))},
        "month": f"{release.month:%Y-%m}",
        "release": {
            "id": release.id, "revision": release.revision, "reason": release.reason, "checksum": release.checksum,
            "boundary_version": release.version_id, "computed_at": release.computed_at.astimezone(dt.UTC), "parameters": release.parameters,
        },
        "crs": "EPSG:4326, lon lat",
        "layers": {layer.name: len(layer.frame) for layer in found},
        "files": [{"name": n, "bytes": len(c), "sha256": _sha256(c)} for n, c in files.items()],
        "public_key_sha256": fingerprint(key),
    }  # fmt: skip


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o644 << 16,
            )
            archive.writestr(entry, content, compresslevel=6)
    return out.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_me(stem: str) -> str:
    return f"""网格 wangge 月度交付包 / monthly package

{stem}.gpkg   图形与指标，EPSG:4326，先经度后纬度 / shapes and indicators, lon before lat
csv/          同样内容的表格，附一个代表点 / the same as tables, with a point inside each shape
data-dictionary.csv   每一列的含义 / what every column means
manifest.json 清单与校验和 / contents with checksums; manifest.json.sig 其签名 / its Ed25519 signature

指标取自已发布的月度数据；小数值已隐去，"_withheld" 列注明原因。只有场所与计数，没有任何人的资料。
Indicators are those of the published release; small counts are withheld and the "_withheld" column says why.
There are places and counts in here, nothing about any person.

核验 / to verify:
  wangge handover verify FILE.zip --key signing-key.pub.pem
或 / or, unpacked:
  sha256sum -c SHA256SUMS
  openssl pkeyutl -verify -pubin -inkey signing-key.pub.pem -rawin -in manifest.json -sigfile manifest.json.sig
公钥请另行索取并核对指纹；包内所附只便于查看。
Ask for the public key by another way and compare its fingerprint; the copy in here is for convenience only.
"""
