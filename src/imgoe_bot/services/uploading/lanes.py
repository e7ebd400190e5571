"""Turns: what people wait for is transferred a few files at a time, everybody's in turn."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from imgoe_bot.domain.command_lanes import Shares, Transfer, next_transfer
from imgoe_bot.domain.ids import UserId

REMEMBERED = 256
"""Of how many turns it is remembered whose they were."""


class CommandLanes:
    """Lets the files of commands begin; how many at once, and whose, is ``next_transfer``'s.

    Args:
        shares: how many transfers there may be at once.
        told_after_s: how long somebody waits for a turn before they are told so, in seconds.
    """

    def __init__(self, shares: Shares, *, told_after_s: float = 60.0) -> None:
        self._shares = shares
        self._told_after_s = told_after_s
        self._waiting: list[tuple[Transfer, asyncio.Future[None]]] = []
        self._running: list[Transfer] = []
        self._served: deque[UserId] = deque(maxlen=REMEMBERED)

    @asynccontextmanager
    async def turn(
        self, transfer: Transfer, *, tell: Callable[[], Awaitable[None]]
    ) -> AsyncGenerator[None]:
        """Wait for a turn and hold it for as long as the block runs.

        Args:
            transfer: what is to be transferred.
            tell: says that others are before it; called once, after a while.
        """
        begun = asyncio.get_running_loop().create_future()
        entry = (transfer, begun)
        self._waiting.append(entry)
        try:
            self._begin()
            await self._wait(begun, tell)
            yield
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:
                self._running.remove(transfer)
            self._begin()

    async def _wait(self, begun: asyncio.Future[None], tell: Callable[[], Awaitable[None]]) -> None:
        if not begun.done():
            await asyncio.wait({begun}, timeout=self._told_after_s)
        if not begun.done():
            await tell()
        await begun

    def _begin(self) -> None:
        """Let begin whatever may."""
        while True:
            waiting = [transfer for transfer, _ in self._waiting]
            number = next_transfer(waiting, self._running, self._shares, served=self._served)
            if number is None:
                return
            transfer, begun = self._waiting.pop(number)
            self._running.append(transfer)
            self._served.append(transfer.user_id)
            if not begun.done():  # cancelled: its block ends at once, and gives the turn back
                begun.set_result(None)
