"""What was deleted while the bot was away: the gateway replays nothing, so it is looked for."""

from collections.abc import Sequence

import discord
import structlog

from imgoe_bot.domain.ids import GuildId, MessageId
from imgoe_bot.services.retirements import RetirementService, Watched
from imgoe_bot.ui.container import AnyBot, Services

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
LIMIT = 500
"""Messages fetched a channel at most: five requests."""

log = structlog.stdlib.get_logger(__name__)


async def retire_missing(bot: AnyBot, services: Services) -> None:
    """Retire the newest posts of each channel whose message is there no more.

    Where nothing follows from a deletion, nothing is looked for.
    """
    for guild in bot.guilds:
        for watched in await services.retirements.watched(GuildId(guild.id)):
            try:
                await _look_after(bot, guild, watched, services.retirements)
            except discord.HTTPException as error:
                log.warning(
                    "a channel's deletions are unknown",
                    channel=watched.channel_ids[0],
                    code=error.code,
                )
    services.runner.wake()


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
