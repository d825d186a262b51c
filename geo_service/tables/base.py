"""What every table shares: naming of constraints, tenancy in the primary key, columns commented in both languages."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Computed, ForeignKey, ForeignKeyConstraint, Identity, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

CODE = String(40)
WORD = String(32)
NAME = String(200)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


def col(kind: Any, comment: str, *args: Any, **options: Any) -> Any:
    """A column with its comment 「中文 / English」; ``null=True`` where absence has a meaning."""
    nullable = options.pop("null", False)
    return mapped_column(kind, *args, comment=comment, nullable=nullable, **options)


def key(kind: Any, comment: str, **options: Any) -> Any:
    """A column of the primary key."""
    return mapped_column(kind, primary_key=True, comment=comment, **options)


def shape(kind: str, comment: str, *, null: bool = False) -> Any:
    """A geometry in EPSG:4326 (lon, lat). Its GiST index is composite and stands in the migration."""
    return mapped_column(Geometry(kind, srid=4326, spatial_index=False), comment=comment, nullable=null)


def served_shape(kind: str) -> Any:
    """The same geometry in EPSG:3857, kept by the database, so that a tile transforms nothing."""
    return mapped_column(
        Geometry(kind, srid=3857, spatial_index=False),
        Computed("ST_Transform(geom, 3857)", persisted=True),
        comment="图形(3857)，供瓦片 / geometry in EPSG:3857 for tiles, generated",
        nullable=True,
    )


def feature_id() -> Any:
    """A stable integer for vector tiles, beside the code that people use."""
    return mapped_column(
        BigInteger,
        Identity(always=True),
        unique=True,
        comment="要素编号 / integer feature id of vector tiles",
    )


class Tenant:
    """Every row belongs to one subdistrict; row-level security and a later sharding rest on this column."""

    subdistrict_code: Mapped[str] = mapped_column(
        String(12),
        ForeignKey("subdistrict.code"),
        primary_key=True,
        sort_order=-10,
        comment="街道(镇)代码 / subdistrict code",
    )


def belongs_to(
    table: str, *columns: str, ondelete: str | None = None, deferrable: bool = False
) -> ForeignKeyConstraint:
    """Foreign key inside the subdistrict: (subdistrict_code, columns…) → the same of ``table``.

    A column may be written ``local=remote`` where the names differ.
    """
    pairs = [c.split("=") if "=" in c else [c, c] for c in columns]
    return ForeignKeyConstraint(
        ["subdistrict_code", *[p[0] for p in pairs]],
        [f"{table}.subdistrict_code", *[f"{table}.{p[1]}" for p in pairs]],
        ondelete=ondelete,
        deferrable=deferrable or None,
        initially="DEFERRED" if deferrable else None,
    )


def one_of(column: str, *values: str) -> str:
    """SQL of a closed vocabulary."""
    return f"{column} IN ({', '.join(repr(v) for v in values)})"
