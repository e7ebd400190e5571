"""What was posted while the bot was away: the gateway replays nothing, so it is fetched."""

import discord
import structlog

from imgoe_bot.domain.mirror import MirrorRule
from imgoe_bot.services.mirrors import MirrorService
from imgoe_bot.ui import convert
from imgoe_bot.ui.container import AnyBot

LIMIT = 500
"""Messages fetched a channel at most: five requests."""

log = structlog.stdlib.get_logger(__name__)


async def catch_up(bot: AnyBot, mirrors: MirrorService) -> None:
    """Look at every message that came after each rule's high-water mark.

    What is posted from now on comes by the gateway; looked at twice, it might be judged by what its
    author said only afterwards.
    """
    until = discord.Object(discord.utils.time_snowflake(discord.utils.utcnow()))
    for rule in await mirrors.all_rules():
        if bot.get_guild(rule.guild_id) is None:
            continue
        try:
            await _catch_up_channel(bot, mirrors, rule, until=until)
        except discord.HTTPException as error:
            log.warning("a channel can't be caught up", channel=rule.channel_id, code=error.code)


async def _catch_up_channel(
    bot: AnyBot, mirrors: MirrorService, rule: MirrorRule, *, until: discord.Object
) -> None:
    channel = bot.get_channel(rule.channel_id)
    if not isinstance(channel, discord.abc.Messageable) or bot.user is None:
        return
    after = discord.Object(rule.seen_message_id or 0)
    async for message in channel.history(after=after, before=until, limit=LIMIT, oldest_first=True):
        facts = convert.facts_of(message, us=bot.user.id)
        if facts is not None:
            await mirrors.observe(facts)
