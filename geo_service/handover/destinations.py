"""Where a webhook may go: never inside the own network unless the installation says so.

A name is looked up once for each attempt and the connection goes to the very address that was checked, so that a name
which answers differently the second time leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from geo_service.problems import Problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], list[str]]


class Undeliverable(Exception):
    """Nothing arrived, and why in one word: ``refused-address``, ``no-such-host``, ``tls``, ``timeout``, ``unreachable``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Admitted:
    """What an installation allows beyond public HTTPS: hosts by name (some over plain HTTP), and networks."""

    hosts: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @classmethod
    def of(cls, setting: str) -> Admitted:
        """Read ``WANGGE_WEBHOOK_HOSTS``: names, addresses, networks; ``http://`` in front also allows plain HTTP.

        >>> some = Admitted.of("http://127.0.0.1:9000, platform.local, 10.20.0.0/16")
        >>> sorted(some.hosts), sorted(some.plain), some.networks
        (['127.0.0.1:9000', 'platform.local'], ['127.0.0.1:9000'], (IPv4Network('10.20.0.0/16'),))
        """
        hosts, plain, networks = set(), set(), []
        for entry in (e.strip().lower() for e in setting.split(",")):
            if not entry:
                continue
            if "/" in entry and "://" not in entry:
                networks.append(ipaddress.ip_network(entry, strict=False))
                continue
            name = entry.removeprefix("https://").removeprefix("http://").rstrip("/")
            hosts.add(name)
            if entry.startswith("http://"):
                plain.add(name)
        return cls(frozenset(hosts), frozenset(plain), tuple(networks))

    def knows(self, host: str, port: int, *, over_plain: bool = False) -> bool:
        """Whether a host is listed, with this port or without any."""
        return bool({host, f"{host}:{port}"} & (self.plain if over_plain else self.hosts))


@dataclass(frozen=True)
class Destination:
    """A checked URL."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def shown(self) -> str:
        """Host and port: what may stand in logs and in the audit, since a path or query can be a secret."""
        return f"{self.host}:{self.port}"


def destination(url: str, admitted: Admitted) -> Destination:
    """The parts of a URL that webhooks may have. Raises Problem ``invalid-url`` or ``address-refused``."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii").rstrip(".")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _invalid() from None
    if (
        not host or parts.username is not None or parts.fragment or len(url) > 500
        or parts.scheme not in {"https", "http"} or not url.isprintable() or " " in url
    ):  # fmt: skip
        raise _invalid()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii():
        raise _invalid()
    found = Destination(parts.scheme == "https", host, port, target)
    if not found.secure and not admitted.knows(host, port, over_plain=True):
        raise Problem(
            "https-only", 422, "推送地址须为 https。 / The address must be https.",
        )  # fmt: skip
    literal = _literal(host)
    if literal is not None and not allowed(literal, found, admitted):
        raise refused_address()
    return found


def refused_address() -> Problem:
    return Problem(
        "address-refused", 422,
        "推送地址在内网或本机；如确需，请在 WANGGE_WEBHOOK_HOSTS 中列出。 / The address is inside the network or this machine; "
        "list it in WANGGE_WEBHOOK_HOSTS if it is meant.",
    )  # fmt: skip


def allowed(address: Address, where: Destination, admitted: Admitted) -> bool:
    """Whether a connection may go to this address: public, or listed by host or network."""
    if admitted.knows(where.host, where.port):
        return True
    inner = _unwrapped(address)
    if any(inner in network for network in admitted.networks if network.version == inner.version):
        return True
    return inner.is_global and not (inner.is_multicast or inner.is_reserved or inner.is_unspecified)


def addresses_of(where: Destination, admitted: Admitted, lookup: Lookup | None = None) -> list[str]:
    """The addresses of the host, every one of them allowed; one that is not refuses them all."""
    try:
        found = (lookup or _look_up)(where.host, where.port)
    except OSError:
        raise Undeliverable("no-such-host") from None
    if not found:
        raise Undeliverable("no-such-host")
    if not all(allowed(ipaddress.ip_address(a.split("%")[0]), where, admitted) for a in found):
        raise Undeliverable("refused-address")
    return found


def _look_up(host: str, port: int) -> list[str]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it, so that no wrapping hides where it goes."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _invalid() -> Problem:
    return Problem(
        "invalid-url", 422,
        "推送地址应为 https://主机/路径，不含用户名与片段。 / The address must be https://host/path, without a user or fragment.",
    )  # fmt: skip
