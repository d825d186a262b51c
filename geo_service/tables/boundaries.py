"""Plots, drawings and their history. A micro-grid is a set of plots; its polygon is derived."""

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
    Index,
    Integer,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
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

VERSION_STATUSES = ("draft", "published", "withdrawn")
TEAM_ROLES = ("leader", "officer", "auxiliary", "other")


class PlotSet(Tenant, Base):
    __tablename__ = "plot_set"
    __table_args__ = ({"comment": "地块集，不可更改 / an immutable tiling of the town by plots"},)

    id: Mapped[int] = key(Integer, "编号 / id", autoincrement=False)
    parent_id: Mapped[int | None] = col(Integer, "前一集 / set it was derived from", null=True)
    reason: Mapped[str] = col(NAME, "来由 / why it was made")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )
    report: Mapped[dict[str, Any]] = col(JSONB, "报告 / report of the making", server_default="{}")


class Plot(Tenant, Base):
    __tablename__ = "plot"
    __table_args__ = (
        belongs_to("plot_set", "plot_set_id=id"),
        CheckConstraint("ST_IsValid(geom)", name="geom_valid"),
        Index("ix_plot_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        Index(
            "uq_plot_building",
            "subdistrict_code",
            "plot_set_id",
            "building_code",
            unique=True,
            postgresql_where=text("building_code IS NOT NULL"),
        ),
        {"comment": "地块 / plot: the ground of one building, or empty ground"},
    )

    plot_set_id: Mapped[int] = key(Integer, "地块集 / plot set")
    plot_id: Mapped[int] = key(BigInteger, "地块 / plot", autoincrement=False)
    building_code: Mapped[str | None] = col(CODE, "楼栋 / its building, if any", null=True)
    committee_code: Mapped[str] = col(CODE, "所在居委会 / committee as first tiled")
    block_id: Mapped[int | None] = col(Integer, "街坊 / block between barriers", null=True)
    compound_code: Mapped[str | None] = col(CODE, "小区 / compound", null=True)
    area_m2: Mapped[float] = col(Float, "面积(平方米) / area in m²")
    geom: Mapped[Any] = shape("MULTIPOLYGON", "图形 / geometry")


class PlotLineage(Tenant, Base):
    __tablename__ = "plot_lineage"
    __table_args__ = (
        belongs_to("plot", "plot_set_id", "plot_id"),
        {"comment": "地块沿革 / how the plots of a set come from an earlier one's"},
    )

    plot_set_id: Mapped[int] = key(Integer, "地块集 / plot set")
    plot_id: Mapped[int] = key(BigInteger, "地块 / plot", autoincrement=False)
    parent_plot_set_id: Mapped[int] = key(Integer, "原地块集 / earlier set")
    parent_plot_id: Mapped[int] = key(BigInteger, "原地块 / earlier plot", autoincrement=False)
    area_share: Mapped[float] = col(Float, "占原地块面积比 / share of the earlier plot's area, 0–1")


