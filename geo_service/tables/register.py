"""Dwellings, rooms, tags and registrations. A registration is a keyed hash, a dwelling and two dates: no person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo_service.tables.base import CODE, NAME, WORD, Base, Tenant, belongs_to, col, key, one_of

DWELLING_USES = ("owner_occupied", "rented", "long_term_rental", "dormitory", "group_renting", "other")
RENTED_USES = ("rented", "long_term_rental", "dormitory", "group_renting")
DWELLING_STATUSES = ("occupied", "vacant", "retired")
ROOM_PURPOSES = ("living", "kitchen", "bathroom", "balcony", "storage")
DWELLING_TAGS = (
    "fire_risk",
    "structure_risk",
    "partitioned",
    "dormitory",
    "vacant",
    "illegal_structure",
    "residential_to_other",
    "other_to_residential",
    "group_rental",
)


class Dwelling(Tenant, Base):
    __tablename__ = "dwelling"
    __table_args__ = (
        belongs_to("building", "building_code=code"),
        CheckConstraint(one_of("use", *DWELLING_USES), name="use"),
        CheckConstraint(one_of("status", *DWELLING_STATUSES), name="status"),
        CheckConstraint("retired_on IS NULL OR created_on IS NULL OR retired_on >= created_on", name="dates"),
        CheckConstraint("floor_area_m2 IS NULL OR floor_area_m2 > 0", name="floor_area"),
        Index("ix_dwelling_building", "subdistrict_code", "building_code"),
        {"comment": "房屋(室) / dwelling"},
    )

    code: Mapped[str] = key(CODE, "房屋编码 / dwelling code")
    building_code: Mapped[str] = col(CODE, "楼栋 / building")
    address: Mapped[str | None] = col(NAME, "地址 / address of the place", null=True)
    room_number: Mapped[str | None] = col(NAME, "室号 / room number", null=True)
    floor_area_m2: Mapped[float | None] = col(Float, "面积(平方米) / floor area in m²", null=True)
    use: Mapped[str] = col(WORD, "用途 / use", server_default="owner_occupied")
    status: Mapped[str] = col(WORD, "状态 / status", server_default="occupied")
    created_on: Mapped[dt.date | None] = col(Date, "启用日 / code created on", null=True)
    retired_on: Mapped[dt.date | None] = col(Date, "停用日 / code retired on", null=True)
    successor_code: Mapped[str | None] = col(CODE, "后继编码 / successor code", null=True)
    rental_filing: Mapped[str | None] = col(CODE, "租赁备案号 / rental filing number", null=True)
    duplicate_records: Mapped[int] = col(
        Integer, "重复登记数 / duplicate records counted at the last snapshot (FS-2)", server_default="0"
    )
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)


class DwellingState(Tenant, Base):
    """What a dwelling was, dated, so that a change today does not rewrite the months before."""

    __tablename__ = "dwelling_state"
    __table_args__ = (
        belongs_to("dwelling", "dwelling_code=code", ondelete="CASCADE"),
        Index("ix_dwelling_state_building", "subdistrict_code", "building_code"),
        {"comment": "房屋状态沿革，由触发器维护 / dated states of a dwelling, kept by trigger"},
    )

    dwelling_code: Mapped[str] = key(CODE, "房屋 / dwelling")
    valid_from: Mapped[dt.date] = key(Date, "起始日 / from")
    building_code: Mapped[str] = col(CODE, "当时楼栋 / building at that time")
    use: Mapped[str] = col(WORD, "用途 / use")
    status: Mapped[str] = col(WORD, "状态 / status")


class Room(Tenant, Base):
    __tablename__ = "room"
    __table_args__ = (
        belongs_to("dwelling", "dwelling_code=code", ondelete="CASCADE"),
        CheckConstraint("area_m2 > 0", name="area"),
        CheckConstraint(one_of("purpose", *ROOM_PURPOSES), name="purpose"),
        Index("ix_room_dwelling", "subdistrict_code", "dwelling_code"),
        {"comment": "房间 / room of a dwelling, for the letting limits (EX-1)"},
    )

    code: Mapped[str] = key(CODE, "房间编码 / room code")
    dwelling_code: Mapped[str] = col(CODE, "房屋 / dwelling")
    area_m2: Mapped[float] = col(Float, "使用面积(平方米) / usable area in m²")
    purpose: Mapped[str] = col(WORD, "原设计用途 / purpose as designed", server_default="living")
    partitioned: Mapped[bool] = col(Boolean, "分隔搭建 / partitioned", server_default="false")
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)


class DwellingTag(Tenant, Base):
    __tablename__ = "dwelling_tag"
    __table_args__ = (
        belongs_to("dwelling", "dwelling_code=code", ondelete="CASCADE"),
        CheckConstraint(one_of("tag", *DWELLING_TAGS), name="tag"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        {"comment": "房屋标签，只描述房屋 / tag about the place, dated, closed vocabulary (SL-17)"},
    )

    dwelling_code: Mapped[str] = key(CODE, "房屋 / dwelling")
    tag: Mapped[str] = key(WORD, "标签 / tag")
    valid_from: Mapped[dt.date] = key(Date, "起始日 / from")
    valid_to: Mapped[dt.date | None] = col(Date, "终止日 / to", null=True)


class TenantOfBuilding:
    """Tenancy of the largest tables and their counts: it lies in the building that a row stands at, which a trigger
    sees to once per statement (0002_places.sql). Foreign keys, row by row, were a third of every load."""

    subdistrict_code: Mapped[str] = mapped_column(
        String(12), primary_key=True, sort_order=-10, comment="街道(镇)代码 / subdistrict code"
    )


class Registration(TenantOfBuilding, Base):
    """One record of the source register, known here only by its keyed hash. Triggers see to its building."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
        Index("ix_registration_building", "subdistrict_code", "building_code"),
        Index("ix_registration_dwelling", "subdistrict_code", "dwelling_code"),
        {"comment": "居住登记(仅密钥散列) / registration of residence, as a keyed hash"},
    )

    record_hash: Mapped[bytes] = key(LargeBinary, "登记号的密钥散列 / keyed hash of the source record number")
    key_id: Mapped[str] = col(WORD, "密钥编号 / id of the hashing key")
    source_dwelling_code: Mapped[str] = col(CODE, "来源房屋编码 / dwelling code as in the source")
    dwelling_code: Mapped[str | None] = col(
        CODE, "匹配到的房屋 / dwelling where it resolves (FS-1)", null=True
    )
    building_code: Mapped[str] = col(CODE, "楼栋(含未定位) / building, or the committee's unlocated one")
    since: Mapped[dt.date] = col(Date, "登记日 / since")
    until: Mapped[dt.date | None] = col(Date, "注销日(不含) / until, exclusive", null=True)
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)


class LoadBatch(Tenant, Base):
    __tablename__ = "load_batch"
    __table_args__ = ({"comment": "导入批次 / one load of one file: who, what, how many, undone or not"},)

    id: Mapped[int] = key(BigInteger, "编号 / id", server_default=Identity(always=False))
    kind: Mapped[str] = col(WORD, "类型 / kind of file")
    mode: Mapped[str] = col(WORD, "全量或增量 / snapshot or delta")
    file_name: Mapped[str] = col(NAME, "文件名 / file name")
    file_sha256: Mapped[str] = col(String(64), "文件摘要 / SHA-256 of the file")
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    started_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "开始 / started", server_default=func.now()
    )
    finished_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "结束 / finished", null=True)
    counts: Mapped[dict[str, Any]] = col(
        JSONB, "计数 / counts: read, added, changed, closed, rejected", server_default="{}"
    )
    undone_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "撤销 / undone at", null=True)


class LoadRow(Tenant, Base):
    """What a load changed, row by row, so that it can be undone exactly. Pruned after the retention period."""

    __tablename__ = "load_row"
    __table_args__ = (
        belongs_to("load_batch", "batch_id=id", ondelete="CASCADE"),
        {"comment": "批次前像，供撤销 / before-images of a load, for undo"},
    )

    batch_id: Mapped[int] = key(BigInteger, "批次 / load batch")
    table_name: Mapped[str] = key(WORD, "表 / table")
    row_key: Mapped[str] = key(String(120), "行键 / key of the row")
    before: Mapped[dict[str, Any] | None] = col(
        JSONB, "原值，新增为空 / row before; null for an added one", null=True
    )


class SourceList(Tenant, Base):
    __tablename__ = "source_list"
    __table_args__ = (
        Index("ix_source_list_dwelling", "subdistrict_code", "dwelling_code"),
        {"comment": "外部房源清单 / dwelling list of another office (SL-15, SL-20)"},
    )

    source: Mapped[str] = key(WORD, "来源 / source")
    as_of: Mapped[dt.date] = key(Date, "截至 / as of")
    row: Mapped[int] = key(Integer, "行 / row in the list", autoincrement=False)
    dwelling_code: Mapped[str | None] = col(CODE, "匹配房屋 / dwelling it resolves to", null=True)
    source_dwelling_code: Mapped[str | None] = col(
        CODE, "来源房屋编码 / dwelling code as in the source", null=True
    )
    address: Mapped[str | None] = col(NAME, "地址 / address of the place", null=True)
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)
