"""Whether the bot can still read what it mirrors: where it can't, nothing would ever fail."""

from collections.abc import Iterator, Mapping, Sequence

import discord

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.mirror import MirrorRule, find_rule
from imgoe_bot.services.resting import Lost
from imgoe_bot.ui import convert
from imgoe_bot.ui.container import Services
from imgoe_bot.ui.permissions import missing_in

NEEDED_TO_READ = ("view_channel", "read_message_history")

CANNOT_VIEW = 50001
"""Source: Discord's developer documentation, JSON error codes."""

AnyChannel = discord.abc.GuildChannel | discord.Thread


async def check_access(guild: discord.Guild, services: Services) -> None:
    """Let mirrored channels rest that the bot can't read any more; who made the rule is told."""
    guild_id = GuildId(guild.id)
    rules = await services.mirrors.rules(guild_id)
    if all(rule.paused for rule in rules):
        return
    lost = list(lost_in(guild, rules, await services.marks.stored(guild_id)))
    await services.resting.rest(guild_id, lost, locale=str(guild.preferred_locale))


async def refused(channel: AnyChannel, error: discord.Forbidden, services: Services) -> None:
    """Let a channel rest whose messages Discord refuses, whatever its permissions look like."""
    lacks = "view_channel" if error.code == CANNOT_VIEW else "read_message_history"
    lost = Lost(convert.channel_line(channel), lacks)
    guild = channel.guild
    await services.resting.rest(GuildId(guild.id), [lost], locale=str(guild.preferred_locale))


def lost_in(
    guild: discord.Guild, rules: Sequence[MirrorRule], seen: Mapping[ChannelId, MessageId]
) -> Iterator[Lost]:
    """Return the mirrored channels that the bot could read once, and can't now.

    Under a wider rule, a channel in which nothing was ever seen may never have been open to it.
    """
    for channel in _channels(guild):
        line = convert.channel_line(channel)
        rule = find_rule(line, rules, guild_id=GuildId(guild.id))
        if rule is None or rule.paused:
            continue
        missing = missing_in(channel, NEEDED_TO_READ)
        if missing and (rule.channel_id == line[0] or _was_read(channel, seen)):
            yield Lost(line, missing[0])


def _channels(guild: discord.Guild) -> Iterator[AnyChannel]:
    yield from (each for each in guild.channels if not isinstance(each, discord.CategoryChannel))
    yield from guild.threads


def _was_read(channel: AnyChannel, seen: Mapping[ChannelId, MessageId]) -> bool:
    inside = channel.threads if isinstance(channel, discord.ForumChannel) else []
    return any(ChannelId(each.id) in seen for each in (channel, *inside))
