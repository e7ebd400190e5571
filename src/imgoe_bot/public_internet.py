"""The public internet, and sockets that connect to nothing else: for addresses of strangers."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

_NOT_PUBLIC = tuple(
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
        "fec0::/10",
    )
)
"""Networks that not every Python's ``is_global`` leaves out: IPv6 addresses that stand for an IPv4
address, which could be any; 6to4 relays; documentation; segment routing; site-local ones.

Source: RFC 4291 (compatible, mapped), 6052 and 8215 (NAT64), 4380 (Teredo), 3056 (6to4), 7526 (its
relays), 9637 (documentation), 9602 (segment routing), 3879 (site-local).
"""

Allow = Callable[[str], bool]
"""Answers whether an IP address may be connected to."""


class AddressBlocked(OSError):
    """The address is not one that may be connected to."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Private, loopback, link-local (cloud metadata too), shared, multicast and reserved ones don't.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class _GuardedSocket(socket.socket):
    """Connects to allowed addresses only, and asks for its peer once more before it speaks."""

    allow: Allow
    _peer_seen = False

    def connect(self, address: Any, /) -> None:
        self._check(address)
        super().connect(address)

    def connect_ex(self, address: Any, /) -> int:
        self._check(address)
        return super().connect_ex(address)

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
            raise AddressBlocked("no public address")


def guarded_sockets(allow: Allow = is_public) -> Callable[[Any], socket.socket]:
    """Return a maker of sockets that connect to allowed addresses only."""

    def make_socket(found: Any) -> socket.socket:
        made = _GuardedSocket(family=found[0], type=found[1], proto=found[2])
        made.allow = allow
        return made

    return make_socket
