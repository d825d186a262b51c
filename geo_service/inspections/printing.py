"""A page of HTML to PDF, by the browser that is installed on the server; where there is none, people print the page."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from geo_service.problems import Problem

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
)
SECONDS = 60
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-pdf-header-footer",
)  # fmt: skip


def browser() -> str | None:
    """The first of the known browsers that is installed."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def to_pdf(page: str) -> bytes:
    """The page printed on A4. It is our own page, without scripts, opened from a folder of its own and nothing fetched."""
    program = browser()
    if program is None:
        raise Problem(
            "no-browser", 501,
            "服务器没有可用的浏览器，无法生成 PDF；请打开网页版检查单，用浏览器打印。 / The server has no browser to make a PDF; "
            "open the sheets as a page and print them.",
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="wangge-print-") as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            program,
            *FLAGS,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise _failed() from error
        if done.returncode or not target.exists():
            raise _failed()
        return target.read_bytes()


def _failed() -> Problem:
    return Problem(
        "print-failed", 503,
        "生成 PDF 失败，请稍后再试，或打开网页版打印。 / Making the PDF failed; try again, or print the page.",
        headers={"Retry-After": "5"},
    )  # fmt: skip
