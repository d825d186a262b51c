"""The monthly review: inputs frozen, scores computed exactly, published, corrected with a reason."""

from __future__ import annotations
