"""The real service as a process of its own, so that a test can stop it in the middle of something."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Service:
    """A server on a free port of 127.0.0.1, over the database of a town that was loaded before."""

    def __init__(self, town: dict[str, Any], folder: Path, settings: dict[str, str] | None = None) -> None:
        self.town, self.accounts, self.settings = town, town["accounts"], dict(settings or {})
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-P", "-m", "uvicorn", "--factory", "geo_service.cli.up:application", "--log-level=warning",
                   f"--port={self.port}", "--timeout-graceful-shutdown=1"]  # fmt: skip
        environment = {
            **os.environ,
            "WANGGE_DATABASE_URL": self.town["url"],
            "WANGGE_DATA_DIR": str(self._folder),
            "WANGGE_WEBHOOK_HOSTS": "http://127.0.0.1",  # receivers of tests, which are on this machine
            **self.settings,
        }
        with (self._folder / "service.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        for _ in range(900):
            if self._process.poll() is not None:
                raise RuntimeError((self._folder / "service.log").read_text(encoding="utf-8")[-3000:])
            if self._answers():
                return
            time.sleep(0.1)
        raise TimeoutError("the service did not answer within 90 s")

    def stop(self) -> None:
        """Ask it to end; what it was answering is cut off after a second."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
