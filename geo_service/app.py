"""The HTTP service: ``create_app(settings)`` wires the database, sign-in, routes and the console together."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

import map_ui
from geo_service import api_document, problems, routes
from geo_service.database import Database
from geo_service.freshness import Epoch, Freshness
from geo_service.handover.starting import sender_of
from geo_service.limiting import RateLimit, limits_of
from geo_service.middleware import Compressed, Envelope
from geo_service.ogc.lane import Lane
from geo_service.rate_limit import FILE, Buckets
from geo_service.routes import ogc_features, ogc_tiles
from geo_service.settings import Settings
from geo_service.sign_in import SignIn
from geo_service.tasks import Tasks
from geo_service.warming import Warming

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

CONSOLE = Path(map_ui.__file__).parent / "static"


def create_app(settings: Settings) -> FastAPI:
    """The whole service over one database. Nothing is read from the environment after this."""
    database = Database(settings.database_url, pool_size=settings.pool_size)
    app = FastAPI(
        title="网格 wangge",
        version=version("wangge"),
        description="街道(镇)微网格管理平台的接口 / API of the grid-management platform",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.sign_in = SignIn(
        database,
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
        lifetime=dt.timedelta(hours=settings.session_lifetime_hours),
    )
    app.state.epoch = Epoch(settings.data_dir / "epoch")
    app.state.freshness = Freshness(database, app.state.epoch)
    database.after_commit = app.state.epoch.bump
    app.state.tasks = Tasks(database)
    app.state.webhooks = sender_of(settings, database, app.state.freshness)
    problems.install(app)
    app.router.routes.insert(0, Lane(ogc_features.items, ogc_features.item, ogc_tiles.collection_tile))
    for router in found_routers():
        app.include_router(router)
    api_document.install(app, found_routers())
    _serve_console(app)
    app.add_middleware(Compressed, minimum_size=2_000, compresslevel=4)
    app.add_middleware(
        RateLimit, buckets=Buckets(settings.data_dir / FILE), limits=limits_of(settings, database)
    )
    app.add_middleware(Envelope)
    app.state.traces = _traced(app, database, settings.traces_url) if settings.traces_url else None
    return app


def _traced(app: FastAPI, database: Database, url: str) -> TracerProvider:
    """Spans of requests and statements go to the collector at ``url``."""
    from geo_service.tracing import Traced, provider_of, trace_statements

    provider = provider_of(url)
    tracer = provider.get_tracer("wangge")
    trace_statements(database.engine, tracer)
    app.add_middleware(Traced, tracer=tracer)
    return provider


def found_routers() -> list[APIRouter]:
    """The ``router`` of every module under ``geo_service.routes``, in the order of their names."""
    modules = pkgutil.iter_modules(routes.__path__, routes.__name__ + ".")
    found = [getattr(importlib.import_module(m.name), "router", None) for m in modules]
    return [router for router in found if router is not None]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.freshness.listen()
    warming = Warming()
    warming.begin()
    app.state.webhooks.start()
    yield
    app.state.webhooks.close()
    warming.close()
    app.state.freshness.close()
    app.state.tasks.close()
    app.state.database.close()
    if app.state.traces:
        app.state.traces.shutdown()


def _serve_console(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def console() -> Response:
        index = CONSOLE / "index.html"
        if not index.exists():
            return HTMLResponse(
                "<!doctype html><meta charset=utf-8><title>网格 wangge</title><p>控制台尚未构建，请运行 make setup。"
                "<p>The console is not built; run make setup.",
                503,
            )
        return HTMLResponse(index.read_text(encoding="utf-8"), headers={"Cache-Control": "no-cache"})

    if CONSOLE.is_dir():
        app.mount("/", StaticFiles(directory=CONSOLE), name="console")
