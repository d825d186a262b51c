"""Passwords, sessions and machine keys: from a request to a :class:`Principal`.

Passwords are argon2id; tokens and keys are stored only as SHA-256 of 256 random bits. Every failure costs the
same time and gives the same answer, whether the account exists or not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from fastapi import Request
from sqlalchemy import Update, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as DatabaseSession

from geo_service.access import PERMISSIONS_OF, Principal, committees_of
from geo_service.audit import record
from geo_service.database import NOBODY, Database, Scope
from geo_service.freshness import Epoch
from geo_service.problems import Problem, forbidden
from geo_service.tables.trust import Account, ApiKey, Session, SignOn
from geo_service.trust import one_time_codes
from geo_service.trust.throttle import Throttle

COOKIE = "wangge_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_FAILURES = 5
LOCKED_FOR = dt.timedelta(minutes=15)
REMEMBERED_S = 5.0
CLOCKS_DIFFER = dt.timedelta(minutes=10)  # between the service's machine and the database's
REVOCATIONS = "sign-ins"  # the shared counter of revocations, in the data folder
KEY_SCOPES = {
    "read": frozenset({"ogc.read"}),
    "feed": frozenset({"ogc.read"}),
    "tickets": frozenset({"tickets.exchange", "changes.report"}),
}

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NO_ACCOUNT = _hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """argon2id hash; refuses what offices refuse: under 10 characters or only one kind of them."""
    kinds = sum(any(test(c) for c in password) for test in (str.isdigit, str.islower, str.isupper, _is_other))
    if len(password) < 10 or kinds < 2 or len(password) > 200:
        raise Problem(
            "weak-password", 422, "口令至少10位，含两类字符。 / A password needs 10 characters of two kinds."
        )
    return _hasher.hash(password)


def _is_other(character: str) -> bool:
    return not character.isalnum()


def digest(token: str) -> bytes:
    """What is stored of a token or key."""
    return hashlib.sha256(token.encode()).digest()


def revocations(data_dir: Path) -> Epoch:
    """The counter of revocations that the workers and commands of one installation share."""
    return Epoch(data_dir / REVOCATIONS)


@dataclass
class _Remembered:
    principal: Principal | None
    until: float


class SignIn:
    """Turns cookies and keys into principals; remembers an answer for five seconds at most.

    With ``revocations`` (a counter that all workers and commands share) a revocation works at once everywhere.
    """

    def __init__(
        self,
        database: Database,
        *,
        idle: dt.timedelta,
        lifetime: dt.timedelta,
        revocations: Epoch | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._clock = clock
        self._database = database
        self._idle = idle
        self._lifetime = lifetime
        self._revocations = revocations
        self._seen = revocations.value if revocations else 0
        self._throttle = Throttle()
        self._cache: dict[bytes, _Remembered] = {}
        self._lock = threading.Lock()

    def principal_of(self, request: Request) -> Principal | None:
        """The caller of ``request``, or None. An unsafe method by cookie must carry the CSRF token."""
        self._heed_revocations(request)
        authorization = request.headers.get("authorization", "")
        if authorization.lower().startswith("bearer "):
            return self._recall(digest(authorization[7:].strip()), self._by_key)
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        found = self._recall(digest(token), self._by_session)
        if found and request.method not in SAFE_METHODS:
            given = request.headers.get("x-csrf-token", "")
            if not secrets.compare_digest(given.encode(), found.csrf.encode()):
                raise forbidden(
                    "缺少或过期的防伪令牌，请刷新页面。 / The CSRF token is missing or stale; reload."
                )
        return found

    def login(
        self, name: str, password: str, client: str | None, *, code: str | None = None, address: str = ""
    ) -> tuple[str, Principal]:
        """Check a password, and the one-time code where the account has one; the session token and the principal.

        Five failures lock the account for 15 minutes; too many from one address are refused before any check.
        A locked, a closed and an unknown account get the same answer as a wrong password, in the same time.
        """
        self._heed_the_door(address)
        now = self._clock()
        with self._database.transaction(NOBODY) as session:
            account = session.scalar(select(Account).where(Account.name == name).with_for_update())
            stored = account.password_hash if account and account.password_hash else _NO_ACCOUNT
            right = _verify(stored, password)
            if right and account is not None and account.totp_secret:
                step = one_time_codes.step_of(account.totp_secret, code or "", now, after=account.totp_step)
                right, account.totp_step = step is not None, step or account.totp_step
            # A lock that ends later than one could was set by a clock that has since been put back.
            locked = bool(account and account.locked_until and now < account.locked_until <= now + LOCKED_FOR)
            if account is not None and not right and not locked:
                account.failed_logins += 1
                if account.failed_logins >= MAX_FAILURES:
                    account.locked_until, account.failed_logins = now + LOCKED_FOR, 0
            granted = bool(account and right and account.active and not locked)
            if account is not None:
                session.flush()
                scope = Scope(account.subdistrict_code, account=account.name, signing_in=True)
                record(session, scope, "sign-in" if granted else "sign-in-refused", target=account.name)
            if granted:
                assert account is not None
                account.failed_logins = 0
                return self._open(session, account, client, now)
        self._throttle.failed(address)
        raise Problem(
            "sign-in-refused", 401,
            "账号、口令或动态口令不对；连续失败5次，账号锁定15分钟。 / Account, password or one-time code is wrong; "
            "five failures in a row lock the account for 15 minutes.",
        )  # fmt: skip

    def login_by_identity(
        self, identity: bytes, client: str | None, *, address: str = ""
    ) -> tuple[str, Principal]:
        """Sign in whom the identity provider vouched for, as the account that the identity is bound to.

        Its second factor is the provider's. A lock after wrong passwords does not concern it; a closed account does.
        """
        self._heed_the_door(address)
        now = self._clock()
        with self._database.transaction(NOBODY) as session:
            bound = session.scalar(select(SignOn).where(SignOn.login_hash == identity))
            account = bound and session.scalar(select(Account).where(Account.name == bound.account))
            if account:
                scope = Scope(account.subdistrict_code, account=account.name, signing_in=True)
                action = "sign-in" if account.active else "sign-in-refused"
                record(session, scope, action, target=account.name, detail={"by": "single sign-on"})
            if account and account.active:
                return self._open(session, account, client, now)
        self._throttle.failed(address)
        raise Problem(
            "not-bound", 403,
            f"该身份未绑定可用账号。请把编号 {identity.hex()[:16]} 告诉管理员。 / This identity is bound to no open account. Tell the "
            f"administrator the number {identity.hex()[:16]}.",
        )  # fmt: skip

    def check_password(self, account: Account, password: str) -> bool:
        """Whether this is the account's password; for those who change it."""
        return _verify(account.password_hash or _NO_ACCOUNT, password)

    def _heed_the_door(self, address: str) -> None:
        if wait := self._throttle.wait_s(address):
            raise Problem("too-many-attempts", 429, "登录失败过多，请稍后再试。 / Too many failed sign-ins; try again later.",
                          headers={"Retry-After": str(wait)})  # fmt: skip

    def _heed_revocations(self, request: Request) -> None:
        if self._revocations is None:
            self._revocations = revocations(request.app.state.settings.data_dir)
        if self._revocations.value != self._seen:
            self._seen = self._revocations.value
            self.forget()

    def revoke(self) -> None:
        """Every worker looks again at whom it knows: after a sign-out, a lock, a new role, a revoked key."""
        self.forget()
        if self._revocations is not None:
            self._revocations.bump()

    def logout(self, request: Request) -> None:
        token = request.cookies.get(COOKIE)
        if token:
            with self._database.transaction(NOBODY) as session:
                row = session.scalar(select(Session).where(Session.token_hash == digest(token)))
                if row is not None:
                    scope = Scope(row.subdistrict_code, account=row.account, signing_in=True)
                    record(session, scope, "sign-out", target=row.account)
                    session.delete(row)
            self.revoke()

    def forget(self) -> None:
        """Drop every remembered answer, so that a revocation works at once on this worker."""
        with self._lock:
            self._cache.clear()

    def _open(self, session, account: Account, client: str | None, now: dt.datetime) -> tuple[str, Principal]:  # type: ignore[no-untyped-def]
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        session.add(
            Session(
                subdistrict_code=account.subdistrict_code,
                token_hash=digest(token),
                account=account.name,
                csrf=csrf,
                expires_at=now + self._lifetime,
                client=(client or "")[:200] or None,
            )
        )
        return token, _principal(account, csrf)

    def _recall(self, hashed: bytes, look_up: object) -> Principal | None:
        now = time.monotonic()
        kept = self._cache.get(hashed)
        if kept and kept.until > now:
            return kept.principal
        found: Principal | None = look_up(hashed)  # type: ignore[operator]
        with self._lock:
            if len(self._cache) > 10_000:
                self._cache.clear()
            self._cache[hashed] = _Remembered(found, now + REMEMBERED_S)
        return found

    def _by_session(self, hashed: bytes) -> Principal | None:
        now = self._clock()
        with self._database.transaction(NOBODY, writes=False) as session:
            row = session.scalar(select(Session).where(Session.token_hash == hashed))
            if row is None or row.expires_at < now or row.last_seen_at < now - self._idle:
                return None
            if max(row.created_at, row.last_seen_at) > now + CLOCKS_DIFFER:
                return None  # the clock was put back: what it said would last a day might last a year
            account = session.scalar(select(Account).where(Account.name == row.account, Account.active))
            if account is None:
                return None
            if row.last_seen_at < now - dt.timedelta(minutes=1):
                _if_it_can(
                    session, update(Session).where(Session.token_hash == hashed).values(last_seen_at=now)
                )
            return _principal(account, row.csrf)

    def _by_key(self, hashed: bytes) -> Principal | None:
        now = self._clock()
        with self._database.transaction(NOBODY, writes=False) as session:
            key = session.scalar(select(ApiKey).where(ApiKey.key_hash == hashed))
            if key is None or key.revoked_at is not None or (key.expires_at and key.expires_at < now):
                return None
            if key.last_used_at is None or key.last_used_at < now - dt.timedelta(minutes=1):
                _if_it_can(session, update(ApiKey).where(ApiKey.key_hash == hashed).values(last_used_at=now))
            granted = frozenset().union(*(KEY_SCOPES.get(s, frozenset()) for s in key.scopes))
            return Principal(
                name=key.id, display_name=key.name, role="partner", subdistrict=key.subdistrict_code,
                committees=None, permissions=granted, machine=True,
            )  # fmt: skip


def _if_it_can(session: DatabaseSession, note: Update) -> None:
    """Note when somebody was seen; a full or read-only disk must not keep them from looking."""
    try:
        with session.begin_nested():
            session.execute(note)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise


def _principal(account: Account, csrf: str) -> Principal:
    return Principal(
        name=account.name, display_name=account.display_name, role=account.role,
        subdistrict=account.subdistrict_code, committees=committees_of(account.role, account.committees),
        permissions=PERMISSIONS_OF[account.role], csrf=csrf,
    )  # fmt: skip


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_key(
    name: str, subdistrict: str, scopes: list[str], expires_at: dt.datetime | None
) -> tuple[str, ApiKey]:
    """A fresh machine key: the secret to hand over once, and its row (hash only)."""
    secret = "wg_" + secrets.token_urlsafe(32)
    row = ApiKey(
        subdistrict_code=subdistrict, id="k" + secrets.token_hex(6), key_hash=digest(secret), name=name,
        scopes=scopes, expires_at=expires_at,
    )  # fmt: skip
    return secret, row
