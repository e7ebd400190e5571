"""What was deleted while the bot was away: the gateway replays nothing, so it is looked for."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.errors import StoreError
from imgoe_bot.services.deleting.retirements import RetirementService, Watched
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.discord_codes import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE

LIMIT = 500
"""Messages fetched a channel at most: five requests."""

log = structlog.stdlib.get_logger(__name__)


async def messages_deleted(
    guild_id: int | None, message_ids: Iterable[int], services: Services
) -> None:
    """Deal with messages that were deleted."""
    ids = [MessageId(id_) for id_ in message_ids]
    await _retire(guild_id, lambda: services.retirements.source_deleted(ids), services)


async def channel_deleted(guild_id: int, channel_id: int, services: Services) -> None:
    """Deal with all messages of a channel, or thread, that is gone."""
    place = GuildId(guild_id), ChannelId(channel_id)
    await _retire(guild_id, lambda: services.retirements.channel_deleted(*place), services)


async def _retire(
    guild_id: int | None, call: Callable[[], Awaitable[None]], services: Services
) -> None:
    """Store what a deletion asks for; where that can't be, the server is looked through later."""
    try:
        await services.outage.outlast(call)
    except Exception as error:
        is_bug = not isinstance(error, StoreError)
        words = type(error).__name__ if is_bug else repr(error)
        log.warning("a deletion is looked for later", guild=guild_id, error=words, exc_info=is_bug)
        if guild_id is not None:
            services.catch_ups.ask(GuildId(guild_id))


async def retire_missing(bot: AnyBot, guild: discord.Guild, services: Services) -> bool:
    """Retire the newest posts of each of a server's channels whose message is there no more.

    Where nothing follows from a deletion, nothing is looked for.

    Returns:
        False where a channel could not be looked at.
    """
    complete = True
    for watched in await services.retirements.watched(GuildId(guild.id)):
        try:
            await _look_after(bot, guild, watched, services.retirements)
        except discord.Forbidden as error:
            _log_unknown(watched, error)
        except discord.HTTPException as error:
            _log_unknown(watched, error)
            complete = False
    return complete


def _log_unknown(watched: Watched, error: discord.HTTPException) -> None:
    channel_id = watched.channel_ids[0]
    log.warning("a channel's deletions are unknown", channel=channel_id, code=error.code)


async def _look_after(
    bot: AnyBot, guild: discord.Guild, watched: Watched, retirements: RetirementService
) -> None:
    channel_id = watched.channel_ids[0]
    try:
        channel = guild.get_channel_or_thread(channel_id) or await bot.fetch_channel(channel_id)
    except discord.NotFound as error:
        if error.code != UNKNOWN_CHANNEL:  # a proxy's page, and not Discord's own word
            raise
        await retirements.channel_deleted(GuildId(guild.id), channel_id)
        return
    if isinstance(channel, discord.abc.Messageable):
        missing = await _missing(channel, watched.message_ids)
        if missing and await _is_gone(channel, max(missing)):
            await retirements.source_deleted(missing)


async def _missing(
    channel: discord.abc.Messageable, message_ids: Sequence[MessageId]
) -> list[MessageId]:
    """Return those of the messages that are gone; what lies too far back counts as there."""
    oldest, newest = min(message_ids), max(message_ids)
    seen: set[int] = set()
    async for message in channel.history(before=discord.Object(newest + 1), limit=LIMIT):
        seen.add(message.id)
        if message.id <= oldest:
            break
    reached = min(seen) if len(seen) == LIMIT else 0  # fewer: that is all there is, or enough
    return [each for each in message_ids if each >= reached and each not in seen]


async def _is_gone(channel: discord.abc.Messageable, message_id: MessageId) -> bool:
    """Ask for one message by itself: who may not read a channel's history is shown an empty one.

    Source: Discord's developer documentation, "Get Channel Messages".
    """
    try:
        await channel.fetch_message(message_id)
    except discord.NotFound as error:
        if error.code != UNKNOWN_MESSAGE:
            raise
        return True
    return False
