"""Connections to the public internet only: a socket looks at its address, and again at its peer."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from imgoe_bot.hostapi.client.transport import shared_tls

_INNER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.88.99.0/24",
        "3fff::/20",
        "5f00::/16",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
"""Networks that not every Python's ``is_global`` leaves out: IPv6 addresses that stand for an IPv4
address, which could be any; 6to4 relays; documentation; segment routing.

Source: RFC 4291 (compatible, mapped), 6052 and 8215 (NAT64), 4380 (Teredo), 3056 (6to4), 7526 (its
relays), 9637 (documentation), 9602 (segment routing).
"""


Allow = Callable[[str], bool]


class _AddressBlocked(OSError):
    """The address is not one of the public internet."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Private, loopback, link-local (cloud metadata too), shared, multicast and reserved ones don't.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip in network for network in _INNER) or (ip.version == 6 and ip.is_site_local):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class _GuardedSocket(socket.socket):
    """Connects to allowed addresses only."""

    allow: Allow
    _peer_seen = False

    def connect(self, address: Any, /) -> None:
        self._check(address)
        super().connect(address)

    def send(self, data: Any, flags: int = 0, /) -> int:
        self._check_peer()
        return super().send(data, flags)

    def sendmsg(self, *arguments: Any) -> int:
        self._check_peer()
        return super().sendmsg(*arguments)

    def _check_peer(self) -> None:
        if not self._peer_seen:
            self._check(self.getpeername())
            self._peer_seen = True

    def _check(self, address: Any) -> None:
        if not self.allow(str(address[0])):
            raise _AddressBlocked("no public address")


def guarded_sockets(allow: Allow = is_public) -> Callable[[Any], socket.socket]:
    """Return a maker of sockets that connect to allowed addresses only."""

    def make_socket(found: Any) -> socket.socket:
        made = _GuardedSocket(family=found[0], type=found[1], proto=found[2])
        made.allow = allow
        return made

    return make_socket


def open_guarded_http(allow: Allow = is_public) -> httpx.AsyncClient:
    """Open a client that connects to allowed addresses only and keeps nothing between requests."""
    tls = shared_tls(trust_env=False)

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=tls,
            socket_factory=guarded_sockets(allow),
            use_dns_cache=False,
            force_close=True,
            limit=8,
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=tls, client=session),
        timeout=httpx.Timeout(30, connect=10, pool=None),
        trust_env=False,
    )


def was_blocked(error: BaseException) -> bool:
    """Tell whether a request failed because its address is not allowed."""
    chain: Sequence[BaseException | None] = (error.__cause__, error.__context__)
    return isinstance(error, _AddressBlocked) or any(
        was_blocked(each) for each in chain if each is not None
    )
