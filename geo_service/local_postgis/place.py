"""Where the private cluster lives and who owns it.

PostgreSQL refuses to run as root, and an unprivileged account cannot enter root's folders. So a plain user's
data lies in ``.wangge/pg`` of the checkout; root's lies in ``/var/lib/wangge/<hash of checkout>/pg``, under
an account of its own, and ``.wangge/pg`` is a link to it. A unix socket's path may have 107 bytes, so sockets
live in a short runtime folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from geo_service.local_postgis.trouble import folder_unsafe, not_yours, socket_path_too_long
from geo_service.trouble import TroubleError

ACCOUNT = "wangge"
ROOTS_HOME = Path("/var/lib/wangge")
LONGEST_SOCKET_PATH = 107
SOCKET_NAME = ".s.PGSQL.5432.lock"  # the longest name that the server puts beside its socket


@dataclass(frozen=True)
class Place:
    """Folders of one cluster: ``home`` holds ``pg`` (the data), log and locks; ``owner`` runs the server."""

    home: Path
    owner: pwd.struct_passwd

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.home / "pg"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.home / "postgres.log"

    def own(self, folder: Path) -> None:
        """Create ``folder`` if missing, for its owner alone; refuse one that others could have planted."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and folder.lstat().st_uid == 0:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.owner.pw_uid or found.st_mode & 0o022:
            raise TroubleError(folder_unsafe(str(folder)))
        folder.chmod(0o700)

    def socket_folder(self) -> Path:
        """A short folder for the socket, of this cluster alone; not created here."""
        name = f"wangge-{self.owner.pw_uid}-{short_hash(self.data)}"
        for parent in _runtime_parents():
            if len(os.fsencode(parent / name / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
                return parent / name
        raise TroubleError(socket_path_too_long(str(parent / name)))


def short_hash(path: Path) -> str:
    """Twelve hexadecimal digits that tell one folder from another."""
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]


def place_of(dot: Path) -> Place:
    """The place of the cluster of ``dot``, a checkout's ``.wangge``; creates the folders around the data, not the data.

    The link of a folder that was copied leads to the original's data: it is followed only if that home
    names this folder, or one that is gone (then the folder was moved and its data follow it).
    """
    dot = dot.resolve()
    dot.mkdir(parents=True, exist_ok=True)
    link = dot / "pg"
    if link.is_symlink():
        home = Path(os.readlink(link)).parent
        if _belongs_to(home, dot):
            return Place(home, owner_of(home / "pg"))
        link.unlink()
    if os.geteuid() != 0 or link.exists():
        return Place(dot, owner_of(link))
    home = ROOTS_HOME / short_hash(dot)
    place = Place(home, owner_of(home / "pg"))
    ROOTS_HOME.mkdir(mode=0o755, exist_ok=True)
    place.own(home)
    (home / "pointer").write_text(str(dot), encoding="utf-8")
    link.symlink_to(place.data)
    return place


def owner_of(data: Path) -> pwd.struct_passwd:
    """Who runs the server: the owner of existing data, else this user, and for root an account of its own."""
    mine = os.geteuid()
    try:
        uid = next((path.stat().st_uid for path in (data, data.parent) if path.exists()), mine)
    except PermissionError:
        raise TroubleError(not_yours(str(data), "root")) from None
    if mine and uid != mine:
        raise TroubleError(not_yours(str(data), _name_of(uid)))
    return pwd.getpwuid(uid) if uid else service_account()


def service_account() -> pwd.struct_passwd:
    """The unprivileged account under which root runs the server, created if the machine allows."""
    for name in (ACCOUNT, "postgres", "nobody"):
        if name == ACCOUNT:
            _create_account()
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise TroubleError(not_yours(str(ROOTS_HOME), "root"))


def _create_account() -> None:
    """One process at a time: two useradd at once both succeed, and the second changes the first one's number."""
    ROOTS_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    with open(ROOTS_HOME / "account.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if shutil.which("useradd") and not any(entry.pw_name == ACCOUNT for entry in pwd.getpwall()):
            command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
            command += ["--shell", "/usr/sbin/nologin", ACCOUNT]
            subprocess.run(command, capture_output=True, check=False)


def _belongs_to(home: Path, dot: Path) -> bool:
    try:
        named = Path((home / "pointer").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except PermissionError:
        raise TroubleError(not_yours(str(home), "root")) from None
    if named == dot:
        return True
    if (named / "pg").is_symlink():
        return False
    (home / "pointer").write_text(str(dot), encoding="utf-8")
    return True


def _runtime_parents() -> list[Path]:
    """Folders for sockets, best first; they vanish with a restart, as sockets should."""
    if os.geteuid() == 0:
        return [Path("/run"), Path("/tmp")]
    wished = os.environ.get("XDG_RUNTIME_DIR", "")
    parents = [Path(wished)] if wished and os.access(wished, os.W_OK) and Path(wished).is_absolute() else []
    return [*parents, Path(tempfile.gettempdir()), Path("/tmp")]


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
