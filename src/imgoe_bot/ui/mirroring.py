"""Messages on their way to the mirror: looked at, asked about, saved by a reaction."""

import contextlib

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.domain.mirror import Skip
from imgoe_bot.domain.options import Consent
from imgoe_bot.ui import consent, convert
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.translate import words_for_locale

Mirrorable = (
    discord.TextChannel
    | discord.Thread
    | discord.ForumChannel
    | discord.CategoryChannel
    | discord.VoiceChannel
)
"""Where a rule can stand."""

log = structlog.stdlib.get_logger(__name__)


async def look_at(message: discord.Message, services: Services) -> None:
    """Store the work a message asks for, or ask its author first."""
    if message.guild is None:
        return
    facts = convert.facts_of(message, us=message.guild.me.id)
    if facts is None:
        return
    decision = await services.mirrors.observe(facts)
    services.runner.wake()
    if decision.skip is not Skip.NOT_ASKED:
        return
    if (await services.mirrors.decide(facts, saved=True)).keep:
        with contextlib.suppress(discord.HTTPException):
            await consent.ask(message, locale=facts.locale)


async def save_by_reaction(
    bot: AnyBot, event: discord.RawReactionActionEvent, services: Services
) -> None:
    """Keep a message whose author reacts to it with the emoji its place has chosen."""
    if event.guild_id is None or event.user_id != event.message_author_id:
        return
    channel = bot.get_channel(event.channel_id)
    if not isinstance(channel, discord.abc.Messageable):
        return
    guild_id, line = GuildId(event.guild_id), convert.channel_line(channel)
    options = await services.options.at(guild_id, line)
    if options.consent is not Consent.REACT or str(event.emoji) != options.save_emoji:
        return
    message = await channel.fetch_message(event.message_id)
    facts = convert.facts_of(message, us=bot.user.id if bot.user else 0)
    if facts is not None:
        await services.mirrors.observe(facts, saved=True)
        services.runner.wake()


async def give_notice(channel: Mirrorable, services: Services) -> None:
    """Say in a channel that it is kept from now on, where to, and how to stay out of it."""
    if isinstance(channel, discord.ForumChannel | discord.CategoryChannel):
        return
    guild_id = GuildId(channel.guild.id)
    options = await services.options.at(guild_id, convert.channel_line(channel))
    settings = await services.guilds.get(guild_id)
    words = words_for_locale(channel.guild.preferred_locale)
    try:
        await channel.send(
            consent.notice(options, words, channel=channel.mention, host_url=settings.host_url),
            view=consent.notice_view(options, words),
            allowed_mentions=consent.NO_PINGS,
        )
    except discord.HTTPException as error:
        log.warning("no notice was given", channel=ChannelId(channel.id), code=error.code)
