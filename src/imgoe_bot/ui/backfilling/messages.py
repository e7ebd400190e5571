"""The messages that show how far backfills are, kept true by whichever process runs."""

import asyncio
from datetime import UTC, datetime

import discord
import structlog

from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.errors import BackfillNotFound, SourceUnreachable, StoreError
from imgoe_bot.ui.access.permissions import missing_in
from imgoe_bot.ui.access.refusals import SETTLED, translated
from imgoe_bot.ui.backfilling.buttons import progress_view
from imgoe_bot.ui.backfilling.progress import progress_embed
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.reading.places import Readable
from imgoe_bot.ui.translate import words_for_locale

EVERY_S = 10.0
"""So often a message is edited while something changes."""
NEEDED = ("view_channel", "send_messages", "embed_links")

log = structlog.stdlib.get_logger(__name__)


class ProgressMessages:
    """Posts a backfill's progress, and edits it until it has shown how the backfill ended."""

    def __init__(self, bot: AnyBot, services: Services) -> None:
        self._bot = bot
        self._backfills = services.backfills
        self._last: dict[BackfillId, Backfill] = {}

    async def run(self) -> None:
        """Keep all messages true until cancelled; where one can't be edited now, it is later."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                shown = await self._backfills.shown()
            except StoreError as error:
                log.warning("progress can't be shown", error=repr(error))
                continue
            known = {each.id for each in shown}
            self._last = {id_: last for id_, last in self._last.items() if id_ in known}
            for backfill in shown:
                await self._refresh_if_ours(backfill)

    async def _refresh_if_ours(self, backfill: Backfill) -> None:
        """Edit a message, unless another process has its server."""
        if self._bot.get_guild(backfill.guild_id) is None or backfill.message is None:
            return
        try:
            await self._refresh(backfill, backfill.message)
        except (SourceUnreachable, StoreError, BackfillNotFound) as error:
            log.warning("progress can't be shown", backfill=backfill.id, error=repr(error))

    async def _refresh(self, backfill: Backfill, place: MessageLocation) -> None:
        if self._last.get(backfill.id) == backfill and not backfill.state.is_ended:
            return
        try:
            async with translated(needs="embed_links"):
                await self._edit(backfill, place)
        except SETTLED:  # it was deleted, or can't be edited: ``/backfill list`` shows the same
            await self._backfills.show_at(backfill.id, None)
            return
        self._last[backfill.id] = backfill
        if backfill.state.is_ended:
            await self._backfills.show_at(backfill.id, None)

    async def _edit(self, backfill: Backfill, place: MessageLocation) -> None:
        words = words_for_locale(backfill.locale)
        tells_kinds = backfill.dry_run and backfill.state.is_ended
        tallies = await self._backfills.tallies(backfill.id) if tells_kinds else ()
        embed = progress_embed(backfill, words, tallies=tallies, now=datetime.now(UTC))
        channel = self._bot.get_partial_messageable(place.channel_id)
        message = channel.get_partial_message(place.message_id)
        await message.edit(embed=embed, view=progress_view(backfill, words))


async def post_progress(
    channel: object, backfill: Backfill, services: Services
) -> discord.Message | None:
    """Post a backfill's progress where it was asked for, and note where.

    Returns:
        None where it can't be there, or not now: the backfill has begun all the same.
    """
    if not isinstance(channel, Readable) or missing_in(channel, NEEDED):
        return None
    words = words_for_locale(backfill.locale)
    embed = progress_embed(backfill, words, now=datetime.now(UTC))
    try:
        async with translated(needs="send_messages"):
            message = await channel.send(
                embed=embed, view=progress_view(backfill, words), allowed_mentions=NO_PINGS
            )
    except (*SETTLED, SourceUnreachable):
        return None
    place = MessageLocation(ChannelId(channel.id), MessageId(message.id))
    await services.backfills.show_at(backfill.id, place)
    return message
