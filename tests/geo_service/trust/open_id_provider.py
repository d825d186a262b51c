"""A small OpenID provider in a process of its own: discovery, keys, authorization with PKCE, tokens signed with RSA.

    python open_id_provider.py CLIENT SECRET RETURN_ADDRESS

prints its issuer and serves. ``POST /next`` says who signs in next and what goes wrong: ``{"sub": "x", "wrong": "nonce"}``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT, SECRET, RETURN = sys.argv[1:4]


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Knowledge:
    """What the server knows between requests."""

    keys: dict[str, rsa.RSAPrivateKey]
    signs_with: str
    next_one: dict[str, Any] = field(default_factory=lambda: {"sub": "nobody"})
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    described: int = 0


PROVIDER = Knowledge({"first": new_key()}, "first")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/.well-known/openid-configuration":
            PROVIDER.described += 1
            issuer = "http://127.0.0.1:1" if PROVIDER.next_one.get("wrong") == "description" else ISSUER
            self.answer(200, {
                "issuer": issuer, "authorization_endpoint": ISSUER + "/authorize", "token_endpoint": ISSUER + "/token",
                "jwks_uri": ISSUER + "/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
            })  # fmt: skip
        elif asked.path == "/keys":
            keys = [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(k.public_key())) | {"kid": kid, "use": "sig"}
                    for kid, k in PROVIDER.keys.items()]  # fmt: skip
            self.answer(200, {"keys": None if PROVIDER.next_one.get("wrong") == "keys" else keys})
        elif asked.path == "/authorize":
            self.authorize(query)
        else:
            self.answer(404, {})

    def authorize(self, query: dict[str, str]) -> None:
        assert query["client_id"] == CLIENT
        assert query["redirect_uri"] == RETURN
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        if PROVIDER.next_one.get("wrong") == "denied":
            back = {"error": "access_denied", "state": query["state"]}
        else:
            code = hashlib.sha256(f"{time.time_ns()}".encode()).hexdigest()
            PROVIDER.codes[code] = query
            back = {"code": code, "state": query["state"]}
        self.send_response(302)
        self.send_header("Location", f"{RETURN}?{urlencode(back)}")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/next":
            PROVIDER.next_one = json.loads(body)
            if fresh := PROVIDER.next_one.get("new_key"):
                PROVIDER.keys = {fresh: new_key()}
                PROVIDER.signs_with = fresh
            self.answer(200, {"described": PROVIDER.described})
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = PROVIDER.codes.pop(form.get("code", ""), None)
        told = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if self.headers.get("Authorization") != f"Basic {told}":
            self.answer(401, {"error": "invalid_client"})
        elif (
            asked is None
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or form.get("redirect_uri") != RETURN
        ):
            self.answer(400, {"error": "invalid_grant"})
        else:
            self.answer(
                200, {"access_token": "unused", "token_type": "Bearer", "id_token": token(asked["nonce"])}
            )

    def answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def token(nonce: str) -> str:
    """The identity token, with whatever is to be wrong with it."""
    now, said = int(time.time()), PROVIDER.next_one
    wrong = said.get("wrong")
    claims = {"iss": ISSUER, "sub": said["sub"], "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
    claims |= {
        "nonce": {"nonce": "another"}, "audience": {"aud": "another"}, "expired": {"iat": now - 900, "exp": now - 600},
        "issuer": {"iss": "http://127.0.0.1:1"}, "party": {"aud": [CLIENT, "another"], "azp": "another"},
    }.get(wrong, {})  # fmt: skip
    key, headers = PROVIDER.keys[PROVIDER.signs_with], {"kid": PROVIDER.signs_with}
    if wrong == "unsigned":
        return jwt.encode(claims, None, algorithm="none", headers=headers)
    if wrong == "public key as secret":
        secret = hashlib.sha256(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        ).digest()
        return jwt.encode(claims, secret, algorithm="HS256", headers=headers)
    if wrong == "signature":
        key = new_key()
    if wrong == "no subject":
        del claims["sub"]
    return jwt.encode(claims, key, algorithm="RS256", headers=headers)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
ISSUER = f"http://127.0.0.1:{server.server_port}"

if __name__ == "__main__":
    print(ISSUER, flush=True)
    server.serve_forever()
