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
MEASURE_STATES = ("open", "done", "closed")
STOP_OUTCOMES = ("done", "no_access", "closed_site")
TICKET_STATES = ("draft", "sent", "answered", "withdrawn")


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
    hours_from: Mapped[int | None] = col(
        Integer, "时段起，当日分钟 / hours from, minute of the day", null=True
    )
    hours_to: Mapped[int | None] = col(Integer, "时段止，当日分钟 / hours to, minute of the day", null=True)
    second_approver: Mapped[str | None] = col(WORD, "第二批准人账号 / second approver", null=True)
    seed: Mapped[int] = col(Integer, "对照抽样种子 / seed of the control draw", server_default="0")
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
    opens: Mapped[int | None] = col(Integer, "时段起，当日分钟 / window from, minute of the day", null=True)
    closes: Mapped[int | None] = col(Integer, "时段止，当日分钟 / window to, minute of the day", null=True)
    locked: Mapped[bool] = col(Boolean, "锁定队伍 / kept with its team", server_default="false")
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
    result_id: Mapped[uuid.UUID | None] = col(Uuid, "检查记录 / result it came with", null=True)
    withdrawn_by: Mapped[uuid.UUID | None] = col(
        Uuid, "撤回它的更正记录 / correction that withdrew it", null=True
    )
    received_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "收到 / received", server_default=func.now()
    )


class InspectionResult(Tenant, Base):
    """What a phone sent of one stop, as it came: append-only, so a correction leaves its trace."""

    __tablename__ = "inspection_result"
    __table_args__ = (
        belongs_to("inspection_stop", "inspection_id", "stop_id=id", ondelete="CASCADE"),
        CheckConstraint(one_of("outcome", *STOP_OUTCOMES), name="outcome"),
        Index("ix_inspection_result_stop", "subdistrict_code", "inspection_id", "stop_id"),
        {"comment": "检查记录原样，只增不改 / result of a stop as received, append-only"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "客户端生成的编号 / id made by the client")
    inspection_id: Mapped[uuid.UUID] = col(Uuid, "检查 / inspection")
    stop_id: Mapped[uuid.UUID] = col(Uuid, "检查点 / stop")
    corrects: Mapped[uuid.UUID | None] = col(Uuid, "所更正的记录 / result that it corrects", null=True)
    outcome: Mapped[str] = col(WORD, "结果 / outcome")
    state: Mapped[str] = col(WORD, "收讫状态：已存、迟到、已移除 / stored, late, removed stop")
    visited_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "到访(已校时) / visited at, clock corrected"
    )
    clock_off_s: Mapped[int] = col(
        Integer, "手机时钟偏差(秒) / clock of the phone off by, s", server_default="0"
    )
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    body: Mapped[dict[str, Any]] = col(JSONB, "内容 / contents as sent", server_default="{}")
    sha256: Mapped[str] = col(String(64), "内容摘要 / SHA-256 of the contents")
    received_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "收到 / received", server_default=func.now()
    )


class DwellingVisit(Tenant, Base):
    """A dwelling visited in an inspection: done or no access. Nobody being home is not a refusal."""

    __tablename__ = "inspection_dwelling"
    __table_args__ = (
        belongs_to("inspection_result", "result_id=id", ondelete="CASCADE"),
        CheckConstraint(one_of("outcome", "done", "no_access"), name="outcome"),
        Index("ix_inspection_dwelling_code", "subdistrict_code", "dwelling_code"),
        {"comment": "检查到访房屋：完成或未进门 / dwelling visited in an inspection"},
    )

    result_id: Mapped[uuid.UUID] = key(Uuid, "检查记录 / result")
    dwelling_code: Mapped[str] = key(CODE, "房屋 / dwelling")
    building_code: Mapped[str] = col(CODE, "楼栋 / building")
    outcome: Mapped[str] = col(WORD, "结果 / outcome")
    visited_at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / visited at")
    withdrawn: Mapped[bool] = col(Boolean, "已更正撤回 / withdrawn by a correction", server_default="false")


class InspectionPhoto(Tenant, Base):
    __tablename__ = "inspection_photo"
    __table_args__ = (
        belongs_to("inspection_stop", "inspection_id", "stop_id=id", ondelete="CASCADE"),
        {"comment": "照片，已缩小去位置 / photo, resized, without EXIF position"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "客户端生成的编号 / id made by the client")
    inspection_id: Mapped[uuid.UUID] = col(Uuid, "检查 / inspection")
    stop_id: Mapped[uuid.UUID] = col(Uuid, "检查点 / stop")
    jpeg: Mapped[bytes] = col(LargeBinary, "图像 / JPEG")
    width: Mapped[int] = col(Integer, "宽(像素) / width in pixels")
    height: Mapped[int] = col(Integer, "高(像素) / height in pixels")
    sha256: Mapped[str] = col(String(64), "所收原图摘要 / SHA-256 of the file as received")
    received_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "收到 / received", server_default=func.now()
    )


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
    revision: Mapped[int] = col(Integer, "修订号 / revision", server_default="0")
    history: Mapped[list[Any]] = col(
        JSONB, "经过 / what changed, when, by which account", server_default="[]"
    )


class Ticket(Tenant, Base):
    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(one_of("state", *TICKET_STATES), name="state"),
        {"comment": "城运联动工单 / outgoing ticket to the city-operation platform (SG-12)"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    dwelling_code: Mapped[str] = col(CODE, "房屋 / dwelling")
    kind: Mapped[str] = col(WORD, "种类 / kind", server_default="no_access")
    state: Mapped[str] = col(WORD, "状态 / state", server_default="draft")
    revision: Mapped[int] = col(Integer, "修订号 / revision", server_default="0")
    decided_by: Mapped[str | None] = col(WORD, "决定账号 / account that decided", null=True)
    history: Mapped[list[Any]] = col(JSONB, "往来 / messages with times", server_default="[]")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )
