"""Who may do what, what runs in the background, and the mark that everything leaves."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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

ROLES = (
    "office",
    "police_station",
    "officer",
    "community_centre",
    "committee_head",
    "registrar",
    "auxiliary",
    "grid_leader",
    "grid_staff",
    "volunteer",
    "partner",
    "operator",
)
EXPORT_STATES = ("requested", "approved", "refused", "withdrawn")
EXPORT_PURPOSES = ("monthly_review", "joint_inspection", "data_quality", "audit", "statistics")
TASK_STATES = ("queued", "running", "done", "failed", "cancelled")


class Account(Tenant, Base):
    """A login with a role and areas. The name is a duty account (桂苑一-采集1), not a person's."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        {"comment": "账号(岗位) / account of a duty, with role and areas"},
    )

    name: Mapped[str] = key(WORD, "账号名 / account name", unique=True)
    display_name: Mapped[str] = col(NAME, "岗位名称 / name of the duty")
    role: Mapped[str] = col(WORD, "角色 / role")
    committees: Mapped[list[Any] | None] = col(
        JSONB, "限居委会，空为全部 / committees it is limited to; null for all", null=True
    )
    grids: Mapped[list[Any] | None] = col(JSONB, "限微网格 / grids it is limited to", null=True)
    purposes: Mapped[list[Any]] = col(JSONB, "用途 / purposes", server_default="[]")
    password_hash: Mapped[str | None] = col(String(200), "口令散列 argon2id / password hash", null=True)
    password_changed_at: Mapped[dt.datetime | None] = col(
        DateTime(timezone=True), "改口令 / password changed", null=True
    )
    totp_secret: Mapped[str | None] = col(String(64), "动态口令 / TOTP secret", null=True)
    totp_step: Mapped[int | None] = col(
        BigInteger, "最近用过的动态口令时段 / last TOTP step used, so that a code works once", null=True
    )
    failed_logins: Mapped[int] = col(Integer, "连续失败 / failed logins in a row", server_default="0")
    locked_until: Mapped[dt.datetime | None] = col(
        DateTime(timezone=True), "锁定至 / locked until", null=True
    )
    active: Mapped[bool] = col(Boolean, "启用 / active", server_default="true")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )


class Session(Tenant, Base):
    __tablename__ = "session"
    __table_args__ = (
        belongs_to("account", "account=name", ondelete="CASCADE"),
        {"comment": "登录会话 / signed-in session, by hash of its token"},
    )

    token_hash: Mapped[bytes] = key(LargeBinary, "令牌散列 / hash of the token", unique=True)
    account: Mapped[str] = col(WORD, "账号 / account")
    csrf: Mapped[str] = col(String(64), "防伪令牌 / CSRF token")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "登录 / signed in", server_default=func.now()
    )
    last_seen_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "最近 / last seen", server_default=func.now()
    )
    expires_at: Mapped[dt.datetime] = col(DateTime(timezone=True), "到期 / expires")
    client: Mapped[str | None] = col(NAME, "客户端 / client", null=True)


class SignOn(Tenant, Base):
    """An identity of single sign-on. What the provider calls it is not stored, only a hash of it."""

    __tablename__ = "sign_on"
    __table_args__ = (
        belongs_to("account", "account=name", ondelete="CASCADE"),
        Index("ix_sign_on_account", "subdistrict_code", "account"),
        {"comment": "统一认证登录的绑定(仅散列) / login of single sign-on bound to an account, as a hash"},
    )

    login_hash: Mapped[bytes] = key(
        LargeBinary, "认证方与其登录名的散列 / hash of issuer and login there", unique=True
    )
    account: Mapped[str] = col(WORD, "账号 / account")
    bound_by: Mapped[str | None] = col(WORD, "绑定人账号 / account that bound it", null=True)
    bound_at: Mapped[dt.datetime] = col(DateTime(timezone=True), "绑定 / bound at", server_default=func.now())


class ApiKey(Tenant, Base):
    __tablename__ = "api_key"
    __table_args__ = ({"comment": "机器密钥 / machine key, by hash"},)

    id: Mapped[str] = key(WORD, "编号 / id")
    key_hash: Mapped[bytes] = col(LargeBinary, "密钥散列 / hash of the key", unique=True)
    name: Mapped[str] = col(NAME, "用途名 / name")
    scopes: Mapped[list[Any]] = col(JSONB, "范围 / scopes", server_default="[]")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )
    expires_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "到期 / expires", null=True)
    revoked_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "吊销 / revoked", null=True)
    last_used_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "最近使用 / last used", null=True)


