"""Where a webhook may go: public HTTPS, what the installation lists, and nothing else, however it is written."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from geo_service.handover import posting
from geo_service.handover.destinations import Admitted, Undeliverable, addresses_of, destination
from geo_service.handover.posting import post
from geo_service.problems import Problem

NOBODY = Admitted.of("")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x", "https://10.0.0.1/", "https://172.16.5.5/", "https://192.168.1.1/", "https://169.254.169.254/",
        "https://0.0.0.0/", "https://100.64.0.1/", "https://224.0.0.1/", "https://255.255.255.255/", "https://[::1]/",
        "https://[::]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a00:1]/", "https://[2002:7f00:1::]/", "https://[ff02::1]/",
        "https://198.18.0.1/", "https://192.0.2.1/", "https://[2001:db8::1]/", "https://127.0.0.1./",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused_when_written_out(url: str) -> None:
    with pytest.raises(Problem, match=r"address-refused|invalid-url"):
        destination(url, NOBODY)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_other_spellings_of_this_machine_are_refused_once_they_are_looked_up(host: str) -> None:
    with pytest.raises(Undeliverable, match="refused-address"):
        addresses_of(destination(f"https://{host}/", NOBODY), NOBODY)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "//host/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "https://", "https:///x",
        "https://user@example.org/", "https://user:word@example.org/", "https://example.org/#part", "https://example.org:99999/",
        "https://example.org:x/", "https://exa mple.org/", "https://example.org/\r\nX: y", "https://example.org/\x00",
        "https://a..b/", "https://[::1/", "https://example.org/路", "https://" + "a" * 600 + ".org/",
        "javascript:alert(1)", "https://example.org\\@127.0.0.1/ x",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(Problem, match="invalid-url"):
        destination(url, NOBODY)


def test_plain_http_is_only_for_hosts_listed_with_it() -> None:
    with pytest.raises(Problem, match="https-only"):
        destination("http://example.org/", NOBODY)
    with pytest.raises(Problem, match="https-only"):
        destination("http://platform.local/", Admitted.of("platform.local, 10.0.0.0/8"))
    assert destination("http://10.1.2.3:8080/x?y=1", Admitted.of("http://10.1.2.3:8080")).target == "/x?y=1"
    with pytest.raises(Problem, match="https-only"):
        destination("http://10.1.2.3:8081/", Admitted.of("http://10.1.2.3:8080"))


def test_a_public_address_is_allowed_and_a_listed_network_too() -> None:
    where = destination("https://example.org/feed", NOBODY)
    assert addresses_of(where, NOBODY, lambda *_: ["93.184.215.14", "2606:2800:21f::1"])
    inside = Admitted.of("10.20.0.0/16")
    assert addresses_of(where, inside, lambda *_: ["10.20.3.4"]) == ["10.20.3.4"]
    with pytest.raises(Undeliverable, match="refused-address"):
        addresses_of(where, inside, lambda *_: ["10.21.3.4"])


def test_one_address_inside_refuses_a_name_altogether() -> None:
    where = destination("https://rebinding.example/", NOBODY)
    with pytest.raises(Undeliverable, match="refused-address"):
        addresses_of(where, NOBODY, lambda *_: ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(Undeliverable, match="no-such-host"):
        addresses_of(where, NOBODY, lambda *_: [])


def test_the_connection_goes_to_the_address_that_was_checked_and_asks_no_resolver_again(
    receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    where = destination(f"http://looked-up.example:{port}/", Admitted.of("http://looked-up.example"))
    asked: list[str] = []
    real = socket.getaddrinfo

    def counted(host: Any, *more: Any, **named: Any) -> Any:
        asked.append(host)
        return real(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    headers = {"webhook-id": "x", "webhook-timestamp": "0", "webhook-signature": "", "Content-Type": "x"}
    assert post(where, ["127.0.0.1"], headers, b"[]").status == 200
    assert set(asked) <= {"127.0.0.1"}


@contextmanager
def listening(answer: Any) -> Iterator[int]:
    """A socket whose every connection is given to ``answer``."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    client, _ = server.accept()
                except OSError:
                    continue
                with client:
                    answer(client, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        over.set()
        thread.join(5)


def test_a_receiver_that_drips_is_cut_off_in_time() -> None:
    def drip(client: socket.socket, over: threading.Event) -> None:
        client.recv(65_536)
        try:
            client.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.wait(0.1):
                client.sendall(b"X: y\r\n")
        except OSError:
            pass

    with listening(drip) as port:
        where = destination(f"http://127.0.0.1:{port}/", Admitted.of("http://127.0.0.1"))
        began = time.monotonic()
        with pytest.raises(Undeliverable, match=r"timeout|unreachable") as caught:
            post(where, ["127.0.0.1"], {}, b"[]", total_s=1.0)
        assert caught.value.reason == "timeout"
        assert time.monotonic() - began < 4


def test_nonsense_and_a_closed_port_are_failures_not_faults() -> None:
    def nonsense(client: socket.socket, _: threading.Event) -> None:
        client.recv(65_536)
        client.sendall(b"\xff\x00 not http\r\n\r\n")

    admitted = Admitted.of("http://127.0.0.1")
    with listening(nonsense) as port, pytest.raises(Undeliverable, match="unreachable"):
        post(destination(f"http://127.0.0.1:{port}/", admitted), ["127.0.0.1"], {}, b"[]")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Undeliverable, match="unreachable"):
        post(destination(f"http://127.0.0.1:{port}/", admitted), ["127.0.0.1"], {}, b"[]")


def test_a_certificate_has_to_be_of_the_host_and_of_a_known_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path, "receiver.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def answer(client: socket.socket, _: threading.Event) -> None:
        try:
            with context.wrap_socket(client, server_side=True) as secure:
                said = b""
                while not said.endswith(b"[]"):
                    said += secure.recv(65_536)
                secure.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except OSError:
            pass

    admitted = Admitted.of("receiver.test, other.test")
    with listening(answer) as port:
        right = destination(f"https://receiver.test:{port}/", admitted)
        with pytest.raises(Undeliverable) as unknown:
            post(right, ["127.0.0.1"], {}, b"[]")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert post(right, ["127.0.0.1"], {}, b"[]").status == 204
        with pytest.raises(Undeliverable) as another:
            post(destination(f"https://other.test:{port}/", admitted), ["127.0.0.1"], {}, b"[]")
    assert (unknown.value.reason, another.value.reason) == ("tls", "tls")


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of a day for ``name``, and its key."""
    import datetime as dt

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, secret


def test_waits_asked_for_are_read_carefully() -> None:
    assert [posting._seconds(v) for v in (None, "30", "99999", "-1", "soon", "9" * 30)] == [
        0,
        30,
        3600,
        0,
        0,
        0,
    ]
