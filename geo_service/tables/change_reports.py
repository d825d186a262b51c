"""What is reported about a place from outside the register: how often, in which month, never by whom."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, Date, DateTime, Index, Integer, Uuid, func
from sqlalchemy.orm import Mapped

from geo_service.tables.base import CODE, WORD, Base, Tenant, col, key, one_of

KINDS = ("complaint", "change")
TOPICS = ("group_renting", "use_changed", "partition", "fire", "structure", "new_tenancy", "vacated", "other")
SOURCES = ("hotline", "city_operation", "committee", "property_management", "patrol")


class ChangeReport(Tenant, Base):
    """A count about a building in a month. No column for words, for a reporter or for anybody reported."""

    __tablename__ = "change_report"
    __table_args__ = (
        CheckConstraint(one_of("kind", *KINDS), name="kind"),
        CheckConstraint(one_of("topic", *TOPICS), name="topic"),
        CheckConstraint(one_of("source", *SOURCES), name="source"),
        CheckConstraint("n BETWEEN 1 AND 1000", name="n"),
        Index("ix_change_report_building", "subdistrict_code", "building_code", "month"),
        {"comment": "场所变动与投诉计数 / counts of changes and complaints about a place"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "客户端生成的编号 / id made by the client")
    building_code: Mapped[str] = col(CODE, "楼栋 / building")
    month: Mapped[dt.date] = col(Date, "月份 / month")
    kind: Mapped[str] = col(WORD, "投诉或变动 / complaint or change")
    topic: Mapped[str] = col(WORD, "事由(闭选) / topic")
    source: Mapped[str] = col(WORD, "来源(闭选) / source")
    n: Mapped[int] = col(Integer, "件数 / count")
    received_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "收到 / received", server_default=func.now()
    )
