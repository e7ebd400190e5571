"""What was posted while the bot was away: the gateway replays nothing, so it is fetched."""

from collections.abc import Iterator, Mapping, Sequence

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, snowflake_at
from imgoe_bot.domain.mirror import MirrorRule, find_rule
from imgoe_bot.ui import convert
from imgoe_bot.ui.access import check_access, refused
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.mirroring import look_at

LIMIT = 500
"""Messages fetched a channel at most: five requests."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread

log = structlog.stdlib.get_logger(__name__)


async def catch_up(bot: AnyBot, services: Services) -> None:
    """Look at every message that came after the high-water mark of a mirrored channel.

    What is posted from now on comes by the gateway; looked at twice, it might be judged by what its
    author said only afterwards. A thread that was archived meanwhile is not looked into.
    """
    until = discord.Object(discord.utils.time_snowflake(discord.utils.utcnow()))
    for guild_id in {rule.guild_id for rule in await services.mirrors.all_rules()}:
        guild = bot.get_guild(guild_id)
        if guild is not None:
            await check_access(guild, services)
            await _catch_up_guild(guild, services, until=until)


async def catch_up_guild(guild: discord.Guild, services: Services) -> None:
    """Look at what came after the marks of a server in which a channel was opened to the bot.

    What was posted there while it saw nothing of it, discord.py does not know of either.
    """
    until = discord.Object(discord.utils.time_snowflake(discord.utils.utcnow()))
    await _catch_up_guild(guild, services, until=until, heard=False)


async def _catch_up_guild(
    guild: discord.Guild, services: Services, *, until: discord.Object, heard: bool = True
) -> None:
    guild_id = GuildId(guild.id)
    rules, seen = await services.mirrors.rules(guild_id), await services.mirrors.seen(guild_id)
    for channel, after in channels_behind(guild, rules, seen, heard=heard):
        try:
            await _catch_up_channel(channel, services, after=after, until=until)
        except discord.Forbidden as error:
            await refused(channel, error, services)
        except discord.HTTPException as error:
            log.warning("a channel can't be caught up", channel=channel.id, code=error.code)


def channels_behind(
    guild: discord.Guild,
    rules: Sequence[MirrorRule],
    seen: Mapping[ChannelId, MessageId],
    *,
    heard: bool = True,
) -> Iterator[tuple[Readable, int]]:
    """Return the mirrored channels that have messages after their mark, and the mark.

    Args:
        guild: the server.
        rules: its rules.
        seen: its marks.
        heard: whether the newest message of each channel is known; else all may have some.
    """
    for channel in _readable(guild):
        line = convert.channel_line(channel)
        rule = find_rule(line, rules, guild_id=GuildId(guild.id))
        if rule is None or rule.paused:
            continue
        mark = max(seen.get(line[0], 0), snowflake_at(rule.created_at))
        if not heard or (channel.last_message_id or 0) > mark:
            yield channel, mark


def _readable(guild: discord.Guild) -> list[Readable]:
    return [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    ]


async def _catch_up_channel(
    channel: Readable, services: Services, *, after: int, until: discord.Object
) -> None:
    missed = channel.history(
        after=discord.Object(after), before=until, limit=LIMIT, oldest_first=True
    )
    async for message in missed:
        await look_at(message, services)
