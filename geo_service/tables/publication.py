"""What leaves: releases, the change feed, a town's own layers."""

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from geo_service.tables.base import CODE, NAME, WORD, Base, Tenant, belongs_to, col, key, one_of, shape

#: Why a package may be handed over: a closed list (CV-12).
PURPOSES = ("city_operation", "joint_inspection", "planning", "statistics", "monthly_review", "audit")


class Release(Tenant, Base):
    __tablename__ = "release"
    __table_args__ = (
        Index("uq_release_month", "subdistrict_code", "audience", "month", "revision", unique=True),
        {"comment": "发布 / one release per audience and month, on one version"},
    )

    id: Mapped[int] = key(Integer, "发布号 / release number", autoincrement=False)
    audience: Mapped[str] = col(WORD, "对象 / audience", server_default="partner")
    month: Mapped[dt.date] = col(Date, "月份 / month")
    revision: Mapped[int] = col(Integer, "修订 / revision", server_default="0")
    version_id: Mapped[int] = col(Integer, "划格版本 / boundary version")
    plot_set_id: Mapped[int] = col(Integer, "地块集；发布块随之 / plot set whose release blocks it uses")
    reason: Mapped[str | None] = col(WORD, "修订原因(闭选) / why it was revised", null=True)
    computed_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "计算 / computed at", server_default=func.now()
    )
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    parameters: Mapped[dict[str, Any]] = col(JSONB, "隐匿参数 / suppression parameters", server_default="{}")
    checksum: Mapped[str | None] = col(String(64), "校验 / SHA-256 of the released values", null=True)


class ReleaseBlock(Tenant, Base):
    __tablename__ = "release_block"
    __table_args__ = (
        belongs_to("release", "release_id=id", ondelete="CASCADE"),
        Index("ix_release_block_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        {"comment": "发布块 / group of plots above the floor; published areas are unions of blocks"},
    )

    release_id: Mapped[int] = key(Integer, "发布 / release")
    block_id: Mapped[int] = key(Integer, "块 / block", autoincrement=False)
    committee_code: Mapped[str] = col(CODE, "居委会 / committee")
    grid_code: Mapped[str | None] = col(CODE, "微网格 / micro-grid", null=True)
    code: Mapped[str] = col(CODE, "块代码 / code of the block")
    cell_code: Mapped[str | None] = col(CODE, "H3 单元 / H3 cell that holds most of it", null=True)
    atoms: Mapped[dict[str, Any]] = col(JSONB, "各类指标的发布组 / per family, the atom it is published with")
    buildings: Mapped[list[str]] = col(ARRAY(CODE), "楼栋 / buildings")
    geom: Mapped[Any | None] = shape("MULTIPOLYGON", "图形 / geometry", null=True)


class ReleaseValue(Tenant, Base):
    __tablename__ = "release_value"
    __table_args__ = (
        belongs_to("release", "release_id=id", ondelete="CASCADE"),
        {"comment": "发布值 / published value of a measure, or withheld with its reason"},
    )

    release_id: Mapped[int] = key(Integer, "发布 / release")
    layer: Mapped[str] = key(WORD, "图层 / layer: micro-grid, committee, cell, subdistrict, atom")
    area_code: Mapped[str] = key(CODE, "区域 / area")
    measure: Mapped[str] = key(WORD, "指标 / measure")
    numerator: Mapped[float | None] = col(Float, "分子 / numerator", null=True)
    denominator: Mapped[float | None] = col(Float, "分母 / denominator", null=True)
    value: Mapped[float | None] = col(Float, "值 / value", null=True)
    withheld: Mapped[bool] = col(Boolean, "隐匿 / withheld", server_default="false")
    reason: Mapped[str | None] = col(WORD, "原因 / reason", null=True)
    as_of: Mapped[dt.date | None] = col(Date, "数值所属月份 / month that the value is of", null=True)


class DataVersion(Tenant, Base):
    __tablename__ = "data_version"
    __table_args__ = ({"comment": "数据版本 / a number per layer, bumped by trigger"},)

    layer: Mapped[str] = key(WORD, "图层 / layer")
    version: Mapped[int] = col(BigInteger, "版本 / version", server_default="1")
    changed_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "时间 / changed at", server_default=func.now()
    )


class Change(Tenant, Base):
    """Ordered and gap-free: the sequence number is taken in a deferred trigger, last in the transaction."""

    __tablename__ = "change"
    __table_args__ = ({"comment": "变更流水 / the ordered change feed"},)

    seq: Mapped[int] = key(BigInteger, "序号 / sequence", autoincrement=False)
    layer: Mapped[str] = col(WORD, "图层 / layer")
    feature_code: Mapped[str] = col(String(80), "要素 / feature")
    operation: Mapped[str] = col(WORD, "操作 / created, updated, deleted")
    before: Mapped[dict[str, Any] | None] = col(JSONB, "前 / properties before", null=True)
    after: Mapped[dict[str, Any] | None] = col(JSONB, "后 / properties after", null=True)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / at", server_default=func.now())


class PendingChange(Tenant, Base):
    """Changes of a transaction that has not yet ended; numbered and moved to ``change`` at its commit."""

    __tablename__ = "pending_change"
    __table_args__ = (
        Index("ix_pending_change_txid", "subdistrict_code", "txid"),
        {"comment": "待编号的变更 / changes waiting for their number at commit"},
    )

    id: Mapped[int] = key(BigInteger, "编号 / id", server_default=Identity(always=False))
    txid: Mapped[int] = col(BigInteger, "事务 / transaction")
    layer: Mapped[str] = col(WORD, "图层 / layer")
    feature_code: Mapped[str] = col(String(80), "要素 / feature")
    operation: Mapped[str] = col(WORD, "操作 / operation")
    before: Mapped[dict[str, Any] | None] = col(JSONB, "前 / before", null=True)
    after: Mapped[dict[str, Any] | None] = col(JSONB, "后 / after", null=True)


