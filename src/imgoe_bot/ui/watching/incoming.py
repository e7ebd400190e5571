"""Messages on their way to the mirror: looked at, asked about, saved by a reaction."""

import contextlib

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.options import Consent
from imgoe_bot.errors import StoreError
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.privacy import consent
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.reading.places import channel_line

log = structlog.stdlib.get_logger(__name__)


async def handle_message(message: discord.Message, services: Services) -> None:
    """Deal with a message that the gateway has just brought."""
    line = _mirrored_line(message, services)
    if message.guild is None or line is None:
        return
    guild_id, message_id = GuildId(message.guild.id), MessageId(message.id)
    try:
        async with services.marks.observing(guild_id, line[0], message_id) as observation:
            observation.counts = await _is_read(guild_id, line, services)
            if observation.counts:
                await decide_on(message, services)
    except StoreError as error:  # no warning: there are more of them than a log bears
        log.debug("a message is looked at later", message=message_id, error=repr(error))


async def handle_edit(message: discord.Message, services: Services) -> None:
    """Deal with a message that was edited: previews of links arrive so."""
    line = _mirrored_line(message, services)
    if message.guild is None or line is None:
        return
    try:
        if await _is_read(GuildId(message.guild.id), line, services):
            await decide_on(message, services)
    except StoreError as error:
        log.warning("an edit was passed over", message=message.id, error=repr(error))


async def decide_on(message: discord.Message, services: Services) -> None:
    """Store the work a message asks for, or ask its author first; safe to repeat.

    Raises:
        StoreError: more has been waiting for the store than memory is meant for.
    """
    try:
        await _decide_on(message, services)
    except StoreError:
        raise
    except Exception:  # a bug must not keep what comes after this message from being looked at
        log.exception("a message can't be looked at", message=message.id)


async def _decide_on(message: discord.Message, services: Services) -> None:
    facts = facts_of(message, us=message.guild.me.id if message.guild else 0)
    if facts is None:
        return
    mirrors, outage = services.mirrors, services.outage
    decision = await outage.outlast(lambda: mirrors.observe(facts))
    if decision.keep or decision.reported:
        services.runner.wake()
    if await outage.outlast(lambda: mirrors.take_question(facts, decision)):
        with contextlib.suppress(discord.HTTPException):
            await consent.ask(message, locale=facts.locale)


def _mirrored_line(message: discord.Message, services: Services) -> tuple[ChannelId, ...] | None:
    """Return a message's channel and what it stands in, None where surely nothing is mirrored.

    It costs no wait: most messages of most servers end here.
    """
    if message.guild is None:
        return None
    line = channel_line(message.channel)
    unmirrored = services.mirrors.is_surely_unmirrored(GuildId(message.guild.id), line)
    return None if unmirrored else line


async def _is_read(guild_id: GuildId, line: tuple[ChannelId, ...], services: Services) -> bool:
    """Tell whether a channel's messages are to be looked at, if only to pass them over.

    Where a permission is missing they are not: they are read once it is back.
    """
    mirrors = services.mirrors
    rule = await services.outage.outlast(lambda: mirrors.rule_for(guild_id, line))
    return rule is not None and rule.lacks is None


async def save_by_reaction(
    bot: AnyBot, event: discord.RawReactionActionEvent, services: Services
) -> None:
    """Keep a message whose author reacts to it with the emoji its place has chosen."""
    if event.guild_id is None or event.user_id != event.message_author_id:
        return
    channel = bot.get_channel(event.channel_id)
    if not isinstance(channel, discord.abc.Messageable):
        return
    guild_id, line = GuildId(event.guild_id), channel_line(channel)
    if services.mirrors.is_surely_unmirrored(guild_id, line):
        return
    options = await services.outage.outlast(lambda: services.options.at(guild_id, line))
    if options.consent is not Consent.REACT or str(event.emoji) != options.save_emoji:
        return
    message = await channel.fetch_message(event.message_id)
    facts = facts_of(message, us=bot.user.id if bot.user else 0)
    if facts is not None:
        await services.outage.outlast(lambda: services.mirrors.observe(facts, saved=True))
        services.runner.wake()
