"""What can be wrong with the private PostGIS of a machine, and what to do about it."""

from __future__ import annotations

from geo_service.trouble import Trouble


def no_postgis(package: str) -> Trouble:
    """No server programs with PostGIS on this machine; ``package`` is the Debian package that brings them."""
    return Trouble(
        "no-postgis",
        "本机没有带 PostGIS 3.3 以上的 PostgreSQL 15 以上服务程序。",
        "This machine has no PostgreSQL 15 or later with PostGIS 3.3 or later.",
        f"请管理员执行“apt-get install {package}”，或改用“docker compose up”，"
        "或把 WANGGE_DATABASE_URL 指向已有的服务器。",
        f"Ask an administrator to run 'apt-get install {package}', or use 'docker compose up', "
        "or point WANGGE_DATABASE_URL at a server you have.",
    )


def wrong_version(major: int) -> Trouble:
    """The data folder was made by a server version whose programs are gone."""
    return Trouble(
        "wrong-version",
        f"数据目录由 PostgreSQL {major} 建立，而本机没有该版本（带 PostGIS）的服务程序。",
        f"The data folder was made by PostgreSQL {major}; its programs (with PostGIS) are not here.",
        f"请管理员执行“apt-get install postgresql-{major}-postgis-3”。",
        f"Ask an administrator to run 'apt-get install postgresql-{major}-postgis-3'.",
    )


def not_yours(path: str, owner: str) -> Trouble:
    """The data folder belongs to somebody else and this process may not act for them."""
    return Trouble(
        "not-yours",
        f"数据目录 {path} 属于用户 {owner}，当前用户不能启动它。",
        f"The data folder {path} belongs to the user {owner}; this user may not start it.",
        "请用建立它的用户运行，或在自己的检出目录中运行。",
        "Run as the user who created it, or in a checkout of your own.",
    )


def socket_path_too_long(path: str) -> Trouble:
    """No runtime folder is short enough for a unix socket."""
    return Trouble(
        "socket-path-too-long",
        f"套接字目录 {path} 超过系统允许的长度。",
        f"The socket folder {path} is longer than the system allows.",
        "请把 XDG_RUNTIME_DIR 设为较短的目录。",
        "Set XDG_RUNTIME_DIR to a shorter folder.",
    )


def folder_unsafe(path: str) -> Trouble:
    """A folder that only we may enter is owned or writable by others."""
    return Trouble(
        "folder-unsafe",
        f"目录 {path} 属于其他用户或他人可写，为防冒用不予采用。",
        f"The folder {path} belongs to, or can be written by, somebody else; using it would not be safe.",
        "请删除该目录或设置 XDG_RUNTIME_DIR 后重试。",
        "Remove it or set XDG_RUNTIME_DIR, then try again.",
    )


def server_failed(action: str, detail: str, log: str) -> Trouble:
    """A server program answered with an error; the last lines of its log are the evidence."""
    return Trouble(
        "server-failed",
        f"数据库{ {'create': '建立', 'start': '启动', 'stop': '停止'}.get(action, action) }失败：{detail}",
        f"The database could not {action}: {detail}",
        f"详情见 {log}；可先运行“wangge doctor”。",
        f"Details are in {log}; 'wangge doctor' may know more.",
    )