class Task(Tenant, Base):
    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(one_of("state", *TASK_STATES), name="state"),
        {"comment": "后台任务 / long work with progress, can be cancelled"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    kind: Mapped[str] = col(WORD, "种类 / kind")
    state: Mapped[str] = col(WORD, "状态 / state", server_default="queued")
    progress: Mapped[float] = col(Float, "进度0–1 / progress", server_default="0")
    message: Mapped[str | None] = col(NAME, "说明 / message", null=True)
    params: Mapped[dict[str, Any]] = col(JSONB, "参数 / parameters", server_default="{}")
    result: Mapped[dict[str, Any] | None] = col(JSONB, "结果 / result", null=True)
    account: Mapped[str | None] = col(WORD, "账号 / account", null=True)
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )
    updated_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "更新 / updated", server_default=func.now()
    )


class CheckTask(Tenant, Base):
    """The task loop of GM-8: a dwelling to look at again; never a person."""

    __tablename__ = "check_task"
    __table_args__ = (
        Index("ix_check_task_state", "subdistrict_code", "state"),
        {"comment": "核查任务 / check task on a dwelling or building"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    kind: Mapped[str] = col(WORD, "种类 / kind")
    building_code: Mapped[str] = col(CODE, "楼栋 / building")
    dwelling_code: Mapped[str | None] = col(CODE, "房屋 / dwelling", null=True)
    state: Mapped[str] = col(WORD, "状态 / state", server_default="drafted")
    reason: Mapped[str] = col(WORD, "原因(闭选) / reason")
    due_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "期限 / due", null=True)
    history: Mapped[list[Any]] = col(JSONB, "经过 / times of each state", server_default="[]")
    created_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "创建 / created", server_default=func.now()
    )


class AuditEvent(Tenant, Base):
    """Append-only; each entry carries the hash of the one before it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "subdistrict_code", "at"),
        {"comment": "审计，只增，链式散列 / append-only, hash-chained audit"},
    )

    seq: Mapped[int] = key(BigInteger, "序号 / sequence", autoincrement=False)
    at: Mapped[dt.datetime] = col(DateTime(timezone=True), "时间 / at")
    account: Mapped[str | None] = col(WORD, "账号或密钥 / account or key", null=True)
    action: Mapped[str] = col(WORD, "动作 / action")
    target: Mapped[str | None] = col(NAME, "对象 / target", null=True)
    detail: Mapped[dict[str, Any]] = col(JSONB, "细节 / detail", server_default="{}")
    request_id: Mapped[str | None] = col(WORD, "请求号 / request id", null=True)
    previous_hash: Mapped[bytes] = col(LargeBinary, "前一条散列 / hash of the entry before")
    hash: Mapped[bytes] = col(LargeBinary, "散列 / hash of this entry")


class ExportRequest(Tenant, Base):
    __tablename__ = "export_request"
    __table_args__ = (
        CheckConstraint(one_of("state", *EXPORT_STATES), name="state"),
        CheckConstraint(one_of("purpose", *EXPORT_PURPOSES), name="purpose"),
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="second_person"),
        {"comment": "导出申请，二人审批 / export request, approved by a second person"},
    )

    id: Mapped[uuid.UUID] = key(Uuid, "编号 / id")
    what: Mapped[dict[str, Any]] = col(JSONB, "内容 / what")
    purpose: Mapped[str] = col(WORD, "用途(闭选) / purpose")
    requested_by: Mapped[str] = col(WORD, "申请账号 / requested by")
    requested_at: Mapped[dt.datetime] = col(
        DateTime(timezone=True), "申请 / requested", server_default=func.now()
    )
    decided_by: Mapped[str | None] = col(WORD, "审批账号 / decided by", null=True)
    decided_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "审批 / decided", null=True)
    state: Mapped[str] = col(WORD, "状态 / state", server_default="requested")
    expires_at: Mapped[dt.datetime | None] = col(DateTime(timezone=True), "到期 / file expires", null=True)
    downloads: Mapped[int] = col(Integer, "下载次数 / downloads", server_default="0")
