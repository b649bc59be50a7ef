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

# What the registries of special-purpose addresses (IANA; RFC 6890) keep from the public internet. `is_global` of the
# standard library changed between versions, and counts multicast among the public.
_NOT_PUBLIC_4 = tuple(map(ipaddress.IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3",
)))  # fmt: skip
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")  # all that is public lies here; what is not, of it:
_NOT_PUBLIC_6 = tuple(map(ipaddress.IPv6Network, (
    "2001::/23",  # protocol assignments, among them Teredo, benchmarking and ORCHID
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4, which wraps any IPv4 address
    "3fff::/20",  # documentation
)))  # fmt: skip
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # IPv4 for those who have none, in the last 32 bits


def is_public(address: str) -> bool:
    """Whether anybody on the internet is reached under this IP address; a wrapped IPv4 address counts as itself.

    >>> is_public("93.184.215.14"), is_public("::ffff:10.0.0.5"), is_public("64:ff9b::7f00:1"), is_public("ff0e::1")
    (True, False, False, False)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped
        if wrapped is None:
            return ip in _UNICAST_6 and not any(ip in network for network in _NOT_PUBLIC_6)
        ip = wrapped
    return not any(ip in network for network in _NOT_PUBLIC_4)


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
        addresses = list(dict.fromkeys(str(info[4][0]) for info in resolved))
        for address in addresses:
            if not is_public(address):
                raise ForbiddenAddress(f"{host} is the private address {address}")
        return Timed(self._first_that_answers(addresses, port, timeout, local_address, socket_options), self._deadlines)

    def _first_that_answers(
        self, addresses: list[str], port: int, timeout: float | None, local_address: str | None, socket_options: Any
    ) -> httpcore.NetworkStream:
        """A connection to the first of a host's addresses that takes it, within the time of the page.

        The addresses are those that were checked: a second look-up of the name could return others.
        """
        failure: Exception = httpcore.ConnectTimeout("the time for this page is over")
        for address in addresses:
            left = float(self._deadlines.at.until) - time.monotonic()
            if left <= 0:
                break
            try:
                within = left if timeout is None else min(timeout, left)
                return super().connect_tcp(address, port, within, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


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
