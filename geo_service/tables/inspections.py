"""Joint inspections: plan, stops, findings about the place, measures."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from geo_service.tables.base import CODE, NAME, WORD, Base, Tenant, belongs_to, col, key, one_of

INSPECTION_STATES = ("draft", "planned", "under_way", "recorded", "closed", "cancelled")
FINDING_KINDS = (
    "group_rental",
    "illegal_structure",
    "residential_to_other",
    "other_to_residential",
    "over_2_per_room",
    "under_5m2",
    "non_residential_space",
    "partitioned",
    "let_by_bed",
    "fire_risk",
    "structure_risk",
    "not_filed",
    "register_mismatch",
)
MEASURE_STATES = ("open", "done", "closed", "overdue")


class Inspection(Tenant, Base):
    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint(one_of("state", *INSPECTION_STATES), name="state"),
        {"comment": "联合检查 / joint inspection"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    title: Mapped[str] = col(NAME, "名称 / title")
    day: Mapped[dt.date] = col(Date, "日期 / day")
    state: Mapped[str] = col(WORD, "状态 / state", server_default="draft")
    revision: Mapped[int] = col(Integer, "修订号 / revision for optimistic locking", server_default="0")
    leader: Mapped[str | None] = col(WORD, "牵头部门 / leading department", null=True)
    parties: Mapped[list[Any]] = col(JSONB, "参加部门 / departments", server_default="[]")
    teams: Mapped[list[Any]] = col(
        JSONB, "队伍、技能、时段 / teams with skills and windows", server_default="[]"
    )
    plan: Mapped[dict[str, Any]] = col(
        JSONB, "路线与未列入原因 / routes and why sites were left out", server_default="{}"
    )
    out_of_hours_reason: Mapped[str | None] = col(WORD, "时段外原因(闭选) / reason outside hours", null=True)
    second_approver: Mapped[str | None] = col(WORD, "第二批准人账号 / second approver", null=True)
    created_by: Mapped[str | None] = col(WORD, "创建账号 / account", null=True)
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )


class InspectionStop(Tenant, Base):
    __tablename__ = "inspection_stop"
    __table_args__ = (
        belongs_to("inspection", "inspection_id=id", ondelete="CASCADE"),
        Index("ix_inspection_stop_site", "subdistrict_code", "site_code"),
        {"comment": "检查点 / stop of an inspection"},
    )

    inspection_id: Mapped[uuid.UUID] = key(Uuid, "检查 / inspection")
    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    site_code: Mapped[str | None] = col(CODE, "重点部位 / key site", null=True)
    building_code: Mapped[str | None] = col(CODE, "楼栋 / building", null=True)
    dwelling_code: Mapped[str | None] = col(CODE, "房屋 / dwelling", null=True)
    team: Mapped[str | None] = col(WORD, "队伍 / team", null=True)
    position: Mapped[int | None] = col(Integer, "次序 / order in the route", null=True)
    arrive_at: Mapped[dt.datetime | None] = col(
        DateTime(timezone=True), "预计到达 / planned arrival", null=True
    )
    minutes: Mapped[int] = col(Integer, "时长(分) / duration in minutes", server_default="30")
    control: Mapped[bool] = col(Boolean, "对照抽样 / random control", server_default="false")
    reasons: Mapped[list[Any]] = col(JSONB, "入选原因 / reasons with weight, value, age", server_default="[]")
    score: Mapped[float | None] = col(Float, "排序分 / ranking score", null=True)
    outcome: Mapped[str | None] = col(WORD, "结果 / outcome", null=True)
    removed: Mapped[bool] = col(Boolean, "已移除 / removed", server_default="false")
    visited_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "到访 / visited at", null=True)
    received_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "收到 / received", null=True)


class Finding(Tenant, Base):
    """A fact about a place: a dwelling or one of its rooms."""

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint(one_of("kind", *FINDING_KINDS), name="kind"),
        Index("ix_finding_building", "subdistrict_code", "building_code", "found_on"),
        {"comment": "检查发现，只描述场所 / finding about a place"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "客户端生成的编号 / id made by the client")
    inspection_id: Mapped[uuid.UUID | None] = col(Uuid, "检查 / inspection", null=True)
    stop_id: Mapped[uuid.UUID | None] = col(Uuid, "检查点 / stop", null=True)
    building_code: Mapped[str] = col(CODE, "楼栋 / building")
    dwelling_code: Mapped[str | None] = col(CODE, "房屋 / dwelling", null=True)
    room_code: Mapped[str | None] = col(CODE, "房间 / room", null=True)
    kind: Mapped[str] = col(WORD, "种类 / kind")
    found_on: Mapped[dt.date] = col(Date, "日期 / found on")
    people: Mapped[int | None] = col(Integer, "居住人数 / people in the room, a count", null=True)
    area_m2: Mapped[float | None] = col(Float, "面积(平方米) / area in m²", null=True)
    kin: Mapped[bool | None] = col(
        Boolean, "赡养抚养例外，不导出 / kin exception of EX-1, never exported", null=True
    )
    note: Mapped[str | None] = col(String(120), "场所备注 / short note on the place", null=True)
    corrected_from: Mapped[dict[str, Any] | None] = col(JSONB, "更正前 / before a correction", null=True)
    received_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "收到 / received", server_default=func.now()
    )


class FindingPhoto(Tenant, Base):
    __tablename__ = "finding_photo"
    __table_args__ = (
        belongs_to("finding", "finding_id=id", ondelete="CASCADE"),
        {"comment": "照片，已缩小去位置 / photo, resized, without EXIF position"},
    )

    finding_id: Mapped[uuid.UUID] = key(Uuid, "发现 / finding")
    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    jpeg: Mapped[bytes] = col(LargeBinary, "图像 / JPEG")
    sha256: Mapped[str] = col(String(64), "摘要 / SHA-256")


class Measure(Tenant, Base):
    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint(one_of("state", *MEASURE_STATES), name="state"),
        Index("ix_measure_due", "subdistrict_code", "due_on"),
        {"comment": "整治措施 / measure with due date, re-visit, closure"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    inspection_id: Mapped[uuid.UUID | None] = col(Uuid, "检查 / inspection", null=True)
    finding_id: Mapped[uuid.UUID | None] = col(Uuid, "发现 / finding", null=True)
    site_code: Mapped[str | None] = col(CODE, "重点部位 / key site", null=True)
    building_code: Mapped[str | None] = col(CODE, "楼栋 / building", null=True)
    kind: Mapped[str] = col(WORD, "措施(闭选) / measure from the closed list")
    department: Mapped[str] = col(WORD, "责任部门 / department")
    due_on: Mapped[dt.date] = col(Date, "期限 / due")
    state: Mapped[str] = col(WORD, "状态 / state", server_default="open")
    revisit_on: Mapped[dt.date | None] = col(Date, "复查 / re-visit", null=True)
    closed_on: Mapped[dt.date | None] = col(Date, "办结 / closed", null=True)
    evidence: Mapped[dict[str, Any] | None] = col(JSONB, "办结依据 / evidence of closure", null=True)


class Ticket(Tenant, Base):
    __tablename__ = "ticket"
    __table_args__ = ({"comment": "城运联动工单 / outgoing ticket to the city-operation platform (SG-12)"},)

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    dwelling_code: Mapped[str] = col(CODE, "房屋 / dwelling")
    kind: Mapped[str] = col(WORD, "种类 / kind", server_default="no_access")
    state: Mapped[str] = col(WORD, "状态 / state", server_default="draft")
    decided_by: Mapped[str | None] = col(WORD, "决定账号 / account that decided", null=True)
    history: Mapped[list[Any]] = col(JSONB, "往来 / messages with times", server_default="[]")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )
