"""Drawing over the database: plots, drafts, operations, publishing. ``grids.boundaries`` decides, this stores."""

from __future__ import annotations

from geo_service.drawing.drafts import first_drawing, start_draft
from geo_service.drawing.ground import make_plot_set
from geo_service.drawing.publishing import preview, publish
from geo_service.drawing.steps import apply, redo, undo
from geo_service.drawing.store import Loaded, load

__all__ = [
    "Loaded", "apply", "first_drawing", "load", "make_plot_set", "preview", "publish", "redo", "start_draft", "undo",
]  # fmt: skip
