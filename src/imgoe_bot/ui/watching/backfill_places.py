"""Where a backfill reads: its place, and every channel, thread and forum post that stands in it."""

from collections.abc import AsyncIterator, Iterable, Sequence

import discord

from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.reading.places import Readable
from imgoe_bot.ui.watching.channel_pages import find_channel

Holder = discord.TextChannel | discord.ForumChannel
"""Channels that threads stand in."""


class DiscordBackfillPlaces:
    """``ports.BackfillPlaces`` over a discord.py bot."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot

    async def list_channels(self, backfill: Backfill) -> Sequence[ChannelId] | None:
        """Return what can hold messages of a backfill's place; see the port."""
        guild = self._bot.get_guild(backfill.guild_id)
        if guild is None or guild.unavailable:
            return None
        try:
            found = [ChannelId(each.id) async for each in _within(guild, backfill)]
        except discord.Forbidden:
            return ()  # the place itself, which the bot can't see
        except discord.HTTPException as error:
            raise SourceUnreachable(status=error.status) from error
        except OSError as error:
            raise SourceUnreachable from error
        return tuple(dict.fromkeys(found))


async def _within(guild: discord.Guild, backfill: Backfill) -> AsyncIterator[Readable]:
    held = list(_held_in(guild, backfill))
    for channel in held:
        if isinstance(channel, Readable):
            yield channel
    holders = [each for each in held if isinstance(each, Holder)]
    if holders:
        async for thread in _threads_of(guild, holders, backfill):
            yield thread
    if not held:
        alone = await find_channel(guild, backfill.place_id)
        if isinstance(alone, discord.Thread):
            yield alone


def _held_in(guild: discord.Guild, backfill: Backfill) -> Iterable[discord.abc.GuildChannel]:
    """Yield the channels, no threads, of a backfill's place that the bot may read."""
    place = backfill.place_id
    for channel in guild.channels:
        is_held = backfill.is_server_wide or place in (channel.id, channel.category_id)
        if is_held and not missing_in(channel, NEEDED_TO_READ):
            yield channel


async def _threads_of(
    guild: discord.Guild, holders: Sequence[Holder], backfill: Backfill
) -> AsyncIterator[discord.Thread]:
    """Yield the threads of channels, archived ones as far as they were alive in its time."""
    ids = {each.id for each in holders}
    for thread in await guild.active_threads():
        if thread.parent_id in ids:
            yield thread
    for holder in holders:
        for is_private in _kinds_of_archive(holder):
            archive = (
                holder.archived_threads(limit=None)
                if isinstance(holder, discord.ForumChannel)
                else holder.archived_threads(limit=None, private=is_private)
            )
            async for thread in archive:
                if _ended_before(thread, backfill):
                    break  # the newest archived come first
                yield thread


def _kinds_of_archive(holder: Holder) -> tuple[bool, ...]:
    """Return which archives the bot may list: the public one, and the private one."""
    if isinstance(holder, discord.ForumChannel):
        return (False,)
    return (False,) if missing_in(holder, ("manage_threads",)) else (False, True)


def _ended_before(thread: discord.Thread, backfill: Backfill) -> bool:
    return discord.utils.time_snowflake(thread.archive_timestamp) < backfill.after
