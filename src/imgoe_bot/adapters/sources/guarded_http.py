"""Requests to the public internet only: each socket looks at its address, and again at its peer."""

from collections.abc import Sequence

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from imgoe_bot.hostapi.client.transport import NoCookies, shared_tls
from imgoe_bot.public_internet import AddressBlocked, Allow, guarded_sockets, is_public


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
        cookies=NoCookies(),
        trust_env=False,
    )


def was_blocked(error: BaseException) -> bool:
    """Tell whether a request failed because its address is not allowed."""
    chain: Sequence[BaseException | None] = (error.__cause__, error.__context__)
    return isinstance(error, AddressBlocked) or any(
        was_blocked(each) for each in chain if each is not None
    )
