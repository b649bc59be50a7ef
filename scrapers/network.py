"""The connections that scrapers/http.py makes: only to public addresses, and only until the page's deadline.

Both are checked here, at the socket: a redirect, a name that resolves to a private address, or a server that sends
one byte a second passes every earlier check.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpcore

from scrapers.errors import ForbiddenAddress


@dataclass
class Deadline:
    """When a page must be complete, retries included; waiting for a turn extends it."""

    until: float


class Guarded(httpcore.SyncBackend):
    """Connects only to addresses that are public, or whose host is allowed."""

    def __init__(self, allowed: frozenset[tuple[str, int | None]], deadlines: threading.local) -> None:
        """`allowed` holds (host, port), or (host, None) where any port will do."""
        self._allowed, self._deadlines = allowed, deadlines

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Connects as httpcore does, but to an address that was checked."""
        if not self._allowed.isdisjoint({(host, port), (host, None)}):
            return Timed(super().connect_tcp(host, port, timeout, local_address, socket_options), self._deadlines)
        try:
            resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(info[4][0]) for info in resolved]
        for address in addresses:
            if not ipaddress.ip_address(address.partition("%")[0]).is_global:
                raise ForbiddenAddress(f"{host} is the private address {address}")
        # Connect to the address that was checked: a second look-up could return another.
        return Timed(super().connect_tcp(addresses[0], port, timeout, local_address, socket_options), self._deadlines)


class Timed(httpcore.NetworkStream):
    """A connection whose reads end at the deadline of the request at hand, however slowly bytes arrive."""

    def __init__(self, stream: httpcore.NetworkStream, deadlines: threading.local) -> None:
        self._stream, self._deadlines = stream, deadlines

    def _left(self, timeout: float | None) -> float:
        left = float(self._deadlines.at.until) - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this page is over")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return Timed(inner, self._deadlines)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
