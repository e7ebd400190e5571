"""Marks on their way to the store: moved in memory, written together a while later."""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.mirroring import Mark, RuleStore
from imgoe_bot.services.store_outage import StoreOutage

EVERY_S = 1.0
ENDING_S = 2.0
"""How long the end of a process is put off for marks that are not written yet."""

log = structlog.stdlib.get_logger(__name__)


class MarkWriter:
    """Writes the newest mark of each channel; one that is not written yet loses nothing."""

    def __init__(self, rules: RuleStore, *, outage: StoreOutage) -> None:
        self._rules = rules
        self._outage = outage
        self._unwritten: dict[ChannelId, Mark] = {}
        self._noted = asyncio.Event()

    def note(self, mark: Mark) -> None:
        """Have a mark written, instead of the one before of its channel."""
        self._unwritten[mark.channel_id] = mark
        self._noted.set()

    def unwritten(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the marks of a server that are not known to be written."""
        marks = (mark for mark in self._unwritten.values() if mark.guild_id == guild_id)
        return {mark.channel_id: mark.message_id for mark in marks}

    async def write(self) -> None:
        """Write all that was noted, waiting for a store that is away.

        Raises:
            StoreError: one that no wait cures; nothing is forgotten then.
        """
        self._noted.clear()
        marks = tuple(self._unwritten.values())
        if not marks:
            return
        await self._outage.outlast(lambda: self._rules.mark_seen(marks), at_any_rate=True)
        for mark in marks:
            if self._unwritten.get(mark.channel_id) is mark:  # else it moved on meanwhile
                del self._unwritten[mark.channel_id]

    async def run(self) -> None:
        """Write what is noted, all of it together every second, until cancelled."""
        try:
            while True:
                await self._noted.wait()
                await asyncio.sleep(EVERY_S)
                await self._write_or_log()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ENDING_S):
                    await self._write_or_log()

    async def _write_or_log(self) -> None:
        try:
            await self.write()
        except ImgoeError as error:
            log.error("marks can't be written, trying again", error=repr(error))
            self._noted.set()
