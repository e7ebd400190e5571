"""Ranges of backfills are read: one at a time, with what nobody else needs."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import discord
import structlog

from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.history import PAGE, HistoryRange, ParkReason
from imgoe_bot.domain.ids import MessageId
from imgoe_bot.errors import StoreError
from imgoe_bot.services.backfilling.reading import Decided
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.discord_codes import LACKING
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.watching.channel_pages import fetch_page, find_channel
from imgoe_bot.ui.watching.earlier_answers import Page, ToKeep, with_earlier_answers
from imgoe_bot.ui.watching.failures import EXPECTED, log_failure
from imgoe_bot.ui.watching.reactions import is_saved_by_reaction
from imgoe_bot.ui.watching.shards import shards_of

POLL_S = 1.0
"""The longest wait until a new backfill is noticed, and between two looks at those that wait."""
log = structlog.stdlib.get_logger(__name__)


class BackfillReader:
    """Reads what backfills ask for, until cancelled."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._reading = services.backfill_reading

    async def run(self) -> None:
        """Read what is due, once the servers have come."""
        while True:
            try:
                goes_on = self._bot.is_ready() and await self._step()
            except StoreError:  # others say that it is away
                goes_on = False
            except Exception as error:  # whatever it is, it must not be the end of all backfills
                log_failure(log, "backfills can't go on", error)
                goes_on = False
            await asyncio.sleep(0 if goes_on else POLL_S)

    async def _step(self) -> bool:
        """Look after all backfills, and read one page; False where there is none to read."""
        claimed = await self._reading.claim(shards_of(self._bot))
        if claimed is None:
            return False
        range_, backfill = claimed
        try:
            await self._read(range_, backfill)
        except Exception as error:  # one range's trouble is not all the others'
            where = range_.gap.channel_id
            log_failure(log, "a channel can't be read for a backfill", error, channel=where)
            await self._reading.try_later(range_)
        return True

    async def _read(self, range_: HistoryRange, backfill: Backfill) -> None:
        channel = await find_channel(self._bot, range_.gap)
        if channel is None:
            return await self._reading.drop(range_)
        if isinstance(channel, ParkReason):
            return await self._reading.park(range_, channel)
        if missing_in(channel, NEEDED_TO_READ):
            return await self._reading.park(range_, ParkReason.ACCESS)
        try:
            page = await fetch_page(channel, range_.gap)
        except discord.Forbidden as error:
            if error.code not in LACKING:
                raise
            return await self._reading.park(range_, ParkReason.ACCESS)
        decided = [await self._decide(message, backfill) for message in page]
        if not backfill.dry_run:
            decided = await self._with_earlier_answers(page, decided)
        await self._reading.keep(range_, backfill, decided, ended=len(page) < PAGE)

    async def _with_earlier_answers(
        self, page: Sequence[discord.Message], decided: Sequence[Decided]
    ) -> list[Decided]:
        """Take along the answers that stand of what is to be kept; see there."""
        wanted = [
            ToKeep(message, each.found.new)
            for message, each in zip(page, decided, strict=True)
            if each.found is not None
        ]
        around = Page(page, is_end=False)
        posts = iter(await with_earlier_answers(self._bot, self._services, wanted, around))
        return [
            each
            if each.found is None
            else replace(each, found=replace(each.found, new=next(posts)))
            for each in decided
        ]

    async def _decide(self, message: discord.Message, backfill: Backfill) -> Decided:
        us = self._bot.user.id if self._bot.user else 0
        facts = facts_of(message, us=us)
        if facts is None or facts.author_is_us or not facts.attachments:
            return Decided(MessageId(message.id))
        try:
            options = await self._services.options.at(facts.guild_id, facts.channel_ids)
            saved = await is_saved_by_reaction(message, options)
            return await self._reading.decide(backfill, facts, saved=saved)
        except EXPECTED:
            raise
        except Exception:  # a bug must not keep what comes after this message from being read
            log.exception("a message is passed over", message=message.id)
            return Decided(MessageId(message.id))
