"""Areas, buildings and what is drawn beneath them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from geo_service.tables.base import (
    CODE,
    NAME,
    WORD,
    Base,
    Tenant,
    belongs_to,
    col,
    feature_id,
    key,
    one_of,
    served_shape,
    shape,
)

AREA_KINDS = ("subdistrict", "zone", "block", "police_station", "committee")
BUILDING_KINDS = ("building", "site", "unlocated")


class Subdistrict(Base):
    __tablename__ = "subdistrict"
    __table_args__ = {"comment": "街道(镇)，租户 / subdistrict or town, the tenant"}

    code: Mapped[str] = key(String(12), "代码 / code")
    name: Mapped[str] = col(NAME, "名称 / name")
    name_en: Mapped[str | None] = col(NAME, "英文名称 / English name", null=True)
    district_code: Mapped[str | None] = col(String(12), "区代码 / district code", null=True)
    district_name: Mapped[str | None] = col(NAME, "区名称 / district name", null=True)
    metric_srid: Mapped[int] = col(Integer, "米制坐标系 / metric CRS (EPSG)", server_default="4549")
    rules: Mapped[str | None] = col(WORD, "所用规则 / rule set in use", null=True)


class Area(Tenant, Base):
    """A committee's, zone's, block's, police station's area as received; never redrawn, only succeeded."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(one_of("kind", *AREA_KINDS), name="kind"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        CheckConstraint("geom IS NULL OR ST_IsValid(geom)", name="geom_valid"),
        ExcludeConstraint(
            (text("subdistrict_code"), "="),
            (text("kind"), "="),
            (text("code"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_area_validity",
            using="gist",
        ),
        Index("ix_area_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        {
            "comment": "区域：片区、区块、派出所辖区、居委会 / areas: zone, block, police-station area, committee"
        },
    )

    kind: Mapped[str] = key(WORD, "类型 / kind")
    code: Mapped[str] = key(CODE, "代码 / code")
    valid_from: Mapped[dt.date] = key(Date, "起始日 / valid from", server_default="1949-10-01")
    valid_to: Mapped[dt.date | None] = col(Date, "终止日(不含) / valid to, exclusive", null=True)
    fid: Mapped[int] = feature_id()
    name: Mapped[str] = col(NAME, "名称 / name")
    name_en: Mapped[str | None] = col(NAME, "英文名称 / English name", null=True)
    parent_code: Mapped[str | None] = col(CODE, "上级代码 / parent", null=True)
    zone_code: Mapped[str | None] = col(CODE, "片区 / zone", null=True)
    block_code: Mapped[str | None] = col(CODE, "区块 / block", null=True)
    station_code: Mapped[str | None] = col(CODE, "派出所 / police-station area", null=True)
    geom: Mapped[Any | None] = shape("MULTIPOLYGON", "接收的边界 / boundary as received", null=True)
    geom_3857: Mapped[Any | None] = served_shape("MULTIPOLYGON")


class Compound(Tenant, Base):
    __tablename__ = "compound"
    __table_args__ = {"comment": "小区、里弄 / compound or lane"}

    code: Mapped[str] = key(CODE, "代码 / code")
    name: Mapped[str] = col(NAME, "名称 / name")
    kind: Mapped[str | None] = col(WORD, "类型 / kind", null=True)
    committee_code: Mapped[str | None] = col(CODE, "居委会 / committee", null=True)
    geom: Mapped[Any | None] = shape("MULTIPOLYGON", "范围 / extent", null=True)


class Building(Tenant, Base):
    """A footprint; a ``site`` (shed, dormitory) has at most a point; each committee has one ``unlocated`` without."""

    __tablename__ = "building"
    __table_args__ = (
        CheckConstraint(one_of("kind", *BUILDING_KINDS), name="kind"),
        CheckConstraint(
            "demolished_on IS NULL OR built_on IS NULL OR demolished_on >= built_on", name="dates"
        ),
        CheckConstraint("geom IS NULL OR ST_IsValid(geom)", name="geom_valid"),
        CheckConstraint("(kind = 'building') <= (geom IS NOT NULL)", name="has_footprint"),
        CheckConstraint("floors IS NULL OR floors BETWEEN 0 AND 200", name="floors"),
        Index("ix_building_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        Index("ix_building_geom_3857", "subdistrict_code", "geom_3857", postgresql_using="gist"),
        Index("ix_building_committee", "subdistrict_code", "committee_code"),
        {"comment": "楼栋 / building: footprint, site without one, or unlocated"},
    )

    code: Mapped[str] = key(CODE, "楼栋代码 / building code")
    fid: Mapped[int] = feature_id()
    kind: Mapped[str] = col(
        WORD, "类型：楼栋、部位、未定位 / building, site or unlocated", server_default="building"
    )
    name: Mapped[str | None] = col(NAME, "名称 / name", null=True)
    address: Mapped[str | None] = col(NAME, "地址 / address of the place", null=True)
    house_number: Mapped[str | None] = col(WORD, "门牌号 / house number", null=True)
    compound_code: Mapped[str | None] = col(CODE, "小区 / compound", null=True)
    committee_code: Mapped[str | None] = col(CODE, "居委会 / committee", null=True)
    use: Mapped[str | None] = col(WORD, "用途 / use", null=True)
    floors: Mapped[int | None] = col(Integer, "层数 / floors", null=True)
    height_m: Mapped[float | None] = col(Float, "高度(米) / height in metres", null=True)
    built_on: Mapped[dt.date | None] = col(Date, "建成日 / built on", null=True)
    demolished_on: Mapped[dt.date | None] = col(Date, "拆除日 / demolished on", null=True)
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)
    geom: Mapped[Any | None] = shape("GEOMETRY", "占地图形或点 / footprint, or a point for a site", null=True)
    geom_3857: Mapped[Any | None] = served_shape("GEOMETRY")


class Barrier(Tenant, Base):
    __tablename__ = "barrier"
    __table_args__ = (
        Index("ix_barrier_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        {"comment": "道路、河流、围墙 / roads, rivers and walls, with class"},
    )

    id: Mapped[int] = key(BigInteger, "编号 / id", autoincrement=False)
    kind: Mapped[str] = col(WORD, "等级 / class")
    name: Mapped[str | None] = col(NAME, "名称 / name", null=True)
    width_m: Mapped[float | None] = col(Float, "宽度(米) / width in metres", null=True)
    geom: Mapped[Any] = shape("MULTILINESTRING", "中心线 / centre line")


class Backdrop(Tenant, Base):
    __tablename__ = "backdrop"
    __table_args__ = (
        Index("ix_backdrop_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        {"comment": "底图：水面、绿地 / backdrop of the map: water and green"},
    )

    id: Mapped[int] = key(BigInteger, "编号 / id", autoincrement=False)
    kind: Mapped[str] = col(WORD, "类型 / kind")
    name: Mapped[str | None] = col(NAME, "名称 / name", null=True)
    geom: Mapped[Any] = shape("MULTIPOLYGON", "图形 / geometry")


class Organisation(Tenant, Base):
    __tablename__ = "organisation"
    __table_args__ = (
        belongs_to("building", "building_code=code"),
        {"comment": "实有单位 / employer or operator at a building"},
    )

    code: Mapped[str] = key(CODE, "代码 / code")
    name: Mapped[str] = col(NAME, "单位名称 / name of the organisation")
    kind: Mapped[str] = col(WORD, "类型 / kind")
    building_code: Mapped[str | None] = col(CODE, "楼栋 / building", null=True)
    valid_from: Mapped[dt.date | None] = col(Date, "起始日 / from", null=True)
    valid_to: Mapped[dt.date | None] = col(Date, "终止日 / to", null=True)


class KeySite(Tenant, Base):
    """A rental site that several departments look after; it may span buildings."""

    __tablename__ = "key_site"
    __table_args__ = (
        CheckConstraint("closed_on IS NULL OR opened_on IS NULL OR closed_on >= opened_on", name="dates"),
        CheckConstraint("geom IS NULL OR ST_IsValid(geom)", name="geom_valid"),
        Index("ix_key_site_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        {"comment": "重点部位(出租房等) / key rental site"},
    )

    code: Mapped[str] = key(CODE, "代码 / code")
    fid: Mapped[int] = feature_id()
    name: Mapped[str] = col(NAME, "名称 / name")
    kind: Mapped[str] = col(WORD, "类型 / kind")
    operator_code: Mapped[str | None] = col(CODE, "经营单位 / operating organisation", null=True)
    committee_code: Mapped[str | None] = col(CODE, "居委会 / committee", null=True)
    opened_on: Mapped[dt.date | None] = col(Date, "启用日 / opened on", null=True)
    closed_on: Mapped[dt.date | None] = col(Date, "关闭日 / closed on", null=True)
    listed_from: Mapped[dt.date | None] = col(Date, "挂牌起 / listed from", null=True)
    listed_to: Mapped[dt.date | None] = col(Date, "挂牌止 / listed to", null=True)
    visit_interval_days: Mapped[int | None] = col(Integer, "走访间隔(天) / visit interval in days", null=True)
    same_day: Mapped[bool] = col(Boolean, "当日办结部位 / same-day place (SG-2)", server_default="false")
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)
    geom: Mapped[Any | None] = shape("GEOMETRY", "范围或点 / polygon or point", null=True)
    geom_3857: Mapped[Any | None] = served_shape("GEOMETRY")


class KeySiteBuilding(Tenant, Base):
    __tablename__ = "key_site_building"
    __table_args__ = (
        belongs_to("key_site", "site_code=code", ondelete="CASCADE"),
        belongs_to("building", "building_code=code"),
        {"comment": "重点部位所含楼栋 / buildings of a key site, dated"},
    )

    site_code: Mapped[str] = key(CODE, "部位 / key site")
    building_code: Mapped[str] = key(CODE, "楼栋 / building")
    valid_from: Mapped[dt.date] = key(Date, "起始日 / from", server_default="1949-10-01")
    valid_to: Mapped[dt.date | None] = col(Date, "终止日 / to", null=True)
