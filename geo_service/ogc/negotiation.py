"""Which format is wanted: ``f=`` first, then Accept."""

from __future__ import annotations

import re

from fastapi import Request

from geo_service.problems import Problem

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def wanted(request: Request, *offered: str) -> str:
    """One of ``offered`` (the first is the default); 400 for an ``f`` that is not offered, 406 never: JSON is given."""
    given = request.query_params.getlist("f")
    if given:
        if len(given) > 1 or given[0] not in offered:
            listed = ", ".join(offered)
            raise Problem("invalid-f", 400, f"f 应为 {listed}。 / f must be one of {listed}.")
        return given[0]
    if "html" in offered and prefers_html(request.headers.get("accept", "")):
        return "html"
    return offered[0]


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML before any JSON, as browsers do.

    >>> prefers_html("text/html,application/json"), prefers_html("*/*")
    (True, False)
    """
    return "text/html" in accept and "json" not in accept.split("text/html")[0]


def base_of(request: Request) -> str:
    """The address of ``/ogc`` as the caller reached it."""
    host = request.headers.get("host")
    if not host or not _HOST.fullmatch(host):
        return str(request.base_url).rstrip("/") + "/ogc"
    return f"{request.scope['scheme']}://{host}{request.scope.get('root_path', '')}/ogc"
