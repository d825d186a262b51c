"""``wangge up``: database, migrations and server in one command; Ctrl-C ends all that it started."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from geo_service.cli.connection import connected, plainly
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.watching import watched
from geo_service.settings import Settings
from geo_service.trouble import Trouble, TroubleError


@plainly
def up(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 / port")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="进程数 / processes")] = None,
) -> None:
    """启动数据库与服务 / Start the database where none is configured, migrate it, and serve."""
    given = {"port": port, "workers": workers}
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value})
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _as_if_terminated)
    with _port_of_ours(settings) as listening, connected(settings) as addresses, _kept_running(settings):
        # Worker processes build their settings themselves, so what was decided here goes on through the environment.
        os.environ["WANGGE_DATABASE_URL"] = addresses.service_url
        os.environ["WANGGE_DATA_DIR"] = str(settings.data_dir.absolute())
        _serve(settings, listening)


@plainly
def restart(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口 / port")] = None,
) -> None:
    """逐个重启服务进程，不丢请求 / New worker processes one after the other, while the others go on serving."""
    settings = Settings().model_copy(update={"port": port} if port else {})
    if not runs_here(settings.data_dir, settings.port):
        raise TroubleError(not_running(settings))
    note = json.loads((settings.data_dir / f"up-{settings.port}.json").read_text(encoding="utf-8"))
    if note.get("workers", 1) < 2:
        raise TroubleError(only_one_worker(settings))
    os.kill(note["pid"], signal.SIGHUP)
    typer.echo("已开始逐个重启 / restarting one by one")


def _kept_running(settings: Settings) -> AbstractContextManager[None]:
    """The private database comes back when it dies; a configured one is its operator's."""
    return nullcontext() if settings.database_url else watched(LocalPostgis.at(settings.data_dir))


def application() -> Any:
    """The service as a worker process builds it, from its environment."""
    from geo_service.app import create_app

    return create_app(Settings())


def _serve(settings: Settings, listening: socket.socket) -> None:
    config = uvicorn.Config(
        "geo_service.cli.up:application",
        factory=True,
        workers=settings.workers,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=75,  # longer than a proxy or a browser pauses; at 5 s some asked just as we hung up
        timeout_graceful_shutdown=settings.shutdown_grace_s,
        timeout_worker_healthcheck=60,  # a start takes long on an old server; the default of 5 s gives the restart up
    )
    _announce(settings)
    try:
        if settings.workers == 1:
            uvicorn.Server(config).run(sockets=[listening])
        else:
            Multiprocess(config, [listening]).run()
    except KeyboardInterrupt:
        pass  # the ordinary way to end it
    typer.echo("已停止 / stopped", err=True)


@contextmanager
def _port_of_ours(settings: Settings) -> Iterator[socket.socket]:
    """The listening socket, taken before anything slow begins; a taken port is said at once."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    note = settings.data_dir / f"up-{settings.port}.json"
    with note.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TroubleError(running_already(settings)) from None
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((settings.host, settings.port))
            except OSError as error:
                note.unlink(missing_ok=True)
                raise TroubleError(port_taken(settings, error.strerror or str(error))) from error
            listening.listen(2048)
            listening.set_inheritable(True)
            file.truncate(0)
            file.write(
                json.dumps({"url": address(settings), "pid": os.getpid(), "workers": settings.workers})
            )
            file.flush()
            try:
                yield listening
            finally:
                note.unlink(missing_ok=True)


def address(settings: Settings) -> str:
    """Where people open it."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    return f"http://{host}:{settings.port}"


def _announce(settings: Settings) -> None:
    typer.echo(f"网格 wangge · 打开 / open {address(settings)}  （Ctrl-C 停止 / to stop）")
    demo = settings.data_dir / "demo.json"
    if demo.exists() and "JOURNAL_STREAM" not in os.environ:  # a log of the machine is no place for passwords
        for role, account in json.loads(demo.read_text(encoding="utf-8")).get("accounts", {}).items():
            typer.echo(f"  {role:<18} {account['name']:<18} {account['password']}")


def runs_here(data_dir: Path, port: int) -> bool:
    """Whether a ``wangge up`` of this checkout holds the port: its note is locked as long as it lives."""
    try:
        with (data_dir / f"up-{port}.json").open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def running_already(settings: Settings) -> Trouble:
    """A second ``wangge up`` of the same checkout on the same port."""
    return Trouble(
        "running-already",
        f"本检出的服务已在 {address(settings)} 运行。",
        f"The service of this checkout is running already at {address(settings)}.",
        "直接打开该地址；要另开一个，请用 --port 换端口。",
        "Open that address; for another one choose a port with --port.",
    )


def not_running(settings: Settings) -> Trouble:
    """Nothing to restart."""
    return Trouble(
        "not-running",
        f"端口 {settings.port} 上没有本检出的服务。",
        f"No service of this checkout runs on port {settings.port}.",
        "用“wangge up”启动，或用 --port 指明端口。",
        "Start it with 'wangge up', or name its port with --port.",
    )


def only_one_worker(settings: Settings) -> Trouble:
    """A single process cannot be replaced while it serves."""
    return Trouble(
        "only-one-worker",
        f"端口 {settings.port} 上的服务只有一个进程，重启时会中断。",
        f"The service on port {settings.port} has one process; a restart would interrupt it.",
        "请停止后以 WANGGE_WORKERS=2 启动，以后便可不中断重启。",
        "Stop it and start it with WANGGE_WORKERS=2; from then on it restarts without a break.",
    )


def port_taken(settings: Settings, detail: str) -> Trouble:
    """Another program listens where we should."""
    return Trouble(
        "port-taken",
        f"端口 {settings.port} 不能使用：{detail}。",
        f"Port {settings.port} cannot be used: {detail}.",
        f"请换端口，例如“wangge up --port {settings.port + 1}”或“make demo PORT={settings.port + 1}”。",
        f"Choose another, such as 'wangge up --port {settings.port + 1}' or 'make demo PORT={settings.port + 1}'.",
    )


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _as_if_terminated(_signal: int, _frame: FrameType | None) -> None:
    """A closed terminal: let the server finish in order, as it does when told to end."""
    os.kill(os.getpid(), signal.SIGTERM)
