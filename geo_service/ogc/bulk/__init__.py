"""Features for bulk reading: CSV, lines of GeoJSON, JSON-FG, FlatGeobuf and GeoParquet, whole or by page."""

from geo_service.ogc.bulk.asking import FORMS, asked
from geo_service.ogc.bulk.sending import sent

__all__ = ["FORMS", "asked", "sent"]
