"""Photos of findings: made small, turned upright, and stripped of everything the camera wrote into them."""

from __future__ import annotations

import hashlib
import io
import uuid

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from geo_service.problems import Problem, conflict, not_found
from geo_service.tables.inspections import InspectionPhoto, InspectionStop

MAX_BYTES = 20_000_000
MAX_PIXELS = 80_000_000
LONG_SIDE_PX = 1600
QUALITY = 78


def too_large(size: int) -> Problem:
    return Problem(
        "photo-too-large", 413,
        f"照片{size / 1e6:.0f} MB，上限{MAX_BYTES / 1e6:.0f} MB；请用手机的“小”或“中”尺寸重拍。 / The photo has "
        f"{size / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB; take it again in a smaller size.",
    )  # fmt: skip


def small_jpeg(data: bytes) -> tuple[bytes, int, int]:
    """JPEG of at most 1600 px on its long side without any metadata, its width and height.

    Raises a problem for what is no picture, or one so large that reading it would take the server's memory.
    """
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise too_large(len(data))
            picture.draft("RGB", (LONG_SIDE_PX, LONG_SIDE_PX))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Problem(
            "not-a-photo",
            422,
            "不是可读的照片（JPEG、PNG、WebP）。 / This is no readable photo (JPEG, PNG, WebP).",
        ) from error
    upright.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), bare.width, bare.height


def keep(session: Session, stop: InspectionStop, key: uuid.UUID, data: bytes) -> tuple[InspectionPhoto, bool]:
    """Store a photo of a stop under the client's id; the same one sent again is not doubled (False)."""
    digest = hashlib.sha256(data).hexdigest()
    held = session.get(InspectionPhoto, (stop.subdistrict_code, key))
    if held is not None:
        if held.sha256 != digest or held.stop_id != stop.id:
            raise conflict("id-used", "此编号已用于另一张照片。 / This id holds another photo.")
        return held, False
    jpeg, width, height = small_jpeg(data)
    photo = InspectionPhoto(
        subdistrict_code=stop.subdistrict_code, id=key, inspection_id=stop.inspection_id, stop_id=stop.id, jpeg=jpeg,
        width=width, height=height, sha256=digest,
    )  # fmt: skip
    session.add(photo)
    session.flush()
    return photo, True


def photo_of(session: Session, subdistrict: str, key: uuid.UUID) -> InspectionPhoto:
    found = session.get(InspectionPhoto, (subdistrict, key))
    if found is None:
        raise not_found("照片", str(key))
    return found
