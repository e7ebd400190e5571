"""Fetches a picture from an address that a client gave, and from the public internet only.

Each name is resolved here, every address it has is checked, and the connection goes to a checked
address, so neither a redirect nor a name that changes its mind leads inside. The connected socket
is asked for its peer once more before a byte is sent.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.intake.spool import Spool
from imgoe_bot.hostserver.names import sent_filename
from imgoe_bot.public_internet import Allow, guarded_sockets, is_public

REDIRECTS = 4
TOTAL_S = 30
CHUNK_BYTES = 256 * 1024
Resolve = Callable[[str, int], Awaitable[list[str]]]


def looks_like_url(text: str) -> bool:
    """Answer whether a source sent as text is meant as an address."""
    return text.lstrip()[:8].lower().startswith(("http://", "https://"))


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host name as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(slots=True)
class _CheckedResolver(AbstractResolver):
    """Gives aiohttp only addresses that may be connected to."""

    resolve_host: Resolve
    allow: Allow

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await self.resolve_host(host, port)
        if not addresses or not all(map(self.allow, addresses)):
            raise OSError("the name leads to no public address")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class GuardedFetcher:
    """Fetches addresses of strangers.

    Attributes:
        resolve_host: finds the addresses of a name.
        allow: answers whether an address may be connected to.
    """

    resolve_host: Resolve = resolve
    allow: Allow = is_public

    async def fetch(self, url: str, spool: Spool) -> str:
        """Write what the address gives into the spool and return the file name it suggests.

        Raises:
            Fault: not public, not reachable, no success, too large or too slow.
        """
        connector = aiohttp.TCPConnector(
            resolver=_CheckedResolver(self.resolve_host, self.allow),
            use_dns_cache=False,
            socket_factory=guarded_sockets(self.allow),
            force_close=True,
        )
        try:
            async with (
                asyncio.timeout(TOTAL_S),
                aiohttp.ClientSession(
                    connector=connector, cookie_jar=aiohttp.DummyCookieJar()
                ) as session,
            ):
                return await self._follow(session, url, spool)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Fault(Reason.URL_SOURCE_FAILED) from error

    async def _follow(self, session: aiohttp.ClientSession, url: str, spool: Spool) -> str:
        for _ in range(REDIRECTS + 1):
            if urlsplit(url).scheme not in ("http", "https"):
                raise Fault(Reason.URL_SOURCE_FAILED)
            async with session.get(url, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = urljoin(url, response.headers.get("Location", ""))
                    continue
                if response.status != 200:
                    raise Fault(Reason.URL_SOURCE_FAILED)
                async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                    await spool.write(chunk)
                return sent_filename(urlsplit(url).path.rpartition("/")[2])
        raise Fault(Reason.URL_SOURCE_FAILED)
