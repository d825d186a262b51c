"""Fill the templates with the places of one installation and write them beside each other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo_service.trouble import Trouble, TroubleError

TEMPLATES = Path(__file__).with_name("templates")
#: Where each file belongs; a file that is not named here stays where it was written.
TARGETS = {
    "wangge-database.service": "/etc/systemd/system/",
    "wangge.service": "/etc/systemd/system/",
    "wangge-nightly.service": "/etc/systemd/system/",
    "wangge-nightly.timer": "/etc/systemd/system/",
    "wangge-weekly.service": "/etc/systemd/system/",
    "wangge-weekly.timer": "/etc/systemd/system/",
    "nginx.conf": "/etc/nginx/conf.d/wangge.conf",
    "alerts.yml": "/etc/prometheus/rules/wangge.yml",
}
SETTINGS = "wangge.env"
_NAMED = re.compile(r"\$\{(WANGGE_[A-Z_]+)\}")
#: What systemd, a shell and nginx all read as one plain word.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@,+|-]+")


@dataclass(frozen=True)
class Installation:
    """The places of one installation; every path absolute, ``user`` an unprivileged one."""

    user: str
    folder: Path
    program: Path
    data: Path
    settings: Path
    backup: Path
    anchors: Path
    host: str
    certificate: Path
    certificate_key: Path
    port: int = 8000
    workers: int = 2

    def words(self) -> dict[str, str]:
        """What stands for each name in the templates. Raises TroubleError for a word that would need quotes."""
        words = {f"WANGGE_{name.upper()}": str(value) for name, value in self.__dict__.items()}
        words["WANGGE_UPSTREAM"] = f"127.0.0.1:{self.port}"
        words["WANGGE_MOUNTS"] = "|".join(sorted({str(mount_of(self.data)), str(mount_of(self.backup))}))
        for name, word in words.items():
            if not _PLAIN.fullmatch(word):
                raise TroubleError(not_plain(name.removeprefix("WANGGE_").lower(), word))
        if self.user == "root":
            raise TroubleError(as_root())
        return words


def rendered(here: Installation) -> Iterator[tuple[str, str]]:
    """Name and text of every file."""
    words = here.words()
    for template in sorted(TEMPLATES.iterdir()):
        yield template.name, filled(template.read_text(encoding="utf-8"), words)


def filled(text: str, words: dict[str, str]) -> str:
    """The template with each ``${WANGGE_NAME}`` replaced; other dollars are nginx's and systemd's own.

    >>> filled("listen ${WANGGE_PORT}; return $host;", {"WANGGE_PORT": "80"})
    'listen 80; return $host;'
    """
    return _NAMED.sub(lambda found: words[found[1]], text)


def write(here: Installation, folder: Path) -> list[Path]:
    """Write every file into ``folder``; one that somebody changed by hand is kept beside it with ``.old``."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in rendered(here):
        file = folder / name
        if file.exists() and file.read_text(encoding="utf-8") != text:
            file.replace(file.with_name(f"{name}.old"))
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written


def mount_of(path: Path) -> Path:
    """The mount point that holds a path, or would hold it."""
    path = path.absolute()
    while not path.exists() or not os.path.ismount(path):
        path = path.parent
    return path


def not_plain(name: str, word: str) -> Trouble:
    """A place that systemd, nginx and a shell would each have to quote in a way of its own."""
    return Trouble(
        "not-plain",
        f"{name} 含空格或特殊字符：{word!r}。",
        f"{name} holds a blank or a special character: {word!r}.",
        "请改用只含字母、数字和 ._/-@ 的路径或名称。",
        "Use a path or a name of letters, digits and ._/-@ only.",
    )


def as_root() -> Trouble:
    """The units name root, as whom nothing that faces people should run."""
    return Trouble(
        "as-root",
        "服务不应以 root 运行。",
        "The service should not run as root.",
        "请用 --user 指定检出目录所属的普通用户。",
        "Name the plain user who owns the checkout with --user.",
    )
