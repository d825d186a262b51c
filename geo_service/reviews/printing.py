"""The bulletin as PDF without dates of its own; a machine without a browser gets the page instead."""

from __future__ import annotations

import re

from geo_service.inspections import printing
from geo_service.problems import Problem

NO_BROWSER = (
    "未能生成 PDF（没有可用的浏览器）；请打开 bulletin.html 或 bulletin.docx 打印。 / "
    "No PDF was made, for want of a browser; print bulletin.html or bulletin.docx instead."
)


def pdf_of(page: str) -> bytes | None:
    """The page as PDF; None where no browser is there or it fails."""
    try:
        return undated(printing.to_pdf(page))
    except Problem:
        return None


def undated(content: bytes) -> bytes:
    """The same PDF with its creation and change dates set to one day: equal pages are equal bytes.

    >>> undated(b"/CreationDate (D:20260331101112+00'00')")
    b"/CreationDate (D:20000101000000+00'00')"
    """
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>20000101000000", content)
