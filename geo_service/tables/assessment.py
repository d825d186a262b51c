"""The town's rules and what they made of a month. A published month is frozen; a correction is a new revision."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, DateTime, Index, Integer, Numeric, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from geo_service.tables.base import CODE, NAME, WORD, Base, Tenant, col, key, one_of

MONTH_STATES = ("open", "frozen", "scored", "published", "corrected")


class RuleSet(Tenant, Base):
    __tablename__ = "rule_set"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),
        {"comment": "规则集 / the town's versioned rules with legal basis"},
    )

    id: Mapped[str] = key(CODE, "编号 / id")
    town: Mapped[str] = col(WORD, "来源街镇 / town whose document it is")
    title: Mapped[str] = col(NAME, "名称 / title")
    valid_from: Mapped[dt.date] = col(Date, "起 / from")
    valid_to: Mapped[dt.date | None] = col(Date, "止(不含) / to", null=True)
    document: Mapped[dict[str, Any]] = col(JSONB, "参数全文 / all parameters with sources")


class AssessmentInput(Tenant, Base):
    __tablename__ = "assessment_input"
    __table_args__ = ({"comment": "录入的考核数据 / typed-in or imported inputs (aggregates only)"},)

    month: Mapped[dt.date] = key(Date, "月份 / month")
    committee_code: Mapped[str] = key(CODE, "居委会，全镇为空串 / committee; empty for the town")
    item: Mapped[str] = key(WORD, "项目 / item")
    value: Mapped[Any] = col(Numeric(14, 4), "值 / value")
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / at", server_default=func.now())


class ReviewMonth(Tenant, Base):
    """One row per revision: revision 0 is the first publication, each correction adds one; the newest counts."""

    __tablename__ = "review_month"
    __table_args__ = (
        CheckConstraint(one_of("state", *MONTH_STATES), name="state"),
        {
            "comment": "月度状态与冻结输入 / state of a month per revision: open → frozen → scored → published → corrected"
        },
    )

    month: Mapped[dt.date] = key(Date, "月份 / month")
    revision: Mapped[int] = key(Integer, "修订 / revision", autoincrement=False)
    state: Mapped[str] = col(WORD, "状态 / state", server_default="frozen")
    rule_set_id: Mapped[str] = col(CODE, "规则集 / rule set")
    version_id: Mapped[int] = col(Integer, "划格版本 / boundary version")
    inputs: Mapped[dict[str, Any]] = col(
        JSONB, "冻结的输入与规则全文 / frozen inputs and the rule set in full: all that a score needs"
    )
    basis: Mapped[dict[str, Any]] = col(
        JSONB,
        "阶梯所依据的各月修订 / revision of each earlier month that the ladder was replayed on",
        server_default="{}",
    )
    reason: Mapped[str | None] = col(WORD, "更正原因(闭选) / reason of a correction", null=True)
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "冻结时间 / frozen at", server_default=func.now())
    scored_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "计分时间 / scored at", null=True)
    published_at: Mapped[dt.datetime | None] = col(
        DateTime(timezone=True), "公布时间 / published at", null=True
    )


class ScoreMonth(Tenant, Base):
    __tablename__ = "score_month"
    __table_args__ = (
        Index("ix_score_month_unit", "subdistrict_code", "unit_code", "month"),
        {"comment": "月度得分，冻结 / frozen scores of a month (CV-9)"},
    )

    month: Mapped[dt.date] = key(Date, "月份 / month")
    revision: Mapped[int] = key(Integer, "修订 / revision", autoincrement=False)
    unit_code: Mapped[str] = key(CODE, "单位：居委会或微网格 / unit: a committee, or a micro-grid under XJ")
    committee_code: Mapped[str | None] = col(CODE, "所属居委会 / committee it belongs to", null=True)
    rule_set_id: Mapped[str] = col(CODE, "规则集 / rule set")
    total: Mapped[str | None] = col(
        String(80), "排名依据(精确分数) / what ranks it, an exact fraction; null is absent", null=True
    )
    rank: Mapped[int | None] = col(Integer, "名次 / rank", null=True)
    items: Mapped[dict[str, Any]] = col(
        JSONB, "分项、参数、输入、步骤 / items with rule id, parameters, inputs, steps"
    )
    computed_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "计算 / computed", server_default=func.now()
    )


class LadderEvent(Tenant, Base):
    __tablename__ = "ladder_event"
    __table_args__ = ({"comment": "约谈阶梯 / ladder event: level and role to be met, never a name"},)

    month: Mapped[dt.date] = key(Date, "月份 / month")
    revision: Mapped[int] = key(Integer, "修订 / revision", autoincrement=False)
    committee_code: Mapped[str] = key(CODE, "居委会 / committee")
    rule: Mapped[str] = key(WORD, "规则 / rule")
    level: Mapped[int] = col(Integer, "级别 / level")
    role: Mapped[str] = col(NAME, "约谈对象职务 / role to be met")
    detail: Mapped[dict[str, Any]] = col(JSONB, "依据 / why", server_default="{}")


class DutyDone(Tenant, Base):
    __tablename__ = "duty_done"
    __table_args__ = ({"comment": "已办事项 / a duty of the calendar that somebody marked as done"},)

    duty: Mapped[str] = key(String(80), "事项 / duty key: rule, cadence, day")
    month: Mapped[dt.date] = col(Date, "月份 / month")
    done_at: Mapped[dt.datetime] = col(DateTime(timezone=True), "办结时间 / done at")
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)


class Holiday(Tenant, Base):
    __tablename__ = "holiday"
    __table_args__ = ({"comment": "节假日调整 / a town's own exceptions to the common holiday table"},)

    day: Mapped[dt.date] = key(Date, "日期 / day")
    works: Mapped[bool] = col(Boolean, "上班(调休) / a working day")