class BoundaryVersion(Tenant, Base):
    """Draft → published from the first of a month; at most one published version on any day."""

    __tablename__ = "boundary_version"
    __table_args__ = (
        belongs_to("plot_set", "plot_set_id=id"),
        CheckConstraint(one_of("status", *VERSION_STATUSES), name="status"),
        CheckConstraint("valid_from IS NULL OR extract(day FROM valid_from) = 1", name="from_first_of_month"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        CheckConstraint("(status = 'published') <= (valid_from IS NOT NULL)", name="published_has_date"),
        ExcludeConstraint(
            (text("subdistrict_code"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            where=text("status = 'published'"),
            name="ex_boundary_version_in_force",
            using="gist",
        ),
        {"comment": "划格版本 / boundary version: draft, in force, past"},
    )

    id: Mapped[int] = key(Integer, "编号 / id", autoincrement=False)
    name: Mapped[str] = col(NAME, "名称 / name")
    status: Mapped[str] = col(WORD, "状态 / status", server_default="draft")
    plot_set_id: Mapped[int] = col(Integer, "地块集 / plot set")
    parent_id: Mapped[int | None] = col(Integer, "来自版本 / version it started from", null=True)
    committee_code: Mapped[str | None] = col(
        CODE, "仅某居委会的草案 / draft of one committee (XJ-13)", null=True
    )
    scheme: Mapped[str] = col(WORD, "编码方案 / code scheme", server_default="15")
    target: Mapped[float] = col(Float, "目标人数 / residents aimed at per grid", server_default="1500")
    valid_from: Mapped[dt.date | None] = col(Date, "生效 / in force from", null=True)
    valid_to: Mapped[dt.date | None] = col(Date, "失效(不含) / until, exclusive", null=True)
    revision: Mapped[int] = col(
        Integer, "修订号，乐观锁 / revision for optimistic locking", server_default="0"
    )
    last_key: Mapped[str | None] = col(
        String(80), "最后一步的幂等键 / idempotency key of the last step", null=True
    )
    created_by: Mapped[str | None] = col(WORD, "创建账号 / account", null=True)
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )
    published_by: Mapped[str | None] = col(WORD, "发布账号 / published by", null=True)
    published_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "发布 / published at", null=True)


class MicroGrid(Tenant, Base):
    __tablename__ = "micro_grid"
    __table_args__ = (
        belongs_to("boundary_version", "version_id=id", ondelete="CASCADE"),
        CheckConstraint("geom IS NULL OR ST_IsValid(geom)", name="geom_valid"),
        Index("ix_micro_grid_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        Index("ix_micro_grid_geom_3857", "subdistrict_code", "geom_3857", postgresql_using="gist"),
        {"comment": "微网格 / micro-grid of a version; polygon derived from plots"},
    )

    version_id: Mapped[int] = key(Integer, "版本 / version")
    code: Mapped[str] = key(CODE, "代码 / code")
    fid: Mapped[int] = feature_id()
    name: Mapped[str] = col(NAME, "名称 / name")
    committee_code: Mapped[str] = col(CODE, "居委会 / committee")
    locked: Mapped[bool] = col(Boolean, "已锁定 / locked", server_default="false")
    changed_in: Mapped[int] = col(
        Integer, "最后改动的修订 / revision that last changed it", server_default="0"
    )
    area_m2: Mapped[float | None] = col(Float, "面积(平方米) / area in m²", null=True)
    geom: Mapped[Any | None] = shape("MULTIPOLYGON", "图形 / derived polygon", null=True)
    geom_3857: Mapped[Any | None] = served_shape("MULTIPOLYGON")


class PlotAssignment(Tenant, Base):
    __tablename__ = "plot_assignment"
    __table_args__ = (
        belongs_to("micro_grid", "version_id", "grid_code=code", ondelete="CASCADE", deferrable=True),
        Index("ix_plot_assignment_grid", "subdistrict_code", "version_id", "grid_code"),
        {"comment": "地块归属 / which grid and committee a plot belongs to in a version"},
    )

    version_id: Mapped[int] = key(Integer, "版本 / version")
    plot_id: Mapped[int] = key(BigInteger, "地块 / plot", autoincrement=False)
    grid_code: Mapped[str] = col(CODE, "微网格 / micro-grid")
    committee_code: Mapped[str] = col(CODE, "居委会 / committee")


class BoundaryOperation(Tenant, Base):
    __tablename__ = "boundary_operation"
    __table_args__ = (
        belongs_to("boundary_version", "version_id=id", ondelete="CASCADE"),
        {"comment": "划格操作，可撤销 / undoable log of drawing operations"},
    )

    version_id: Mapped[int] = key(Integer, "版本 / version")
    seq: Mapped[int] = key(Integer, "序号 / sequence", autoincrement=False)
    kind: Mapped[str] = col(WORD, "操作 / operation")
    params: Mapped[dict[str, Any]] = col(JSONB, "参数 / parameters", server_default="{}")
    effect: Mapped[dict[str, Any]] = col(
        JSONB, "改动前后 / what changed, before and after", server_default="{}"
    )
    revision: Mapped[int] = col(Integer, "所成修订 / revision it made")
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / at", server_default=func.now())
    undone: Mapped[bool] = col(Boolean, "已撤销 / undone", server_default="false")


class GridLineage(Tenant, Base):
    __tablename__ = "grid_lineage"
    __table_args__ = (
        belongs_to("boundary_version", "version_id=id", ondelete="CASCADE"),
        {"comment": "网格沿革 / parents of a grid by residents and area"},
    )

    version_id: Mapped[int] = key(Integer, "版本 / version")
    grid_code: Mapped[str] = key(CODE, "网格 / grid")
    parent_version_id: Mapped[int] = key(Integer, "原版本 / parent version", autoincrement=False)
    parent_grid_code: Mapped[str] = key(CODE, "原网格 / parent grid")
    residents: Mapped[int] = col(Integer, "随迁人数 / residents that came along")
    residents_share: Mapped[float | None] = col(
        Float, "占原网格人数比 / share of the parent's residents", null=True
    )
    area_share: Mapped[float] = col(Float, "占原网格面积比 / share of the parent's area")


class VersionBuilding(Tenant, Base):
    """Frozen at publishing; figures use only this. A later building is appended by its representative point."""

    __tablename__ = "version_building"
    __table_args__ = (
        belongs_to("boundary_version", "version_id=id", ondelete="CASCADE"),
        belongs_to("building", "building_code=code"),
        Index("ix_version_building_grid", "subdistrict_code", "version_id", "grid_code"),
        {"comment": "版本楼栋 / building → grid and committee in a version"},
    )

    version_id: Mapped[int] = key(Integer, "版本 / version")
    building_code: Mapped[str] = key(CODE, "楼栋 / building")
    grid_code: Mapped[str | None] = col(
        CODE, "微网格，未定位为空 / micro-grid; null for unlocated", null=True
    )
    committee_code: Mapped[str | None] = col(CODE, "居委会 / committee", null=True)


class GridTeam(Tenant, Base):
    __tablename__ = "grid_team"
    __table_args__ = (
        CheckConstraint(one_of("role", *TEAM_ROLES), name="role"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        {"comment": "网格小组 / grid team as role + account, dated (XJ-2)"},
    )

    grid_code: Mapped[str] = key(CODE, "微网格 / micro-grid")
    role: Mapped[str] = key(WORD, "角色 / role")
    account: Mapped[str] = key(WORD, "账号 / account")
    valid_from: Mapped[dt.date] = key(Date, "起始日 / from")
    valid_to: Mapped[dt.date | None] = col(Date, "终止日 / to", null=True)
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)


class AuthorityGrid(Tenant, Base):
    """Another department's drawing (城运), kept as received to be compared with ours."""

    __tablename__ = "authority_grid"
    __table_args__ = (
        Index("ix_authority_grid_geom", "subdistrict_code", "geom", postgresql_using="gist"),
        {"comment": "外部网格(城运) / another department's grid as received (XJ-1)"},
    )

    source: Mapped[str] = key(WORD, "来源 / source")
    code: Mapped[str] = key(CODE, "代码 / code")
    name: Mapped[str | None] = col(NAME, "名称 / name", null=True)
    committee_code: Mapped[str | None] = col(CODE, "居委会 / committee", null=True)
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)
    geom: Mapped[Any] = shape("MULTIPOLYGON", "图形 / geometry")


class AgreementDecision(Tenant, Base):
    __tablename__ = "agreement_decision"
    __table_args__ = ({"comment": "一致性裁定 / decision on a difference, signed off"},)

    version_id: Mapped[int] = key(Integer, "版本 / version", autoincrement=False)
    source: Mapped[str] = key(WORD, "来源 / source")
    difference: Mapped[str] = key(String(80), "差异编号 / difference")
    decision: Mapped[str] = col(WORD, "裁定：采用、保留 / adopt, keep, sign_off")
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / at", server_default=func.now())
