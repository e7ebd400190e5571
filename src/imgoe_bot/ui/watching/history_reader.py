"""Ranges of history are read: page by page, oldest first, for as long as it takes."""

import asyncio
from collections.abc import Sequence

import discord
import structlog

from imgoe_bot.domain.history import PAGE, HistoryRange, ParkReason, RangeReason
from imgoe_bot.domain.ids import GuildId, MessageId
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.errors import ImgoeError, StaleWrite
from imgoe_bot.ui.access.lost_access import pause_if_lost
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.reading.places import Readable, channel_line
from imgoe_bot.ui.watching.channel_pages import fetch_page, find_channel
from imgoe_bot.ui.watching.earlier_answers import Page, ToKeep, with_earlier_answers
from imgoe_bot.ui.watching.failures import EXPECTED, log_failure
from imgoe_bot.ui.watching.incoming import plan_for
from imgoe_bot.ui.watching.shards import shards_of

READERS = 4
"""Ranges read at once: one that is slow keeps no other one waiting."""
TRIES = 5
"""How often a message is tried that breaks the reader, before it is passed over."""

log = structlog.stdlib.get_logger(__name__)


class HistoryReader:
    """Reads ranges until cancelled; no range's trouble ends the reading of another one."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._queue = services.history

    async def run(self) -> None:
        """Read what is due."""
        async with asyncio.TaskGroup() as group:
            for _ in range(READERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            range_ = await self._queue.take(shards_of(self._bot))
            try:
                await self._read(range_)
            except StaleWrite:
                log.info("another reader took this range over", range=range_.id)
            except Exception as error:  # one range's trouble is not all the others'
                where = range_.gap.channel_id
                log_failure(log, "a channel's history can't be read", error, channel=where)
                await self._try_later(range_)

    async def _try_later(self, range_: HistoryRange) -> None:
        try:
            await self._queue.try_later(range_)
        except ImgoeError as error:  # its lease runs out
            where = range_.gap.channel_id
            log_failure(log, "a range can't be given back", error, channel=where)

    async def _read(self, range_: HistoryRange) -> None:
        """Read one page of a range, or let it wait for what is in the way."""
        channel = await find_channel(self._bot, range_.gap)
        if isinstance(channel, ParkReason):
            return await self._queue.park(range_, channel)
        rule = await self._rule_of(channel) if channel else None
        if channel is None or rule is None:
            return await self._queue.drop(range_)
        await self._read_under(rule, range_, channel)

    async def _rule_of(self, channel: Readable) -> MirrorRule | None:
        guild_id, line = GuildId(channel.guild.id), channel_line(channel)
        return await self._services.mirrors.rule_for(guild_id, line)

    async def _read_under(self, rule: MirrorRule, range_: HistoryRange, channel: Readable) -> None:
        if rule.lacks is not None or missing_in(channel, NEEDED_TO_READ):
            return await self._queue.park(range_, ParkReason.ACCESS)
        if rule.paused:
            end = MessageId((channel.last_message_id or 0) + 1)
            return await self._queue.park(range_, ParkReason.PAUSED, before=end)
        try:
            await self._read_page(range_, channel, rule)
        except discord.Forbidden as error:
            await pause_if_lost(channel, error, self._services)
            raise

    async def _read_page(self, range_: HistoryRange, channel: Readable, rule: MirrorRule) -> None:
        page = await fetch_page(channel, range_.gap)
        wanted, decided = await self._decide(range_, page, rule)
        around = Page(page, is_end=len(page) < PAGE and _reaches_the_end(range_))
        posts = await with_earlier_answers(self._bot, self._services, wanted, around)
        is_whole = decided == len(page)
        after = MessageId(page[decided - 1].id) if decided else range_.gap.after
        ended = is_whole and (len(page) < PAGE or after + 1 == range_.gap.before)
        await self._queue.store_page(range_, posts, after=after, ended=ended)

    async def _decide(
        self, range_: HistoryRange, page: Sequence[discord.Message], rule: MirrorRule
    ) -> tuple[list[ToKeep], int]:
        """Decide on messages up to one that can't be; returns what to keep, and how many were.

        Raises:
            whatever the first one does.
        """
        wanted: list[ToKeep] = []
        for count, message in enumerate(page):
            try:
                new = await plan_for(message, self._services, rule=rule)
            except Exception as error:
                if count:
                    return wanted, count
                if isinstance(error, EXPECTED) or range_.attempts < TRIES:
                    raise
                log.exception("a message is passed over", message=message.id)
                new = None
            if new is not None:
                wanted.append(ToKeep(message, new))
        return wanted, len(page)


def _reaches_the_end(range_: HistoryRange) -> bool:
    """Tell whether nothing older than this session comes after a range."""
    return range_.gap.before is None or range_.gap.reason is RangeReason.SESSION
