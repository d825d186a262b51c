"""Visits to dwellings and what they found about the register."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped

from geo_service.tables.base import CODE, NAME, WORD, Base, Tenant, belongs_to, col, key, one_of, shape
from geo_service.tables.register import TenantOfBuilding

FRAMES = ("register", "ground")
OUTCOMES = ("done", "no_access")
RESULTS = ("correct", "wrong_particulars", "to_deregister")
ACTIVITIES = ("addition", "change", "deregistration", "visit", "query")


class CheckVisit(TenantOfBuilding, Base):
    __tablename__ = "check_visit"
    __table_args__ = (
        CheckConstraint(one_of("frame", *FRAMES), name="frame"),
        CheckConstraint(one_of("outcome", *OUTCOMES), name="outcome"),
        CheckConstraint(
            "checked >= 0 AND correct >= 0 AND to_register >= 0 AND to_deregister >= 0 AND wrong_particulars >= 0 "
            "AND correct + to_deregister + wrong_particulars + to_register = checked",
            name="counts_add_up",
        ),
        Index("ix_check_visit_building_month", "subdistrict_code", "building_code", "month"),
        Index("ix_check_visit_month", "subdistrict_code", "month"),
        Index("ix_check_visit_dwelling", "subdistrict_code", "dwelling_code"),
        {"comment": "走访核查 / check visit to a dwelling: counts only (SG-6 identity)"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "客户端生成的编号 / id made by the client")
    dwelling_code: Mapped[str | None] = col(CODE, "房屋 / dwelling", null=True)
    building_code: Mapped[str] = col(CODE, "当时的楼栋 / building at that time")
    visited_at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / time of the visit")
    month: Mapped[dt.date] = col(
        Date,
        "月份(上海时区) / month in Asia/Shanghai, first day",
        Computed("(date_trunc('month', timezone('Asia/Shanghai', visited_at)))::date", persisted=True),
    )
    frame: Mapped[str] = col(
        WORD, "抽样框：登记或实地 / frame: register or ground", server_default="register"
    )
    campaign: Mapped[str | None] = col(NAME, "专项 / campaign", null=True)
    team: Mapped[str | None] = col(CODE, "队伍 / team", null=True)
    account: Mapped[str | None] = col(CODE, "录入账号 / account that entered it", null=True)
    outcome: Mapped[str] = col(WORD, "结果：完成、未进门 / done or no access")
    checked: Mapped[int] = col(Integer, "核查数 / checked", server_default="0")
    correct: Mapped[int] = col(Integer, "正确 / correct", server_default="0")
    to_register: Mapped[int] = col(Integer, "应登未登 / to register", server_default="0")
    to_deregister: Mapped[int] = col(Integer, "应消未消 / to deregister", server_default="0")
    wrong_particulars: Mapped[int] = col(Integer, "信息有误 / wrong particulars", server_default="0")
    rental_inspected: Mapped[bool] = col(
        Boolean, "检查了租赁 / letting was inspected", server_default="false"
    )
    group_renting_found: Mapped[bool] = col(Boolean, "发现群租 / group renting found", server_default="false")
    position: Mapped[Any | None] = shape(
        "POINT", "走访位置，30天后粗化 / position, coarsened after 30 days", null=True
    )
    position_coarse: Mapped[bool] = col(Boolean, "已粗化 / coarsened", server_default="false")
    received_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "收到 / received", server_default=func.now()
    )
    corrected_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "更正 / corrected at", null=True)
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)


class CheckResult(TenantOfBuilding, Base):
    __tablename__ = "check_result"
    __table_args__ = (
        belongs_to("check_visit", "visit_id=id", ondelete="CASCADE"),
        CheckConstraint(one_of("outcome", *RESULTS), name="outcome"),
        Index("ix_check_result_record", "subdistrict_code", "record_hash"),
        {"comment": "逐条核查结果(散列) / result per registration looked at, by hash"},
    )

    visit_id: Mapped[uuid.UUID] = key(Uuid, "走访 / visit")
    record_hash: Mapped[bytes] = key(LargeBinary, "登记散列 / registration hash")
    outcome: Mapped[str] = col(WORD, "结果 / outcome")
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)


class RegisterActivity(Tenant, Base):
    __tablename__ = "register_activity"
    __table_args__ = (
        CheckConstraint(one_of("kind", *ACTIVITIES), name="kind"),
        CheckConstraint("n >= 0", name="n"),
        Index("ix_register_activity_building", "subdistrict_code", "building_code", "day"),
        {"comment": "系统维护量 / register work per account and day (CV-10)"},
    )

    account: Mapped[str] = key(CODE, "账号 / account")
    day: Mapped[dt.date] = key(Date, "日期 / day")
    kind: Mapped[str] = key(WORD, "种类 / kind")
    building_code: Mapped[str] = key(
        CODE, "楼栋，空串为未定 / building; empty where unknown", server_default=""
    )
    role: Mapped[str] = col(WORD, "角色 / role")
    n: Mapped[int] = col(Integer, "次数 / how many")
    batch_id: Mapped[int | None] = col(BigInteger, "导入批次 / load batch", null=True)
