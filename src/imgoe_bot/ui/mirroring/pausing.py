"""What ``/mirror pause`` and ``/mirror resume`` do, and what they and ``remove`` leave at work."""

from collections.abc import Sequence

import discord

from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.ids import MessageId
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.ui.access.permissions import missing_to_mirror
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.mirroring.answers import rule_paused, rule_resumed
from imgoe_bot.ui.privacy import notices
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.places import Place, channel_line, name_of
from imgoe_bot.ui.texts.permission_texts import missing_lines
from imgoe_bot.ui.texts.rule_texts import place_list, rule_list, rule_place
from imgoe_bot.ui.translate import Words, words_for_locale
from imgoe_bot.ui.watching.catch_up import pass_over_paused


async def pause(interaction: AnyInteraction, place: Place) -> str:
    """Let a channel's rule rest, or every rule of the server; return what to say of it.

    Raises:
        NotAllowed: without the Manage Server permission.
    """
    words, actor = words_for_locale(interaction.locale), actor_of(interaction)
    pauses = services_of(interaction.client).pauses
    if isinstance(place, discord.Guild):
        known = await pauses.pause_all(actor)
        return words("mirror.all_paused") if known else words("mirror.nothing_mirrored")
    known = await pauses.pause(actor, channel_line(place), asked_at=MessageId(interaction.id))
    answer = rule_paused(name_of(place, words), words, known=known)
    return notices.joined(answer, await still_mirrored(interaction, place))


async def resume(interaction: AnyInteraction, place: Place) -> str:
    """Let a channel's rule work again, or what worked before everything was stopped.

    Raises:
        NotAllowed: without the Manage Server permission.
    """
    words, actor = words_for_locale(interaction.locale), actor_of(interaction)
    pauses, missing = services_of(interaction.client).pauses, missing_to_mirror(place)
    if interaction.guild is not None:
        services, until = services_of(interaction.client), MessageId(interaction.id)
        await pass_over_paused(interaction.guild, services, until=until)
    if isinstance(place, discord.Guild):
        answer = _all_resumed(await pauses.resume_all(actor), words, missing=missing)
    else:
        known = await pauses.resume(actor, channel_line(place), asked_at=MessageId(interaction.id))
        name = name_of(place, words)
        answer = rule_resumed(name, words, known=known, missing=missing)
    return notices.joined(answer, await notices.renew(interaction))


def _all_resumed(rules: Sequence[MirrorRule], words: Words, *, missing: list[str]) -> str:
    """Say that mirroring goes on, as far as it does, and what still rests."""
    if not rules:
        return words("mirror.nothing_mirrored")
    resting = [rule for rule in rules if rule.paused]
    by_name = [rule for rule in resting if rule.lacks is None]
    lines = [words("mirror.all_resumed")] if len(resting) < len(rules) else []
    if by_name:
        lines.append(words("mirror.still_paused", places=_places(by_name, words)))
    lacking = [rule for rule in resting if rule.lacks is not None]
    if lacking:
        lines.append(rule_list(lacking, words))
    return "\n".join([*lines, *missing_lines(missing, words)])


async def still_mirrored(interaction: AnyInteraction, place: Place) -> str | None:
    """Return what goes on in a place by rules of its own, None when nothing does."""
    words = words_for_locale(interaction.locale)
    guild_id = check_may_manage(actor_of(interaction))
    rules = await services_of(interaction.client).mirrors.rules(guild_id)
    working = [rule for rule in rules if not rule.paused and _is_inside(rule, place)]
    return words("mirror.still_mirrored", places=_places(working, words)) if working else None


def _is_inside(rule: MirrorRule, place: Place) -> bool:
    if isinstance(place, discord.Guild):
        return not rule.is_server_wide
    if place.guild is None:  # a thread that Discord does not show the bot; nothing is inside
        return False
    line = channel_line(place.guild.get_channel_or_thread(rule.channel_id))
    return place.id in line[1:]


def _places(rules: Sequence[MirrorRule], words: Words) -> str:
    return place_list([rule_place(rule, words) for rule in rules], words)
