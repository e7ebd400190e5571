"""What ``/backfill list``, ``pause``, ``resume`` and ``cancel`` answer, and what they suggest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import discord
from discord.app_commands import Choice

from imgoe_bot.domain.backfill import Backfill, progress_of
from imgoe_bot.domain.guild import MANAGE_GUILD
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.backfilling.buttons import Act, PeopleButton
from imgoe_bot.ui.backfilling.progress import counts_line, ending, place_name, progress_embed
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.message_parts import COLOUR
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words

OPEN_SHOWN = 5
ENDED_MAX = 4000
EMBEDS_MAX = 6000
"""Characters of all embeds of a message; Source: Discord's documentation, Embed Limits."""
BUTTONS_MAX = 5
CHOICES_MAX = 25
CHOICE_MAX = 100


def listed(
    backfills: Sequence[Backfill], words: Words, *, now: datetime
) -> tuple[list[discord.Embed], discord.ui.View]:
    """Return the answer to ``/backfill list``: those under way whole, the others a line each.

    Args:
        backfills: a server's, those that have not ended first.
        words: the reader's language.
        now: what the time that is left counts from.
    """
    view = discord.ui.View(timeout=None)
    if not backfills:
        return [discord.Embed(description=words("backfill.none"), colour=COLOUR)], view
    whole = [each for each in backfills if not each.state.is_ended][:OPEN_SHOWN]
    embeds = [progress_embed(each, words, now=now) for each in whole]
    rest = [each for each in backfills if each not in whole]
    if rest:
        others = discord.Embed(title=words("backfill.others"), colour=COLOUR)
        others.description = fmt.fit(
            [_line(each, words) for each in rest],
            limit=min(ENDED_MAX, EMBEDS_MAX - sum(map(len, [*embeds, others]))),
            rest=lambda count: words("backfill.more", count=count),
        )
        embeds.append(others)
    counted = [each for each in rest if each.state.is_ended and each.counts.found]
    for each in counted[:BUTTONS_MAX]:
        label = words("backfill.people_of", number=each.id)
        view.add_item(PeopleButton(each.id, label=label))
    return embeds, view


def _line(backfill: Backfill, words: Words) -> str:
    how = ending(backfill, words) or words("backfill.under_way")
    name = f"**#{backfill.id}** {place_name(backfill, words)}"
    return f"{name} · {how} {counts_line(backfill, words)}"


def changed(backfill: Backfill, act: Act, words: Words) -> str:
    """Return what came of a command that changed a backfill."""
    return words(f"backfill.did.{act}", number=backfill.id, place=place_name(backfill, words))


async def suggest_any(interaction: AnyInteraction, current: str) -> list[Choice[int]]:
    """Offer the backfills that have not ended."""
    return await _suggested(interaction, current)


async def suggest_working(interaction: AnyInteraction, current: str) -> list[Choice[int]]:
    """Offer those that a moderator can pause."""
    return await _suggested(interaction, current, rests=False)


async def suggest_resting(interaction: AnyInteraction, current: str) -> list[Choice[int]]:
    """Offer those that wait for a moderator."""
    return await _suggested(interaction, current, rests=True)


async def _suggested(
    interaction: AnyInteraction, current: str, *, rests: bool | None = None
) -> list[Choice[int]]:
    """Return what can be chosen; nothing to who may not manage.

    Args:
        interaction: whose.
        current: what was typed.
        rests: only those that wait for a moderator, or that don't; None: all.
    """
    if MANAGE_GUILD not in actor_of(interaction).permissions:
        return []
    services = services_of(interaction.client)
    found = await services.backfills.of_guild(GuildId(interaction.guild_id or 0))
    fitting = [each for each in found if not each.state.is_ended]
    if rests is not None:
        fitting = [each for each in fitting if _rests(each) is rests]
    names = [(each.id, _name(each, interaction.guild)) for each in fitting]
    typed = current.strip().casefold()
    return [Choice(name=name, value=int(id_)) for id_, name in names if typed in name.casefold()][
        :CHOICES_MAX
    ]


def _rests(backfill: Backfill) -> bool:
    return backfill.waits is not None and backfill.waits.needs_resume


def _name(backfill: Backfill, guild: discord.Guild | None) -> str:
    known: Any = guild.get_channel_or_thread(backfill.place_id) if guild else None
    if backfill.is_server_wide:
        known = guild
    where = getattr(known, "name", None) or str(backfill.place_id)
    percent = int(progress_of(backfill).fraction * 100)
    return fmt.plain_name(f"#{backfill.id} · {where} · {percent}%", limit=CHOICE_MAX)
