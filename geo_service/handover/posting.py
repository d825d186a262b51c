"""Going to a destination: one POST over a connection to an address that was checked, within a time.

No redirect is followed and no proxy is asked.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from geo_service.handover.destinations import Destination, Undeliverable

TOTAL_S = 15.0
CONNECT_S = 5.0
#: A receiver's answer is read as far as this and thrown away.
_MOST_ANSWER = 65_536


@dataclass(frozen=True)
class Answer:
    """What a receiver said: HTTP status, and the seconds it asks to wait (0: none)."""

    status: int
    retry_after_s: int = 0


def post(
    where: Destination, addresses: Iterable[str], headers: dict[str, str], body: bytes, *, total_s: float = TOTAL_S
) -> Answer:  # fmt: skip
    """Send ``body`` to the first address that takes a connection. Raises Undeliverable; never longer than ``total_s``."""
    connection = _Pinned(where, list(addresses))
    watch = threading.Timer(total_s, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", where.target, body, {"Host": _host_header(where), **headers})
        response = connection.getresponse()
        response.read(_MOST_ANSWER)
        if connection.was_cut:  # headers that end in the middle look whole to http.client
            raise TimeoutError
        return Answer(response.status, _seconds(response.headers.get("Retry-After")))
    except ssl.SSLError:
        raise Undeliverable("timeout" if connection.was_cut else "tls") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = connection.was_cut or isinstance(error, TimeoutError)
        raise Undeliverable("timeout" if late else "unreachable") from None
    finally:
        watch.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were checked, with the certificate checked for the name."""

    def __init__(self, where: Destination, addresses: list[str]) -> None:
        super().__init__(where.host, where.port, timeout=CONNECT_S)
        self._where, self._addresses = where, addresses
        self.was_cut = False

    def connect(self) -> None:
        last: OSError = OSError("no address")
        for address in self._addresses:
            if self.was_cut:
                break
            try:
                found = socket.create_connection((address, self._where.port), CONNECT_S)
            except OSError as error:
                last = error
                continue
            self.sock = found
            if self._where.secure:
                context = ssl.create_default_context()
                self.sock = context.wrap_socket(found, server_hostname=self._where.host)
            self.sock.settimeout(TOTAL_S)
            return
        raise last

    def cut(self) -> None:
        """End it now, from another thread: whatever waits for the receiver wakes with an error."""
        self.was_cut = True
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _host_header(where: Destination) -> str:
    host = f"[{where.host}]" if ":" in where.host else where.host
    return host if where.port == (443 if where.secure else 80) else f"{host}:{where.port}"


def _seconds(value: str | None) -> int:
    return min(int(value), 3_600) if value and value.isascii() and value.isdigit() and len(value) < 9 else 0
