"""How long each table keeps what, and the job that holds it to that. Figures never change by it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope


@dataclass(frozen=True)
class Rule:
    """What happens to rows of ``table`` older than ``days``: ``where`` finds them, ``change`` is done to them, or they go."""

    table: str
    what: str
    days: int
    where: str
    change: str | None = None


#: ``:before`` is the first moment of the day that many days ago; ``:salt`` is random, the same for the whole run, and
#: forgotten with it. About 110 m of rounding hides the door, and keeps the neighbourhood. Records and accounts of long
#: ago get another name that leads nowhere: counting them again still gives the same figures, finding them does not work.
RULES = (
    Rule("check_visit", "走访位置粗化到约100米 / positions of visits coarsened to about 100 m", 30,
         "position IS NOT NULL AND NOT position_coarse AND visited_at < :before",
         "UPDATE check_visit SET position = ST_SnapToGrid(position, 0.001), position_coarse = true"),
    Rule("load_row", "导入前像删除，此后不能撤销 / before-images of loads removed; no undo after that", 90,
         "batch_id IN (SELECT id FROM load_batch b WHERE b.subdistrict_code = :sub AND b.started_at < :before)"),
    Rule("session", "已结束的会话删除 / ended sessions removed", 7, "expires_at < :before OR last_seen_at < :before"),
    Rule("task", "已结束的后台任务删除 / finished background tasks removed", 90,
         "state IN ('done', 'failed', 'cancelled') AND updated_at < :before"),
    Rule("source_list", "外来比对清单删除 / comparison lists of other sources removed", 365, "as_of < :before"),
    Rule("register_activity", "工作量与岗位脱钩 / work counts cut loose from their accounts", 1096,
         "account NOT LIKE '~%' AND day < date_trunc('year', CAST(:before AS timestamptz))",
         "UPDATE register_activity SET account = '~' || left(encode(sha256(CAST(:salt AS bytea) || convert_to(account, 'UTF8')), 'hex'), 16)"),
    Rule("check_result", "核查结果与登记散列脱钩 / outcomes cut loose from the records' hashes", 1096,
         "octet_length(record_hash) <> 31 AND visit_id IN (SELECT id FROM check_visit v WHERE v.subdistrict_code = :sub "
         "AND v.month < date_trunc('year', CAST(:before AS timestamptz)))",
         "UPDATE check_result SET record_hash = substring(sha256(CAST(:salt AS bytea) || record_hash) FOR 31)"),
    Rule("registration", "注销多年的登记散列抹去 / hashes of records long closed wiped", 1827,
         "octet_length(record_hash) <> 31 AND until < :before",
         "UPDATE registration SET key_id = 'wiped', "
         "record_hash = substring(sha256(CAST(:salt AS bytea) || record_hash) FOR 31)"),
)  # fmt: skip

#: Tables that are kept whole, and why.
KEPT = {
    "audit_event": "审计只增，依法长期保存 / the audit only grows and is kept",
    "export_request": "谁申请、谁批准，随审计保存 / who asked and who approved, kept with the audit",
    "score_month": "已发布的考核结果须能复算 / published scores must stay reproducible",
    "boundary_version": "历史月份仍用当时的划格 / past months keep their boundaries",
    "sign_on": "绑定至解除或账号删除为止 / bound until unbound or the account goes",
    "provision": "交付登记保存三年以上，原件随之 / provisions are kept for three years at least, their packages with them",
    "building_month": "只有楼栋汇总 / sums per building only",
    "building_stock": "只有楼栋汇总 / sums per building only",
}


@dataclass(frozen=True)
class Line:
    """One line of the report: how many rows are over their time, and whether they were dealt with."""

    table: str
    what: str
    days: int
    rows: int
    done: bool


def run(session: Session, scope: Scope, now: dt.datetime, *, commit: bool = False) -> list[Line]:
    """Apply every rule of the subdistrict, or only count; recorded in the audit when it did something.

    The counting triggers are told to rest: a figure of the past is what it was, whatever was cleared away since.
    """
    session.execute(text("SELECT set_config('wangge.defer_counts', 'on', true)"))
    salt = secrets.token_bytes(32)
    report = [_apply(session, scope, rule, now, commit, salt) for rule in RULES]
    if commit:
        rows = {f"{line.table}": line.rows for line in report if line.rows}
        record(session, scope, "retention", detail={"rows": rows})
    session.execute(text("SELECT set_config('wangge.defer_counts', 'off', true)"))
    return report


def _apply(session: Session, scope: Scope, rule: Rule, now: dt.datetime, commit: bool, salt: bytes) -> Line:
    bound = {"sub": scope.subdistrict, "before": now - dt.timedelta(days=rule.days), "salt": salt}
    action = rule.change or f"DELETE FROM {rule.table}"
    condition = f"WHERE subdistrict_code = :sub AND ({rule.where})"
    if commit:
        statement = f"WITH dealt_with AS ({action} {condition} RETURNING 1) SELECT count(*) FROM dealt_with"
    else:
        statement = f"SELECT count(*) FROM {rule.table} {condition}"
    return Line(rule.table, rule.what, rule.days, int(session.scalar(text(statement), bound) or 0), commit)
