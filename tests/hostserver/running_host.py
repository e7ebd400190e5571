"""A host that runs with a clock that is moved by hand."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.client import Client, client_of

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
