"""Messages on their way to the mirror: looked at, asked about, saved by a reaction."""

import contextlib
from dataclasses import dataclass

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.options import Consent
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import StoreError
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.privacy import consent
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.reading.places import channel_line

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message stands that may be mirrored.

    Attributes:
        line: the channel and what it stands in.
        rule: the rule that covers it; None where the server's rules are not in memory.
    """

    guild_id: GuildId
    line: tuple[ChannelId, ...]
    rule: MirrorRule | None


async def handle_message(message: discord.Message, services: Services) -> None:
    """Deal with a message that the gateway has just brought."""
    services.discord_time.note(message.id)
    place = _mirrored_place(message, services)
    if place is None:
        return
    marks, message_id = services.marks, MessageId(message.id)
    try:
        async with marks.observing(place.guild_id, place.line[0], message_id) as observation:
            rule = await _rule_to_follow(place, services)
            observation.counts = rule is not None
            if rule is not None:
                await decide_on(message, services, rule=rule)
    except StoreError as error:  # no warning: there are more of them than a log bears
        log.debug("a message is looked at later", message=message_id, error=repr(error))


async def handle_edit(message: discord.Message, services: Services) -> None:
    """Deal with a message that was edited: previews of links arrive so."""
    place = _mirrored_place(message, services)
    if place is None:
        return
    try:
        rule = await _rule_to_follow(place, services)
        if rule is not None:
            await decide_on(message, services, rule=rule)
    except StoreError as error:
        log.warning("an edit was passed over", message=message.id, error=repr(error))


async def decide_on(
    message: discord.Message, services: Services, *, rule: MirrorRule | None = None
) -> None:
    """Store the work a message asks for, or ask its author first; safe to repeat.

    Args:
        message: the message.
        services: who stores it.
        rule: the one that covers it; None: it is looked up.

    Raises:
        StoreError: more has been waiting for the store than memory is meant for.
    """
    if rule is not None and rule.paused:
        return
    try:
        await _decide_on(message, services, rule)
    except StoreError:
        raise
    except Exception:  # a bug must not keep what comes after this message from being looked at
        log.exception("a message can't be looked at", message=message.id)


async def _decide_on(message: discord.Message, services: Services, rule: MirrorRule | None) -> None:
    facts = facts_of(message, us=message.guild.me.id if message.guild else 0)
    if facts is None or facts.author_is_us or not facts.attachments:
        return
    mirrors, outage = services.mirrors, services.outage
    decision = await outage.outlast(lambda: mirrors.observe(facts, rule=rule))
    if await outage.outlast(lambda: mirrors.take_question(facts, decision)):
        with contextlib.suppress(discord.HTTPException):
            await consent.ask(message, locale=facts.locale)


def _mirrored_place(message: discord.Message, services: Services) -> _Place | None:
    """Return where a message stands, None where surely nothing is mirrored.

    It costs no wait: in a foreign bot, most messages of most servers end here.
    """
    if message.guild is None:
        return None
    guild_id, line = GuildId(message.guild.id), channel_line(message.channel)
    rules = services.mirrors.known_rules(guild_id)
    rule = find_rule(line, rules or (), guild_id=guild_id)
    return _Place(guild_id, line, rule) if rule is not None or rules is None else None


async def _rule_to_follow(place: _Place, services: Services) -> MirrorRule | None:
    """Return the rule by which a place's messages are looked at, if only to pass them over.

    None also where a permission is missing: they are read once it is back.
    """
    mirrors = services.mirrors
    rule = place.rule or await services.outage.outlast(
        lambda: mirrors.rule_for(place.guild_id, place.line)
    )
    return None if rule is None or rule.lacks is not None else rule


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
