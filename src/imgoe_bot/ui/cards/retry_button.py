"""The button of a card whose files were not all kept: they are tried again."""

from typing import Self

import discord

from imgoe_bot.domain.ids import PostId
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words, words_for_locale


class RetryButton(LastingButton, template=r"imgoe:retry:(?P<id>[0-9a-f]{16})"):
    """On a card: has what was given up tried again; the card is shown anew when that has ended."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, post_id: PostId, *, label: str = "…") -> None:
        self._post_id = post_id
        super().__init__(f"imgoe:retry:{post_id}", label=label, style=discord.ButtonStyle.primary)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(PostId(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Try them again, and say privately how many."""
        retries = services_of(interaction.client).retries
        tried = await retries.try_post(actor_of(interaction), self._post_id)
        words = words_for_locale(interaction.locale)
        text = retried_text(tried, words) if tried else words("retry.already")
        await interaction.followup.send(text, ephemeral=True)


class RetryAllButton(LastingButton, template=r"imgoe:retry-all"):
    """Below ``/status``: has everything tried again that a server lacks."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, *, label: str = "…") -> None:
        super().__init__("imgoe:retry-all", label=label)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls()

    async def act(self, interaction: AnyInteraction) -> None:
        """Try it again, and say privately how much that is."""
        retries = services_of(interaction.client).retries
        tried = await retries.try_server(actor_of(interaction))
        words = words_for_locale(interaction.locale)
        text = retried_text(tried, words) if tried else words("retry.already")
        await interaction.followup.send(text, ephemeral=True)


def retried_text(tried: int, words: Words) -> str:
    """Return how many files are tried again."""
    return words("retry.tried", count=tried) if tried else words("retry.nothing")
