"""The nginx site, in a real nginx with a real certificate, before a real service process."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from geo_service.deployment import writing

pytestmark = pytest.mark.clients
HOST = "localhost"


@dataclass
class Site:
    """nginx before a service; ``get`` asks over TLS as somebody from outside would."""

    plain: str
    tls: str
    certificate: Path
    upstream: subprocess.Popen[bytes]

    def client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.Client(base_url=self.tls, verify=trusted, timeout=30)


def free_ports(n: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "site.pem", folder / "site.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


@pytest.fixture(scope="module")
def site(small_town: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is missing; on Debian: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("proxy")
    upstream, plain, tls = free_ports(3)
    pem, key = certificate(folder)
    here = writing.Installation(
        user="nobody", folder=folder, program=folder, data=folder, settings=folder, backup=folder, anchors=folder,
        host=HOST, certificate=pem, certificate_key=key, port=upstream,
    )  # fmt: skip
    text = dict(writing.rendered(here))["nginx.conf"]
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace(
        "listen 443 ", f"listen 127.0.0.1:{tls} "
    )
    (folder / "wangge.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary} include {folder}/wangge.conf; }}\n", encoding="utf-8",
    )  # fmt: skip
    environment = os.environ | {
        "WANGGE_DATABASE_URL": small_town["url"], "WANGGE_DATA_DIR": str(folder), "WANGGE_PORT": str(upstream),
        "WANGGE_SECURE_COOKIES": "true", "WANGGE_FORWARDED_ALLOW_IPS": "127.0.0.1",
    }  # fmt: skip
    service = subprocess.Popen(
        [sys.executable, "-c", "from geo_service.cli import main; main()", "up"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    command = [nginx, "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(folder / "nginx.conf")]
    proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    made = Site(f"http://127.0.0.1:{plain}", f"https://{HOST}:{tls}", pem, service)
    try:
        until(lambda: ready(made))
        yield made
    finally:
        for process in (proxy, service):
            process.terminate()
            process.wait(30)


def ready(site: Site) -> bool:
    try:
        with site.client() as client:
            return client.get("/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def until(happened: Callable[[], bool], patience_s: float = 60) -> None:
    end = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_plain_http_is_sent_to_tls_and_tls_says_to_stay(site: Site) -> None:
    answer = httpx.get(f"{site.plain}/api/session?x=1")
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{HOST}/api/session?x=1")
    with site.client() as client:
        answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "nginx/" not in answer.headers.get("server", "")


def test_signing_in_gives_a_cookie_that_only_tls_carries(site: Site, small_town: dict[str, Any]) -> None:
    account = {k: small_town["accounts"]["office"][k] for k in ("name", "password")}
    with site.client() as client:
        answer = client.post("/api/login", json=account)
        assert answer.status_code == 200
        assert "secure" in answer.headers["set-cookie"].lower()
        assert client.get("/api/session").status_code == 200


def test_figures_of_the_machine_stay_inside(site: Site) -> None:
    with site.client() as client:
        assert client.get("/metrics").status_code == 404


def test_an_entity_tag_and_the_packing_survive_the_proxy(site: Site, small_town: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {small_town['api_key']}", "Accept-Encoding": "gzip"}
    with site.client() as client:
        first = client.get("/ogc/collections/micro-grids/items?limit=10", headers=headers)
        assert (first.status_code, first.headers["content-encoding"]) == (200, "gzip")
        again = client.get(first.url, headers={**headers, "If-None-Match": first.headers["etag"]})
        assert again.status_code == 304


def test_many_sign_ins_at_once_are_slowed_and_nothing_else_is(site: Site) -> None:
    with site.client() as client:
        wrong = {"name": "nobody-of-that-name", "password": "x"}
        given = [client.post("/api/login", json=wrong).status_code for _ in range(30)]
        assert 429 in given[15:]
        assert client.get("/healthz").status_code == 200


def test_while_the_service_is_away_the_page_says_so_and_tries_again(site: Site) -> None:
    site.upstream.terminate()
    site.upstream.wait(30)
    with site.client() as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert "正在启动" in answer.text
    assert "charset=utf-8" in answer.headers["content-type"]
