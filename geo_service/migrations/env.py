"""Alembic's entry: online only, as the owner role, against the URL that ``database.py`` passes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

from geo_service.tables import Base

SPATIAL = {"spatial_ref_sys", "geography_columns", "geometry_columns"}


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name in SPATIAL)


engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    connection.execute(text("SET ROLE wangge_owner"))
    connection.commit()
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, include_name=include_name
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
