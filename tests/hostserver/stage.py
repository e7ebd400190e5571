"""What a test plays with: a clock that is moved by hand, a host, an admin at the admin page."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.driver import Answer, Client, client_of

PROBLEM = {"Accept": "application/problem+json"}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def running(
    data_dir: Path, session: aiohttp.ClientSession, clock: Clock, **options: Any
) -> AsyncGenerator[tuple[HostServer, Client]]:
    """A host and a client with its owner's key."""
    async with HostServer(HostOptions(data_dir, **options), clock=clock) as host:
        yield host, client_of(host, session)


def with_key(client: Client) -> dict[str, str]:
    """The header that names the client's key."""
    return {"X-API-Key": str(client.key)}


class Admin:
    """A person at the admin page: cookie and form token."""

    def __init__(self, client: Client, cookie: str, csrf: str) -> None:
        self.client, self.cookie, self.csrf = client, cookie, csrf

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        return await self.client.call(method, path, headers={"Cookie": self.cookie}, **options)

    async def form(self, path: str, **fields: str) -> Answer:
        return await self.call("POST", path, data={"csrf": self.csrf} | fields)


async def signed_in(client: Client) -> Admin:
    """Sign in with the client's key."""
    begun = await client.call("POST", "/login", data={"key": str(client.key)})
    assert begun.status == 303
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    value = cookie.partition(";")[0]
    page = await client.get("/admin", headers={"Cookie": value})
    csrf = page.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    return Admin(client, value, csrf)
