"""Messages on their way to the mirror: looked at, asked about."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import discord
import structlog

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.mirror import Decision, MessageFacts
from imgoe_bot.domain.rules import MirrorRule, find_rule
from imgoe_bot.errors import StoreError
from imgoe_bot.services.ports.history import NewPost
from imgoe_bot.ui.container import Services
from imgoe_bot.ui.privacy import consent
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.reading.places import channel_line
from imgoe_bot.ui.watching.reactions import is_saved_by_reaction

FRESH_FOR = timedelta(minutes=5)
"""What is older than this may come from before a backup that was restored, and have an answer."""

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
    except Exception:  # a range covers it, and it is tried again from there
        log.exception("a message can't be looked at", message=message_id)


async def handle_edit(message: discord.Message, services: Services) -> None:
    """Deal with a message that was edited: previews of links arrive so."""
    place = _mirrored_place(message, services)
    if place is None:
        return
    try:
        rule = await _rule_to_follow(place, services)
        if rule is not None:
            decide = decide_on if _is_fresh(message) else _decide_on_older
            await decide(message, services, rule=rule)
    except Exception as error:
        services.marks.fail(place.guild_id, place.line[0], MessageId(message.id))
        if not isinstance(error, StoreError):
            log.exception("an edit can't be looked at", message=message.id)


async def decide_on(message: discord.Message, services: Services, *, rule: MirrorRule) -> None:
    """Store the work a message asks for, or ask its author first; safe to repeat.

    Raises:
        StoreError: more has been waiting for the store than memory is meant for.
    """
    facts = _facts_to_decide_on(message, rule)
    if facts is not None:
        mirrors = services.mirrors
        decision = await services.outage.outlast(lambda: mirrors.observe(facts, rule=rule))
        await _ask_if_undecided(message, facts, decision, services)


async def _decide_on_older(
    message: discord.Message, services: Services, *, rule: MirrorRule
) -> None:
    """Store what an edit of an older message adds, or have it looked for in the history.

    Raises:
        StoreError: as for ``decide_on``.
    """
    facts = _facts_to_decide_on(message, rule)
    if facts is None:
        return
    mirrors = services.mirrors
    decision = await services.outage.outlast(lambda: mirrors.observe_older(facts, rule=rule))
    if decision is None:
        services.marks.fail(facts.guild_id, facts.channel_ids[0], facts.message_id)
    else:
        await _ask_if_undecided(message, facts, decision, services)


def _is_fresh(message: discord.Message) -> bool:
    return discord.utils.utcnow() - message.created_at < FRESH_FOR


async def plan_for(
    message: discord.Message, services: Services, *, rule: MirrorRule
) -> NewPost | None:
    """Return what is to be stored of a message that was missed; its author may be asked first.

    Raises:
        StoreError: one that no wait cures.
        SourceUnreachable, HTTPException, OSError: Discord does not say what it depends on.
    """
    facts = _facts_to_decide_on(message, rule)
    if facts is None:
        return None
    mirrors, outage = services.mirrors, services.outage
    outlast = partial(outage.outlast, at_any_rate=True)
    options = await outlast(lambda: services.options.at(facts.guild_id, facts.channel_ids))
    saved = await is_saved_by_reaction(message, options)
    plan = await outlast(lambda: mirrors.plan(facts, rule=rule, saved=saved))
    await _ask_if_undecided(message, facts, plan.decision, services)
    return plan.new


def _facts_to_decide_on(message: discord.Message, rule: MirrorRule) -> MessageFacts | None:
    if rule.paused:
        return None
    facts = facts_of(message, us=message.guild.me.id if message.guild else 0)
    if facts is None or facts.author_is_us or not facts.attachments:
        return None
    return facts


async def _ask_if_undecided(
    message: discord.Message, facts: MessageFacts, decision: Decision, services: Services
) -> None:
    if await services.outage.outlast(lambda: services.mirrors.take_question(facts, decision)):
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
