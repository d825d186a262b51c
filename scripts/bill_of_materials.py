"""The bill of materials (SBOM, CycloneDX 1.6 JSON) of what an installation runs, from the lock files alone.

    python scripts/bill_of_materials.py [-o FILE] [--check FILE]

Python packages with their hashes come from requirements/base.txt, those of the console from its package-lock.json. The
same lock files give the same bytes, so that a change of dependencies shows as a change of this file.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

HERE = Path(__file__).resolve().parent.parent
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s\\;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def python_components(requirements: str) -> list[dict[str, Any]]:
    """Components of a hashed requirements file.

    >>> python_components("a==1.0 \\\\\\n    --hash=sha256:" + "0" * 64)[0]["purl"]
    'pkg:pypi/a@1.0'
    """
    found: list[dict[str, Any]] = []
    for line in requirements.splitlines():
        if pinned := _PINNED.match(line):
            name, version = re.sub(r"[-_.]+", "-", pinned["name"]).lower(), pinned["version"]
            purl = f"pkg:pypi/{name}@{version}"
            found.append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": []})  # fmt: skip
        if found:
            found[-1]["hashes"] += [{"alg": "SHA-256", "content": h} for h in _HASH.findall(line)]
    return found


def console_components(lock: dict[str, Any]) -> list[dict[str, Any]]:
    """Components that the built console carries: what its lock file does not mark as for development."""
    found = {}
    for path, package in lock.get("packages", {}).items():
        if not path or package.get("dev") or package.get("link") or "version" not in package:
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
        component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": package["version"], "purl": purl}  # fmt: skip
        if isinstance(package.get("license"), str):
            component["licenses"] = [{"license": {"name": package["license"]}}]
        kind, _, content = package.get("integrity", "").partition("-")
        if kind == "sha512":
            component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(content).hex()}]
        found[purl] = component
    return list(found.values())


def bill(folder: Path) -> dict[str, Any]:
    """The whole document for the checkout in ``folder``."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = folder / "map_ui" / "web" / "package-lock.json"
    components = python_components((folder / "requirements" / "base.txt").read_text(encoding="utf-8"))
    components += console_components(json.loads(lock.read_text(encoding="utf-8")))
    components.sort(key=lambda c: c["purl"])
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    content = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own + content)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": own, "name": project["name"], "version": project["version"],
                          "purl": own, "licenses": [{"license": {"id": project["license"]}}]}
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [c["bom-ref"] for c in components]}],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument(
        "--check", type=Path, help="exit code 1 when this file is not what the lock files give"
    )
    asked = parser.parse_args()
    written = json.dumps(bill(HERE), ensure_ascii=False, indent=1) + "\n"
    if asked.check:
        same = asked.check.is_file() and asked.check.read_text(encoding="utf-8") == written
        print("the bill of materials is up to date" if same else f"{asked.check} differs from the lock files", file=sys.stderr)  # fmt: skip
        raise SystemExit(0 if same else 1)
    if asked.out:
        asked.out.write_text(written, encoding="utf-8")
    else:
        print(written, end="")


if __name__ == "__main__":
    main()
