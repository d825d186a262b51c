"""Photos are made small, lose where they were taken, and are refused when they are too large."""

from __future__ import annotations

import io
import uuid
from typing import Any

from PIL import Image

URL = "/api/inspections"


def photo_with_position() -> bytes:
    picture = Image.effect_noise((3000, 2000), 60).convert("RGB")
    exif = picture.getexif()
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    exif[0x010F] = "camera maker"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=60)
    return out.getvalue()


def test_photos_are_made_small_and_lose_their_position(office: Any) -> None:
    made = office.routed()
    url = f"{URL}/{made['id']}/stops/{office.visited(made)[0]['id']}/photos/{uuid.uuid4()}"
    data = photo_with_position()
    assert b"camera maker" in data
    stored = office.http.put(url, content=data)
    assert stored.status_code == 201, stored.text
    assert (stored.json()["width"], stored.json()["height"]) == (1600, 1067)
    assert office.http.put(url, content=data).json()["state"] == "duplicate"
    jpeg = office.http.get(f"{URL}/{made['id']}/photos/{stored.json()['id']}").content
    with Image.open(io.BytesIO(jpeg)) as small:
        assert dict(small.getexif()) == {}
    assert b"camera maker" not in jpeg


def test_a_photo_of_60_mb_is_refused_kindly(office: Any) -> None:
    made = office.routed()
    url = f"{URL}/{made['id']}/stops/{office.visited(made)[0]['id']}/photos/{uuid.uuid4()}"
    answer = office.http.put(url, content=bytes(60_000_000))
    assert answer.status_code == 413
    assert "60 MB" in answer.json()["detail"]
    assert office.http.put(url, content=b"no picture").status_code == 422