class PendingCommit(Tenant, Base):
    """One row per transaction and layer touched; its deferred trigger is the last thing before the commit."""

    __tablename__ = "pending_commit"
    __table_args__ = ({"comment": "事务触及的图层 / layers a transaction has touched"},)

    txid: Mapped[int] = key(BigInteger, "事务 / transaction", autoincrement=False)
    layer: Mapped[str] = key(WORD, "图层 / layer")


class TownLayer(Tenant, Base):
    __tablename__ = "town_layer"
    __table_args__ = ({"comment": "街镇自有图层 / a town's own table or view served as a collection"},)

    id: Mapped[str] = key(CODE, "图层 / collection id")
    relation: Mapped[str] = col(NAME, "表或视图 / schema.table")
    title_zh: Mapped[str] = col(NAME, "中文标题 / Chinese title")
    title_en: Mapped[str] = col(NAME, "英文标题 / English title")
    key_column: Mapped[str] = col(WORD, "主键列 / key column")
    geometry_column: Mapped[str] = col(WORD, "图形列 / geometry column")
    datetime_column: Mapped[str | None] = col(WORD, "时间列 / datetime column", null=True)
    properties: Mapped[list[Any]] = col(JSONB, "公开列 / columns that may leave", server_default="[]")
    audience: Mapped[str] = col(WORD, "对象 / who may read", server_default="partner")


class ChangeCursor(Tenant, Base):
    __tablename__ = "change_cursor"
    __table_args__ = ({"comment": "流水末号 / last sequence number taken"},)

    last_seq: Mapped[int] = col(BigInteger, "末号 / last number", server_default="0")


class Webhook(Tenant, Base):
    """What is delivered where. The signing secret is derived; ``secret`` holds only its salt and a mark to check it by."""

    __tablename__ = "webhook"
    __table_args__ = ({"comment": "推送订阅 / signed webhook subscription"},)

    id: Mapped[int] = key(Integer, "编号 / id", autoincrement=False)
    url: Mapped[str] = col(String(500), "地址 / URL")
    layers: Mapped[list[Any]] = col(JSONB, "图层 / layers", server_default="[]")
    secret: Mapped[str] = col(String(120), "签名密钥 / signing secret")
    last_seq: Mapped[int] = col(BigInteger, "已送达 / delivered up to", server_default="0")
    failures: Mapped[int] = col(Integer, "连续失败 / failures in a row", server_default="0")
    next_try_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "下次 / next try", null=True)
    active: Mapped[bool] = col(Boolean, "启用 / active", server_default="true")
    sending_to: Mapped[int | None] = col(
        BigInteger,
        "在送批次末号 / last number of the batch under way, so that a retry sends the same",
        null=True,
    )
    failing_since: Mapped[dt.datetime | None] = col(
        DateTime(timezone=True), "失败起 / failing since", null=True
    )
    dead_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "停送 / given up at", null=True)
    last_status: Mapped[str | None] = col(WORD, "最近结果 / outcome of the last attempt", null=True)
    last_sent_at: Mapped[dt.datetime | None] = col(
        DateTime(timezone=True), "最近送达 / last delivered at", null=True
    )
    created_by: Mapped[str | None] = col(WORD, "登记账号 / registered by", null=True)
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "登记 / registered at", server_default=func.now()
    )


class KeyLimit(Tenant, Base):
    """How often one machine key may ask, where the installation's own limit does not fit it."""

    __tablename__ = "key_limit"
    __table_args__ = (
        belongs_to("api_key", "key_id=id", ondelete="CASCADE"),
        CheckConstraint("per_minute >= 0 AND burst >= 1", name="rate"),
        {"comment": "密钥的访问限额 / rate limit of one machine key"},
    )

    key_id: Mapped[str] = key(WORD, "密钥编号 / id of the key")
    per_minute: Mapped[int] = col(Integer, "每分钟请求数，0为不限 / requests a minute, 0 for no limit")
    burst: Mapped[int] = col(Integer, "一次可连发 / requests at once")


class HandoverPackage(Tenant, Base):
    """A package as it was handed over, byte for byte; the same release over the same places is one package."""

    __tablename__ = "handover_package"
    __table_args__ = ({"comment": "交付包原件 / package of a month as handed over"},)

    sha256: Mapped[str] = key(String(64), "整包校验 / SHA-256 of the file")
    release_id: Mapped[int] = col(Integer, "发布 / release")
    month: Mapped[dt.date] = col(Date, "月份 / month")
    manifest: Mapped[dict[str, Any]] = col(JSONB, "清单 / manifest with checksums")
    content: Mapped[bytes] = col(LargeBinary, "文件 / the file")
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "制作 / made at", server_default=func.now())


class Provision(Tenant, Base):
    """Who was given what and why. Only grows: nothing is changed, and nothing leaves before three years."""

    __tablename__ = "provision"
    __table_args__ = (
        belongs_to("handover_package", "sha256"),
        CheckConstraint(one_of("purpose", *PURPOSES), name="purpose"),
        {"comment": "提供记录，存三年 / register of every bulk provision, kept 3 years"},
    )

    id: Mapped[int] = key(Integer, "编号 / id", autoincrement=False)
    recipient: Mapped[str] = col(NAME, "接收单位 / receiving organisation")
    what: Mapped[dict[str, Any]] = col(JSONB, "内容与校验 / contents with checksums")
    purpose: Mapped[str] = col(WORD, "用途(闭选) / purpose")
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / at", server_default=func.now())
    sha256: Mapped[str] = col(String(64), "整包校验 / SHA-256 of the file")
