"""Additive counts per building: a figure of any area is a sum of these."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, Index, Integer, text
from sqlalchemy.orm import Mapped

from geo_service.tables.base import CODE, Base, col, key
from geo_service.tables.register import TenantOfBuilding


def count(comment: str) -> Mapped[int]:
    return col(Integer, comment, server_default="0")  # type: ignore[no-any-return]


class BuildingMonth(TenantOfBuilding, Base):
    """Flows of a month; ``first_*`` count what was checked for the first time in its calendar year."""

    __tablename__ = "building_month"
    __table_args__ = (
        Index("ix_building_month_month", "subdistrict_code", "month", "building_code"),
        {"comment": "楼栋月流量 / flows of a month per building, kept by triggers on the sources"},
    )

    building_code: Mapped[str] = key(CODE, "楼栋 / building")
    month: Mapped[dt.date] = key(Date, "月份 / month, first day")
    visits: Mapped[int] = count("走访次数 / visits")
    visits_no_access: Mapped[int] = count("未进门 / visits without access")
    visits_count_only: Mapped[int] = count(
        "只报数未列登记的走访 / visits that gave counts without naming the records"
    )
    dwellings_checked: Mapped[int] = count("核查房屋数 / distinct dwellings checked")
    records_checked: Mapped[int] = count("核查登记数 / distinct records checked")
    checked: Mapped[int] = count("登记框核查数 / checked, register frame")
    correct: Mapped[int] = count("登记框正确 / correct, register frame")
    to_register: Mapped[int] = count("登记框应登未登 / to register, register frame")
    to_deregister: Mapped[int] = count("登记框应消未消 / to deregister, register frame")
    wrong_particulars: Mapped[int] = count("登记框信息有误 / wrong particulars, register frame")
    ground_checked: Mapped[int] = count("实地框核查数 / checked, ground frame")
    ground_correct: Mapped[int] = count("实地框正确 / correct, ground frame")
    ground_to_register: Mapped[int] = count("实地框应登未登 / to register, ground frame")
    ground_to_deregister: Mapped[int] = count("实地框应消未消 / to deregister, ground frame")
    ground_wrong: Mapped[int] = count("实地框信息有误 / wrong particulars, ground frame")
    rental_inspected: Mapped[int] = count("检查租赁房屋数 / distinct rented dwellings inspected")
    group_renting_found: Mapped[int] = count(
        "发现群租房屋数 / distinct dwellings where group renting was found"
    )
    first_dwellings_checked: Mapped[int] = count("本年首次核查房屋 / dwellings first checked this year")
    first_records_checked: Mapped[int] = count("本年首次核查登记 / records first checked this year")
    additions: Mapped[int] = count("新增 / additions")
    changes: Mapped[int] = count("变更 / changes")
    deregistrations: Mapped[int] = count("注销 / deregistrations")
    visit_ops: Mapped[int] = count("走访操作 / visit operations")
    queries: Mapped[int] = count("查询 / queries")


class BuildingStock(TenantOfBuilding, Base):
    """Stocks as change points: the value of a month is the latest row at or before its last day."""

    __tablename__ = "building_stock"
    __table_args__ = (
        Index(
            "ix_building_stock_now",
            "subdistrict_code",
            "building_code",
            postgresql_where=text("to_month IS NULL"),
        ),
        {"comment": "楼栋存量变化点 / stocks per building as dated change points"},
    )

    building_code: Mapped[str] = key(CODE, "楼栋 / building")
    from_month: Mapped[dt.date] = key(Date, "自该月末起 / from the end of this month on, first day of month")
    to_month: Mapped[dt.date | None] = col(
        Date, "至该月(不含)，空为至今 / until this month, exclusive; null while it still holds", null=True
    )
    residents: Mapped[int] = count("实有登记数 / registrations in force")
    dwellings: Mapped[int] = count("房屋数 / dwellings")
    dwellings_occupied: Mapped[int] = count("在用房屋 / occupied dwellings")
    dwellings_rented: Mapped[int] = count("出租房屋 / rented dwellings")
    dwellings_vacant: Mapped[int] = count("空置房屋 / vacant dwellings")
    occupied_without_records: Mapped[int] = count("在用无登记 / occupied dwellings without a record")
    records_unlinked: Mapped[int] = count("未匹配房屋的登记 / records whose dwelling does not resolve")
    key_sites: Mapped[int] = count("重点部位 / key sites open")
    organisations: Mapped[int] = count("实有单位 / organisations")
