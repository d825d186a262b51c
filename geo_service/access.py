"""Who may do what: roles × permissions × areas. Row-level security is the second wall behind this one.

Roles are those of the towns' documents. Nobody below the office sees beyond their committees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from geo_service.database import Scope
from geo_service.problems import forbidden, unauthorised

#: What can be permitted. Routes name one of these; a test walks every route × role.
PERMISSIONS = {
    "map.read": "看地图与指标 / see maps and figures of one's own areas",
    "records.read": "看房屋与登记计数 / see dwellings and their counts",
    "boundaries.draw": "划格 / draw drafts",
    "boundaries.publish": "发布划格 / publish boundaries",
    "checks.write": "录入核查 / enter checks",
    "changes.report": "上报场所变动 / report a change at a place",
    "data.load": "导入数据 / load files",
    "review.read": "看月度会议 / read the monthly review",
    "review.inputs": "录入考核数据 / enter assessment inputs",
    "review.decide": "冻结、计分、发布 / freeze, score, publish, correct",
    "inspections.plan": "安排联合检查 / plan inspections",
    "inspections.record": "记录检查结果 / record findings",
    "tickets.exchange": "与城运平台往来工单 / exchange tickets with the city-operation platform",
    "exports.request": "申请导出 / request exports",
    "exports.approve": "审批导出 / approve exports",
    "admin": "管理账号、规则、密钥 / manage accounts, rules, keys",
    "audit.read": "看审计 / read the audit",
    "ogc.read": "读取网格接口 / read the grid API",
}

_EVERYONE = frozenset({"map.read"})
_FIELD = _EVERYONE | {"records.read", "checks.write", "changes.report"}
_LEADS = _FIELD | {"review.read"}

PERMISSIONS_OF: dict[str, frozenset[str]] = {
    "office": frozenset(PERMISSIONS) - {"audit.read"},
    "operator": _EVERYONE | {"admin", "audit.read"},
    "police_station": _LEADS | {"review.inputs", "inspections.plan", "inspections.record"},
    "officer": _LEADS | {"review.inputs", "inspections.record"},
    "community_centre": _LEADS,
    "committee_head": _LEADS | {"boundaries.draw", "exports.request"},
    "registrar": _FIELD | {"data.load"},
    "auxiliary": _FIELD,
    "grid_leader": _LEADS,
    "grid_staff": _FIELD,
    "volunteer": frozenset({"changes.report"}),
    "partner": frozenset({"inspections.record", "tickets.exchange", "ogc.read"}),
}

#: Roles that see the whole subdistrict when no committee list is set; for the others an empty list is nothing.
TOWN_WIDE = frozenset({"office", "operator", "police_station", "community_centre", "partner"})


@dataclass(frozen=True)
class Principal:
    """Who asks: an account or a machine key, in one subdistrict, with its committees (``None``: all)."""

    name: str
    display_name: str
    role: str
    subdistrict: str
    committees: tuple[str, ...] | None
    permissions: frozenset[str]
    machine: bool = False
    csrf: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(self.subdistrict, self.committees, self.name)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def may_see(self, committee_code: str | None) -> bool:
        return self.committees is None or committee_code in self.committees


def committees_of(role: str, committees: list[str] | None) -> tuple[str, ...] | None:
    """The committees an account is limited to; a local role without a list sees none.

    >>> committees_of("office", None) is None
    True
    >>> committees_of("registrar", None)
    ()
    """
    if committees is None:
        return None if role in TOWN_WIDE else ()
    return tuple(committees)


def principal(request: Request) -> Principal:
    """The signed-in account or machine key of this request; 401 when there is none."""
    found: Principal | None = request.app.state.sign_in.principal_of(request)
    if found is None:
        raise unauthorised()
    return found


Who = Annotated[Principal, Depends(principal)]


def require(permission: str) -> object:
    """Dependency of a route: the caller must hold ``permission`` (one of :data:`PERMISSIONS`)."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    def check(who: Who) -> Principal:
        if not who.may(permission):
            raise forbidden()
        return who

    check.permission = permission  # type: ignore[attr-defined]
    return Depends(check)
