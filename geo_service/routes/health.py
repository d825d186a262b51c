"""Alive, ready, and the numbers for the operator."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers; says nothing of the database."""
    return {"status": "alive"}


@router.get("/readyz")
def ready(request: Request) -> dict[str, str]:
    """The database answers too; 503 otherwise, so that a balancer sends nobody here."""
    with request.app.state.database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ready"}


@router.get("/metrics", include_in_schema=False)
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
