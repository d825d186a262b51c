"""Find PostgreSQL server programs that have PostGIS; several versions may be installed side by side."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo_service.local_postgis.trouble import no_postgis, wrong_version
from geo_service.trouble import TroubleError

OLDEST_SERVER = 15
OLDEST_POSTGIS = (3, 3)
DEBIAN_ROOT = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Programs:
    """The folder of one server's programs, its major version and the PostGIS version it offers."""

    folder: Path
    major: int
    postgis: tuple[int, ...]

    def path(self, name: str) -> str:
        """Full path of one program, such as ``pg_ctl``."""
        return str(self.folder / name)


def find_programs(major: int | None = None, folders: Iterable[Path] | None = None) -> Programs:
    """The newest server with PostGIS, or the one of ``major``, which existing data demands.

    ``folders`` are the program folders to look at; without it Debian's and those on PATH.
    Raises TroubleError with the package to install if there is none.
    """
    folders = list(candidate_folders() if folders is None else folders)
    usable = [found for folder in folders if (found := _programs_in(folder)) and _new_enough(found)]
    if major is not None:
        usable = [found for found in usable if found.major == major]
    if not usable:
        raise TroubleError(wrong_version(major) if major else no_postgis(package_to_install(folders)))
    return max(usable, key=lambda found: (found.major, found.postgis))


def candidate_folders() -> Iterator[Path]:
    """Debian's versioned folders, then wherever ``initdb`` and ``pg_config`` on PATH lead."""
    yield from sorted(DEBIAN_ROOT.glob("*/bin"), reverse=True)
    for name in ("initdb", "pg_config"):
        program = shutil.which(name)
        if program:
            yield Path(program).resolve().parent


def package_to_install(folders: Iterable[Path]) -> str:
    """Debian's package that brings PostGIS to the newest server here, or server and PostGIS together."""
    majors = [found.major for folder in folders if (found := _server_version(folder))]
    newest = max(majors, default=0)
    return f"postgresql-{newest}-postgis-3" if newest >= OLDEST_SERVER else "postgresql-postgis"


def _new_enough(found: Programs) -> bool:
    return found.major >= OLDEST_SERVER and found.postgis >= OLDEST_POSTGIS


def _server_version(folder: Path) -> Programs | None:
    """The programs of a folder without regard to PostGIS; None where a needed one is missing."""
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl")):
        return None
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"(\d+)", answer.stdout)
    return Programs(folder, int(version.group(1)), ()) if version else None


def _programs_in(folder: Path) -> Programs | None:
    server = _server_version(folder)
    if server is None:
        return None
    for share in _share_folders(server):
        control = share / "extension" / "postgis.control"
        if control.is_file():
            version = re.search(r"default_version\s*=\s*'(\d+)\.(\d+)", control.read_text(encoding="utf-8"))
            if version:
                return Programs(folder, server.major, (int(version.group(1)), int(version.group(2))))
    return None


def _share_folders(server: Programs) -> Iterator[Path]:
    """Where the server keeps its extensions: as pg_config says, else Debian's place or the neighbour."""
    pg_config = server.folder / "pg_config"
    if os.access(pg_config, os.X_OK):
        answer = subprocess.run([pg_config, "--sharedir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.strip():
            yield Path(answer.stdout.strip())
    yield Path(f"/usr/share/postgresql/{server.major}")
    yield server.folder.parent / "share"
