"""What moderators press on a backfill's progress: pause, resume, cancel, whose files it found."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Self

import discord

from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.guild import Actor, check_may_manage
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.services.backfilling.backfills import BackfillService
from imgoe_bot.ui.backfilling.progress import people_embed, progress_embed
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words, words_for_locale


class Act(StrEnum):
    """What can be done to a backfill that has not ended."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


_DO: Mapping[
    Act, Callable[[BackfillService], Callable[[Actor, BackfillId], Awaitable[Backfill]]]
] = {
    Act.PAUSE: lambda backfills: backfills.pause,
    Act.RESUME: lambda backfills: backfills.resume,
    Act.CANCEL: lambda backfills: backfills.cancel,
}


async def act_on(interaction: AnyInteraction, act: Act, backfill_id: BackfillId) -> Backfill:
    """Do something to a backfill.

    Raises:
        as ``BackfillService`` does.
    """
    backfills = services_of(interaction.client).backfills
    return await _DO[act](backfills)(actor_of(interaction), backfill_id)


class ActButton(
    LastingButton, template=r"imgoe:backfill:(?P<act>pause|resume|cancel):(?P<id>[0-9]{1,18})"
):
    """Pauses, resumes or cancels a backfill."""

    def __init__(self, act: Act, backfill_id: BackfillId, *, label: str = "…") -> None:
        self._act, self._backfill_id = act, backfill_id
        cancels, resumes = act is Act.CANCEL, act is Act.RESUME
        style = discord.ButtonStyle.danger if cancels else discord.ButtonStyle.secondary
        if resumes:
            style = discord.ButtonStyle.primary
        super().__init__(f"imgoe:backfill:{act}:{backfill_id}", label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(Act(match["act"]), BackfillId(int(match["id"])))

    async def act(self, interaction: AnyInteraction) -> None:
        """Do it, and show on the message what came of it."""
        backfill = await act_on(interaction, self._act, self._backfill_id)
        words = words_for_locale(backfill.locale)
        embed = progress_embed(backfill, words, now=interaction.created_at)
        view = progress_view(backfill, words)
        await interaction.edit_original_response(embed=embed, view=view)


class PeopleButton(LastingButton, template=r"imgoe:backfill:people:(?P<id>[0-9]{1,18})"):
    """Tells a moderator whose files a backfill found."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, backfill_id: BackfillId, *, label: str = "…") -> None:
        self._backfill_id = backfill_id
        super().__init__(f"imgoe:backfill:people:{backfill_id}", label=label)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(BackfillId(int(match["id"])))

    async def act(self, interaction: AnyInteraction) -> None:
        """Answer privately with the people and their files."""
        guild_id = check_may_manage(actor_of(interaction))
        backfills = services_of(interaction.client).backfills
        backfill = await backfills.get(guild_id, self._backfill_id)
        tallies = await backfills.tallies(self._backfill_id)
        embed = people_embed(backfill, tallies, words_for_locale(interaction.locale))
        await interaction.followup.send(embed=embed, ephemeral=True)


def progress_view(backfill: Backfill, words: Words) -> discord.ui.View:
    """Return the buttons of a backfill's progress; of one that has ended, whose files it found."""
    view = discord.ui.View(timeout=None)
    if backfill.state.is_ended:
        if backfill.counts.found:
            view.add_item(PeopleButton(backfill.id, label=words("backfill.people")))
        return view
    needs_resume = backfill.waits is not None and backfill.waits.needs_resume
    for act in (Act.RESUME if needs_resume else Act.PAUSE, Act.CANCEL):
        view.add_item(ActButton(act, backfill.id, label=words(f"backfill.act.{act}")))
    return view


BACKFILL_ITEMS = (ActButton, PeopleButton)
