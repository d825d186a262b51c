"""Compare what is locked with published advisories (OSV format) and with what the registries took back.

    python scripts/audit_dependencies.py --advisories all-pypi.zip --advisories all-npm.zip [--explained FILE]
    python scripts/audit_dependencies.py --withdrawn

Advisories are the archives, or folders, of JSON entries that the OSV project publishes for each ecosystem: bring them
into a closed network on a disk. ``--explained`` names a file with an advisory's id and the reason why it does not
concern this program on each line. ``--withdrawn`` asks the registries through their own clients whether a locked version
was yanked or deprecated. Exit code 1 when anything is found that is not explained, 2 when it could not be looked up.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from packaging.version import InvalidVersion, Version

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE / "scripts"))
from bill_of_materials import bill  # noqa: E402

ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm"}


@dataclass(frozen=True, order=True)
class Package:
    """A locked package: ``ecosystem`` as advisories name it, ``name`` in that ecosystem's normal form."""

    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True, order=True)
class Finding:
    """A locked package that something is said about."""

    package: Package
    id: str
    what: str


def locked(folder: Path) -> list[Package]:
    """Everything that an installation of the checkout in ``folder`` runs."""
    found = []
    for component in bill(folder)["components"]:
        kind, _, rest = component["purl"].removeprefix("pkg:").partition("/")
        found.append(Package(ECOSYSTEMS[kind], unquote(rest.rpartition("@")[0]), component["version"]))
    return found


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Advisories of an archive or a folder. Raises ValueError for a file that is neither, or not JSON."""
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield json.loads(file.read_text(encoding="utf-8"))
        return
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is neither a folder nor an archive of advisories")
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def concerned(advisory: dict[str, Any], package: Package) -> bool:
    """Whether an advisory names this version, by its list of versions or by one of its ranges."""
    if "withdrawn" in advisory:
        return False
    for affected in advisory.get("affected", []):
        of = affected.get("package", {})
        if (
            of.get("ecosystem") != package.ecosystem
            or normal(of.get("name", ""), package.ecosystem) != package.name
        ):
            continue
        if package.version in affected.get("versions", []):
            return True
        if any(
            within(r.get("events", []), package.version)
            for r in affected.get("ranges", [])
            if r["type"] != "GIT"
        ):
            return True
    return False


def within(events: list[dict[str, str]], version: str) -> bool:
    """Whether a version lies in a range of events: from each ``introduced`` to the next ``fixed`` or ``last_affected``.

    >>> within([{"introduced": "0"}, {"fixed": "2.0"}], "1.9"), within([{"introduced": "0"}, {"fixed": "2.0"}], "2.0")
    (True, False)
    >>> within([{"introduced": "1.0"}, {"last_affected": "1.4"}], "1.4")
    True
    """
    inside, at = False, comparable(version)
    for event in sorted(events, key=lambda e: comparable(next(iter(e.values())))):
        ((kind, word),) = event.items()
        bound = comparable(word)
        if kind == "introduced" and at >= bound:
            inside = True
        elif (kind == "fixed" and at >= bound) or (kind == "last_affected" and at > bound):
            inside = False
    return inside


def comparable(version: str) -> Version:
    """A version that can be ordered; what follows no scheme counts as the oldest, so that it is rather found than missed."""
    try:
        return Version(version)
    except InvalidVersion:
        return Version(re.sub(r"[^0-9.].*", "", version).strip(".") or "0")


def normal(name: str, ecosystem: str) -> str:
    """A name as its registry compares it.

    >>> normal("Ruamel_Yaml", "PyPI"), normal("@scope/Name", "npm")
    ('ruamel-yaml', '@scope/name')
    """
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name.lower()


def known(packages: list[Package], paths: list[Path]) -> list[Finding]:
    """What the advisories say about the packages."""
    by_name: dict[tuple[str, str], list[Package]] = {}
    for package in packages:
        by_name.setdefault((package.ecosystem, package.name), []).append(package)
    found = set()
    for path in paths:
        for advisory in entries(path):
            named = {(a["package"]["ecosystem"], normal(a["package"]["name"], a["package"]["ecosystem"]))
                     for a in advisory.get("affected", []) if "package" in a}  # fmt: skip
            for package in (p for key in named for p in by_name.get(key, [])):
                if concerned(advisory, package):
                    what = advisory.get("summary") or advisory.get("details", "").partition("\n")[0]
                    found.add(Finding(package, advisory["id"], what[:160]))
    return sorted(found)


def withdrawn(folder: Path, packages: list[Package]) -> list[Finding]:
    """Locked versions that a registry took back. Raises RuntimeError where one could not be asked."""
    found = []
    uv = [str(Path(sys.prefix) / "bin" / "uv"), "pip", "install", "--dry-run", "--no-deps", "--reinstall"]
    told = _asked([*uv, "--requirement", str(folder / "requirements" / "base.txt")])
    for line in told.splitlines():
        if "yanked" in line:
            named = re.search(r"`?([A-Za-z0-9._-]+)==([^\s`]+)", line)
            package = (
                Package("PyPI", normal(named[1], "PyPI"), named[2]) if named else Package("PyPI", "?", "?")
            )
            found.append(Finding(package, "yanked", line.strip()))
    for package in packages:
        if package.ecosystem == "npm":
            answer = _asked(
                ["npm", "view", f"{package.name}@{package.version}", "version", "deprecated", "--json"]
            )
            said = json.loads(answer[answer.find("{") :] if "{" in answer else "{}")
            if said.get("deprecated"):
                found.append(Finding(package, "deprecated", str(said["deprecated"])[:160]))
    return found


def _asked(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(
            f"{command[0]} could not ask its registry: {done.stderr.strip().splitlines()[-1:]}"
        )
    return done.stdout + (done.stderr if "uv" in Path(command[0]).name else "")


def explained(file: Path | None) -> dict[str, str]:
    """Reasons by advisory id. Raises ValueError for an id without a reason."""
    reasons = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file else []:
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.strip().partition(" ")
            if not reason.strip():
                raise ValueError(f"{name} is listed without a reason")
            reasons[name] = reason.strip()
    return reasons


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--advisories", type=Path, action="append", default=[], metavar="ZIP_OR_FOLDER")
    parser.add_argument("--explained", type=Path)
    parser.add_argument("--withdrawn", action="store_true")
    parser.add_argument("--checkout", type=Path, default=HERE)
    given = parser.parse_args()
    if not given.advisories and not given.withdrawn:
        parser.error("give --advisories, --withdrawn or both")
    try:
        packages, reasons = locked(given.checkout), explained(given.explained)
        found = known(packages, given.advisories)
        found += withdrawn(given.checkout, packages) if given.withdrawn else []
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        print(f"could not look it up: {error}", file=sys.stderr)
        return 2
    for finding in found:
        reason = reasons.get(finding.id)
        print(
            f"{finding.package.name} {finding.package.version} {finding.id}: {finding.what}"
            + (f" [{reason}]" if reason else "")
        )
    open_ones = [f for f in found if f.id not in reasons]
    print(f"{len(packages)} locked packages, {len(found)} findings, {len(open_ones)} not explained")
    return 1 if open_ones else 0


if __name__ == "__main__":
    raise SystemExit(main())
