"""The guide's own check of a delivery, run as it stands in both languages."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from geo_service.handover.signing import signing_key
from geo_service.handover.webhook_secrets import new_secret, secret_of, signed_headers
from geo_service.settings import Settings

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("page", ["integrators.md", "integrators.zh-CN.md"])
def test_the_check_in_the_guide_knows_a_genuine_delivery_from_others(page: str, tmp_path: Path) -> None:
    (program,) = re.findall(r"^```py\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)
    found: dict[str, Any] = {}
    exec(program, found)
    key = signing_key(Settings(data_dir=tmp_path), create=True)
    shown, stored = new_secret(key, "310199601")
    now = dt.datetime.now(dt.UTC)
    headers = signed_headers(secret_of(key, "310199601", stored), "m1", now, b"[]")
    genuine = found["genuine"]
    assert genuine(shown, headers, b"[]")
    assert not genuine(shown, headers, b"[1]")
    assert not genuine(shown, headers | {"webhook-id": "m2"}, b"[]")
    assert not genuine(new_secret(key, "310199601")[0], headers, b"[]")
    old = signed_headers(secret_of(key, "310199601", stored), "m1", now - dt.timedelta(minutes=6), b"[]")
    assert not genuine(shown, old, b"[]")


@pytest.mark.parametrize("page", ["integrators.md", "integrators.zh-CN.md"])
def test_the_guide_tells_the_limits_that_are_set(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    settings = Settings.model_fields
    assert f"{settings['rate_limit_per_minute'].default:,}" in text
    assert f"{settings['rate_limit_burst'].default:,}" in text
