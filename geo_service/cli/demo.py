"""``wangge demo``: the synthetic town into the database, once."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from geo_service.cli.administration import HOURS_MS, opened
from geo_service.cli.connection import plainly
from geo_service.settings import Settings


@plainly
def demo(
    residents: Annotated[int, typer.Option(min=2_000, max=30_000_000, help="人口 / residents")] = 100_000,
    months: Annotated[int, typer.Option(min=1, max=60, help="月数 / months of work")] = 12,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 7,
    port: Annotated[int, typer.Option(help="端口，写入 demo.json / port that demo.json names")] = 8000,
) -> None:
    """载入演示街道 / Load the synthetic demo town and write .wangge/demo.json; a second run finds it there."""
    from geo_service.demo import is_loaded, load_demo
    from geo_service.hash_key import hash_key

    settings = Settings()
    note = settings.data_dir / "demo.json"
    began = time.monotonic()

    def say(words: str) -> None:
        typer.echo(f"[{time.monotonic() - began:5.1f} s] {words}", err=True)

    with opened(settings, statement_timeout_ms=HOURS_MS) as database:
        if note.exists() and is_loaded(database):
            say("演示街道已在 / the demo town is there already")
            return
        key = hash_key(settings, create=True)
        made = load_demo(database, key, residents=residents, months=months, seed=seed, say=say)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch(mode=0o600)
    note.write_text(
        json.dumps({"url": f"http://127.0.0.1:{port}", **made}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    say(f"完成，账号在 / done; accounts are in {note}")
