"""Messages on their way to the mirror: looked at, asked about, saved by a reaction."""

import contextlib

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.options import Consent
from imgoe_bot.ui import consent, convert
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.translate import Words

Mirrorable = (
    discord.TextChannel
    | discord.Thread
    | discord.ForumChannel
    | discord.CategoryChannel
    | discord.VoiceChannel
)
"""Channels that a rule can stand in."""

Place = Mirrorable | AppCommandThread | discord.Guild
"""Where a rule can stand: a channel, what holds channels, or the whole server.

Of a thread that Discord does not show the bot, it is told no more than the command says.
"""


async def look_at(message: discord.Message, services: Services) -> None:
    """Store the work a message asks for, or ask its author first."""
    if message.guild is None:
        return
    facts = convert.facts_of(message, us=message.guild.me.id)
    if facts is None:
        return
    decision = await services.mirrors.observe(facts)
    services.runner.wake()
    if await services.mirrors.take_question(facts, decision):
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


def name_of(place: Place, words: Words) -> str:
    """Return a place as it stands in a text."""
    return words("mirror.server") if isinstance(place, discord.Guild) else place.mention
