"""CQL2 (text and JSON) to SQL with bound values. The parser is the ``cql2`` package; what may be said is decided here."""

from geo_service.ogc.cql2.parsing import parse_filter
from geo_service.ogc.cql2.translating import where

__all__ = ["parse_filter", "where"]
