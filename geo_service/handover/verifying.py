"""Whether a package is whole and from whom: every checksum, the signature, nothing added and nothing left out."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from geo_service.handover.package import FORMAT, MANIFEST, PUBLIC_KEY, SIGNATURE
from geo_service.handover.signing import fingerprint, read_public, verified
from geo_service.problems import Problem

#: No package of a town comes near this; what claims to is not unpacked.
MOST_BYTES = 2 * 1024**3
_MOST_FILES = 200


@dataclass(frozen=True)
class Verdict:
    """``faults`` in plain words, empty where all is well; ``trusted``: the signature is that of a key given from outside."""

    faults: list[str] = field(default_factory=list)
    trusted: bool = False
    manifest: dict[str, Any] = field(default_factory=dict)
    fingerprint: str | None = None

    @property
    def valid(self) -> bool:
        return not self.faults


def verify(content: bytes, key: Ed25519PublicKey | None = None) -> Verdict:
    """Check a package. Without ``key`` the one inside is used: then it is whole, but anybody may have made it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = [entry.filename for entry in archive.infolist()]
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_BYTES or len(names) > _MOST_FILES:
            return Verdict(["大得不像交付包 / too large for a package"])
        files = {name: archive.read(name) for name in dict.fromkeys(names)}
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zipfile.LargeZipFile,
    ):
        return Verdict(["不是完整的 ZIP 文件 / not a whole ZIP file"])
    except Exception as error:  # zlib raises its own for a damaged stream
        return Verdict([f"无法解开 / cannot be unpacked: {type(error).__name__}"])
    if missing := {MANIFEST, SIGNATURE, PUBLIC_KEY} - set(files):
        return Verdict([f"缺少 / missing: {', '.join(sorted(missing))}"])
    return _of_files(files, len(names) != len(files), key)


def _of_files(files: dict[str, bytes], doubled: bool, key: Ed25519PublicKey | None) -> Verdict:
    try:
        used = key or read_public(files[PUBLIC_KEY])
    except Problem:
        return Verdict(["所附公钥不可读 / the public key inside cannot be read"])
    faults = ["有重名文件 / a name occurs twice"] if doubled else []
    if not verified(used, files[SIGNATURE], files[MANIFEST]):
        return Verdict([*faults, "签名不符 / the signature does not fit"], fingerprint=fingerprint(used))
    try:
        manifest, listed = _listed(files[MANIFEST])
    except (KeyError, TypeError, ValueError):  # anybody can sign anything with a key put inside
        return Verdict([*faults, "清单不可读 / the manifest cannot be read"], fingerprint=fingerprint(used))
    if manifest["format"] != FORMAT:
        faults.append("清单格式未知 / the format of the manifest is unknown")
    faults += [f"缺少 / missing: {name}" for name in listed if name not in files]
    faults += [f"清单之外 / not in the manifest: {name}" for name in files
               if name not in listed and name not in {MANIFEST, SIGNATURE, PUBLIC_KEY}]  # fmt: skip
    faults += [
        f"内容已变 / altered: {name}"
        for name, sha256 in listed.items()
        if name in files and hashlib.sha256(files[name]).hexdigest() != sha256
    ]
    return Verdict(faults, key is not None, manifest, fingerprint(used))


def _listed(content: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """The manifest, and name → SHA-256 of each file in it. Raises KeyError, TypeError or ValueError when it is none."""
    manifest: dict[str, Any] = orjson.loads(content)
    for needed in ("format", "month"):
        if not isinstance(manifest[needed], str):
            raise TypeError(needed)
    return manifest, {str(entry["name"]): str(entry["sha256"]) for entry in manifest["files"]}
