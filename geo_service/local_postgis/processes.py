"""Run server programs as the cluster's owner, and tell a living server from what a crash left behind."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PidFile:
    """What ``postmaster.pid`` says: the process, where its socket is, and whether it takes connections."""

    pid: int
    socket_folder: Path | None
    ready: bool


def run_as(
    owner: pwd.struct_passwd, command: Sequence[str], timeout_s: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program as ``owner``, dropping root's privileges, with no PG* variable to mislead it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    environment |= {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "HOME": owner.pw_dir, "USER": owner.pw_name}
    identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run(
        command,
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        umask=0o077,
        start_new_session=True,  # a Ctrl-C at the terminal is for the command, not for the database
        check=False,
        **identity,  # type: ignore[call-overload]
    )


def read_pid_file(data: Path) -> PidFile | None:
    """The pid file's content; None when there is none or a power cut left it empty."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    socket_folder = Path(lines[4]) if len(lines) > 4 and lines[4] else None
    return PidFile(pid, socket_folder, len(lines) > 7 and lines[7].strip() == "ready")


def is_server_of(pid: int, data: Path) -> bool:
    """Whether ``pid`` is a server process of ``data``: each works in its data folder."""
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", data) and _program(pid).startswith("postgres")
    except OSError:
        return False


def processes_of(data: Path) -> list[int]:
    """All server processes that work in ``data``, also those that outlived their postmaster."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if is_server_of(int(entry.name), data)]


def end_orphans(data: Path, patience_s: float = 10) -> None:
    """See to it that no process of a dead postmaster is left: a new server beside them would ruin the data.

    They leave by themselves within moments; one in the middle of a long statement is told to.
    """
    start = time.monotonic()
    while orphans := processes_of(data):
        waited_s = time.monotonic() - start
        if waited_s > patience_s:
            return  # the server itself refuses to start beside them, and says so
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if waited_s > patience_s / 2 else signal.SIGQUIT)
        time.sleep(0.05)


def _program(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
