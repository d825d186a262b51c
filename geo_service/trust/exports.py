"""What leaves as a file: asked for with a purpose, allowed by a second person, marked, and gone after a week.

No file lies about: it is made at the moment of each download, under the requester's own rights of that moment.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pandas as pd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.audit import record
from geo_service.dependencies import SHANGHAI
from geo_service.problems import Problem, forbidden, not_found
from geo_service.queries import trust as queries
from geo_service.tables.trust import ExportRequest
from geo_service.trust.csv_cells import written

LASTS = dt.timedelta(days=7)
DOWNLOADS = 3


def described(request: ExportRequest) -> dict[str, Any]:
    """A request as both persons see it; ``state`` says expired where its time or its downloads are used up."""
    state = request.state
    if state == "approved" and _used_up(request):
        state = "expired"
    return {
        "id": request.id,
        "what": request.what,
        "purpose": request.purpose,
        "state": state,
        "requested_by": request.requested_by,
        "requested_at": request.requested_at,
        "decided_by": request.decided_by,
        "decided_at": request.decided_at,
        "expires_at": request.expires_at,
        "downloads": request.downloads,
    }


def ask(session: Session, who: Principal, what: dict[str, Any], purpose: str) -> ExportRequest:
    """File a request; nothing leaves yet."""
    row = ExportRequest(
        subdistrict_code=who.subdistrict, id=uuid.uuid4(), what=what, purpose=purpose, requested_by=who.name
    )
    session.add(row)
    session.flush()
    record(
        session, who.scope, "export.request", target=str(row.id), detail={"what": what, "purpose": purpose}
    )
    session.refresh(row)
    return row


def requests(session: Session, who: Principal) -> list[ExportRequest]:
    """One's own requests; for those who approve, everybody's."""
    query = select(ExportRequest).where(ExportRequest.subdistrict_code == who.subdistrict)
    if not who.may("exports.approve"):
        query = query.where(ExportRequest.requested_by == who.name)
    return list(session.scalars(query.order_by(ExportRequest.requested_at.desc()).limit(500)))


def decide(session: Session, who: Principal, request_id: uuid.UUID, approve: bool) -> ExportRequest:
    """Allow or refuse; never one's own request, and never what lies beyond one's own areas."""
    row = _find(session, who, request_id)
    if row.requested_by == who.name:
        raise forbidden("须由第二人审批。 / A second person has to approve.")
    if who.committees is not None:
        raise forbidden()
    if row.state != "requested":
        raise Problem("already-decided", 409, "该申请已处理。 / This request has been decided already.")
    now = dt.datetime.now(dt.UTC)
    row.state, row.decided_by, row.decided_at = ("approved" if approve else "refused"), who.name, now
    row.expires_at = now + LASTS if approve else None
    record(session, who.scope, "export.approve" if approve else "export.refuse", target=str(row.id))
    return row


def download(session: Session, who: Principal, request_id: uuid.UUID) -> tuple[str, bytes]:
    """File name and content for the one who asked, marked in its head and on every line; counted and audited."""
    row = _find(session, who, request_id)
    if row.requested_by != who.name:
        raise not_found("导出申请", str(request_id))
    if row.state != "approved":
        raise Problem("not-approved", 409, "该申请未获批准。 / This request has not been approved.")
    if _used_up(row):
        raise Problem("expired", 410, "已过期或下载次数用完，请重新申请。 / Expired or used up; ask again.")
    frame = content(session, row.what, who)
    row.downloads += 1
    detail = {"rows": len(frame), "download": row.downloads}
    record(session, who.scope, "export.download", target=str(row.id), detail=detail)
    mark = f"{row.id.hex[:8]}·{who.name}"
    return f"wangge-{row.what['kind']}-{row.id.hex[:8]}.csv", written(
        _head(row), frame.assign(**{"水印 watermark": mark})
    )


def content(session: Session, what: dict[str, Any], who: Principal) -> pd.DataFrame:
    """The rows of a request as the caller may see them; places and counts, never a record's hash."""
    month = dt.date.fromisoformat(f"{what['month']}-01")
    rows = session.execute(text(queries.EXPORTS[what["kind"]]), {"sub": who.subdistrict, "month": month,
                           "committees": None if who.committees is None else list(who.committees)})  # fmt: skip
    return pd.DataFrame(rows.fetchall(), columns=list(rows.keys()))


def _head(row: ExportRequest) -> list[list[str]]:
    assert row.expires_at is not None
    until = row.expires_at.astimezone(SHANGHAI)
    return [
        ["内部资料，仅限申请用途，到期销毁 / internal, for the stated purpose only, destroy when expired"],
        [
            f"申请 / request {row.id}",
            f"申请人 / by {row.requested_by}",
            f"审批人 / approved by {row.decided_by}",
        ],
        [f"用途 / purpose {row.purpose}", f"到期 / expires {until:%Y-%m-%d %H:%M}"],
    ]


def _used_up(row: ExportRequest) -> bool:
    now = dt.datetime.now(dt.UTC)
    return row.expires_at is None or row.expires_at < now or row.downloads >= DOWNLOADS


def _find(session: Session, who: Principal, request_id: uuid.UUID) -> ExportRequest:
    query = select(ExportRequest).where(
        ExportRequest.subdistrict_code == who.subdistrict, ExportRequest.id == request_id
    )
    row = session.scalar(query.with_for_update())
    if row is None:
        raise not_found("导出申请", str(request_id))
    return row
