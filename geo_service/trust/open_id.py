"""OpenID Connect (Core 1.0, Discovery 1.0; PKCE, RFC 7636): the authorization code flow against one trusted provider.

The provider says who somebody is, never what they may do: an identity signs in only as the account that an
administrator bound it to. Its name for a person is hashed at once and stored nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

import jwt

from geo_service.problems import Problem

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY_S = 60
REMEMBERED_S = 3_600.0
SOONEST_S = 30.0  # an unknown signing key makes us ask the provider again, but not more often than this
TIMEOUT_S = 5.0
LARGEST = 1_000_000
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Provider:
    """What was agreed with the provider. ``secret`` may be absent: PKCE protects a public client."""

    issuer: str
    client: str
    returns_to: str
    secret: str | None = None
    claim: str = "sub"
    ca_file: Path | None = None


@dataclass(frozen=True)
class Attempt:
    """What one browser must bring back: kept in its cookie, on no server."""

    state: str
    nonce: str
    verifier: str
    onward: str

    @classmethod
    def new(cls, onward: str) -> Attempt:
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), onward)

    def packed(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def unpacked(cls, cookie: str) -> Attempt | None:
        """The attempt out of a cookie; None for anything that is none.

        >>> tried = Attempt.new("/")
        >>> Attempt.unpacked(tried.packed()) == tried, Attempt.unpacked("no such thing")
        (True, None)
        """
        try:
            found = json.loads(base64.urlsafe_b64decode(cookie.encode()))
            made = cls(**found)
        except (ValueError, TypeError):
            return None
        return made if all(isinstance(value, str) for value in asdict(made).values()) else None


def login_hash(issuer: str, identity: str) -> bytes:
    """What is stored of an identity; the same name at two providers is two identities.

    >>> login_hash("https://a.example", "x") == login_hash("https://b.example", "x")
    False
    """
    return hashlib.sha256(f"wangge sign-on\n{issuer.rstrip('/')}\n{identity}".encode()).digest()


class OpenId:
    """One provider as this process knows it; its description and keys are asked for again after an hour."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._lock = threading.Lock()
        self._facts: dict[str, Any] = {}
        self._keys: dict[str | None, dict[str, Any]] = {}
        self._asked_at = self._keys_at = -REMEMBERED_S
        context = ssl.create_default_context(cafile=str(provider.ca_file) if provider.ca_file else None)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirects()
        )

    def address(self, attempt: Attempt) -> str:
        """Where to send the browser."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest())
        asked = {
            "response_type": "code", "client_id": self.provider.client, "redirect_uri": self.provider.returns_to,
            "scope": "openid" if self.provider.claim == "sub" else "openid profile",
            "state": attempt.state, "nonce": attempt.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(), "code_challenge_method": "S256",
        }  # fmt: skip
        to = self._described()["authorization_endpoint"]
        return f"{to}{'&' if urllib.parse.urlsplit(to).query else '?'}{urllib.parse.urlencode(asked)}"

    def identity(self, code: str, attempt: Attempt) -> bytes:
        """Exchange the code and verify the identity token; the hash of whom it names. Raises Problem."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.provider.returns_to,
            "client_id": self.provider.client, "code_verifier": attempt.verifier,
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        facts = self._described()
        if self.provider.secret:
            if "client_secret_basic" in facts.get(
                "token_endpoint_auth_methods_supported", ["client_secret_basic"]
            ):
                pair = f"{urllib.parse.quote_plus(self.provider.client)}:{urllib.parse.quote_plus(self.provider.secret)}"
                headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            else:
                form["client_secret"] = self.provider.secret
        answer = self._asked(facts["token_endpoint"], urllib.parse.urlencode(form).encode(), headers)
        claims = self._claims(str(answer.get("id_token") or ""), attempt.nonce)
        named = claims.get(self.provider.claim)
        if not isinstance(named, str) or not 1 <= len(named) <= 255:
            _refused(f"no claim {self.provider.claim}")
        return login_hash(self.provider.issuer, named)

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                _refused("algorithm")
            claims: dict[str, Any] = jwt.decode(
                token, self._key(header.get("kid"), header["alg"]), algorithms=ALGORITHMS, audience=self.provider.client,
                issuer=self._described()["issuer"], leeway=LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            _refused(type(error).__name__)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            _refused("nonce")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.provider.client:
            _refused("azp")
        return claims

    def _key(self, kid: str | None, algorithm: str) -> Any:
        with self._lock:
            age = time.monotonic() - self._keys_at
            if age > REMEMBERED_S or (kid not in self._keys and age > SOONEST_S):
                listed = self._asked(self._described()["jwks_uri"]).get("keys")
                if not isinstance(listed, list):
                    _unreachable("no signing keys")
                signing = [k for k in listed if isinstance(k, dict) and k.get("use", "sig") == "sig"]
                self._keys, self._keys_at = {k.get("kid"): k for k in signing}, time.monotonic()
            found = self._keys.get(kid)
            if found is None and kid is None and len(self._keys) == 1:
                found = next(iter(self._keys.values()))
        if found is None or found.get("kty") == "oct":
            _refused("signing key")
        return jwt.PyJWK(found, algorithm).key

    def _described(self) -> dict[str, Any]:
        if time.monotonic() - self._asked_at < REMEMBERED_S:
            return self._facts
        issuer = self.provider.issuer.rstrip("/")
        facts = self._asked(issuer + "/.well-known/openid-configuration")
        if str(facts.get("issuer", "")).rstrip("/") != issuer:
            _unreachable("another issuer answers")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _demand_safe(str(facts.get(name, "")))
        self._facts, self._asked_at = facts, time.monotonic()
        return facts

    def _asked(
        self, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        _demand_safe(url)
        request = urllib.request.Request(
            url, data=body, headers={"Accept": "application/json"} | (headers or {})
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                found = json.loads(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            error.close()
            if body is not None and error.code in {400, 401}:
                _refused("code")
            _unreachable(f"HTTP {error.code}")
        except (OSError, ValueError) as error:
            _unreachable(type(error).__name__)
        if not isinstance(found, dict):
            _unreachable("no JSON object")
        return found


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


def _demand_safe(url: str) -> None:
    """TLS everywhere but on this machine itself."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        _unreachable("an address without TLS")


def _refused(why: str) -> NoReturn:
    raise Problem(
        "sign-on-refused", 401,
        f"统一身份认证的应答未通过核验（{why}），请重新登录。 / The answer of single sign-on did not hold ({why}); sign in again.",
    )  # fmt: skip


def _unreachable(why: str) -> NoReturn:
    raise Problem(
        "sign-on-unavailable", 503,
        f"统一身份认证暂不可用（{why}），可用账号口令登录。 / Single sign-on is unavailable ({why}); sign in with account and password.",
        headers={"Retry-After": "30"},
    )  # fmt: skip
