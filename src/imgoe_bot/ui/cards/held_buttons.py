"""What moderators press on a card whose message was deleted: the copies stay, or they go."""

from typing import Any, Self

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import PostId
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import Words, words_for_locale

KEEP, DELETE = "keep", "delete"


class HoldButton(
    LastingButton,
    template=r"imgoe:hold:(?P<decision>keep|delete):(?P<id>[0-9a-f]{16})",
):
    """On a card that is held: decides on its copies."""

    acknowledgement = Acknowledgement.PRIVATE

    def __init__(self, decision: str, post_id: PostId, *, label: str = "…") -> None:
        self._decision = decision
        self._post_id = post_id
        kinds = {KEEP: discord.ButtonStyle.secondary, DELETE: discord.ButtonStyle.danger}
        custom_id = f"imgoe:hold:{decision}:{post_id}"
        super().__init__(custom_id, label=label, style=kinds[decision])

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(match["decision"], PostId(match["id"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Do what the moderator decides, and confirm it privately."""
        actor, words = actor_of(interaction), words_for_locale(interaction.locale)
        retirements = services_of(interaction.client).retirements
        if self._decision == KEEP:
            await retirements.keep_held(actor, self._post_id)
        else:
            await retirements.delete_held(actor, self._post_id)
        await interaction.followup.send(words(f"hold.done.{self._decision}"), ephemeral=True)


def hold_buttons(card: Card, words: Words) -> list[discord.ui.Item[Any]]:
    """Return the buttons of a card that is held; what has no delete link can only be kept."""
    buttons: list[discord.ui.Item[Any]] = [HoldButton(KEEP, card.post.id, label=words("hold.keep"))]
    if card.deletable:
        buttons.append(HoldButton(DELETE, card.post.id, label=words("hold.delete")))
    return buttons
