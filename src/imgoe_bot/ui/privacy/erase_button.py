"""The button that has everything about its presser erased."""

from typing import Self

import discord

from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.privacy import overview
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words, words_for_locale


class ForgetButton(LastingButton, template=r"imgoe:forget-me"):
    """Confirms; whoever presses it means themselves."""

    def __init__(self, *, label: str = "…") -> None:
        super().__init__("imgoe:forget-me", label=label, style=discord.ButtonStyle.danger)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls()

    async def act(self, interaction: AnyInteraction) -> None:
        """Order the erasure and say so in the place of the question."""
        services = services_of(interaction.client)
        posts = await services.privacy.forget(actor_of(interaction))
        text = overview.forgetting(posts, words_for_locale(interaction.locale))
        await interaction.edit_original_response(content=text, view=None)


def forget_view(words: Words) -> discord.ui.View:
    """Return the button below the question."""
    view = discord.ui.View(timeout=None)
    view.add_item(ForgetButton(label=words("privacy.forget_button")))
    return view
