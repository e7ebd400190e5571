"""What our cogs, forms, buttons and menus have in common: their errors are answered.

discord.py itself would only log what a form, a button or a menu raises.
"""

import enum
from typing import Any, Self, TypeVar

import discord
from discord import app_commands

from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.interactions.errors import answer_error
from imgoe_bot.ui.message_parts import AnyItem, Match

ItemT = TypeVar("ItemT", bound=discord.ui.Item[Any])

_NO_CUSTOM_ID = r"(?!)"


class AnsweringCog:
    """Stands before discord.py's own class in a cog's bases."""

    async def cog_app_command_error(
        self, interaction: AnyInteraction, error: app_commands.AppCommandError
    ) -> None:
        """Answer what a command raises."""
        await answer_error(interaction, error)


class AnsweringModal(discord.ui.Modal):
    """A form."""

    async def on_error(  # type: ignore[override]  # as discord.py's own Modal narrows View's
        self, interaction: AnyInteraction, error: Exception, /
    ) -> None:
        """Answer what the form raises once it is sent in."""
        self.stop()  # else discord.py would keep it for ever
        await answer_error(interaction, error)


class Acknowledgement(enum.Enum):
    """How an interaction is acknowledged before its work begins; Discord waits for 3 seconds."""

    EDIT = enum.auto()
    """The answer takes the place of the message that the item is on."""
    PRIVATE = enum.auto()
    """The answer is a message that nobody else sees."""
    NONE = enum.auto()
    """The item sees to it: a form is an acknowledgement too."""


class LastingItem(discord.ui.DynamicItem[ItemT], template=_NO_CUSTOM_ID):
    """A button or menu that is rebuilt from its custom id in whatever process is asked.

    Attributes:
        acknowledgement: set by the class, or by the item where that depends.
    """

    acknowledgement = Acknowledgement.EDIT

    @classmethod
    async def from_custom_id(
        cls, interaction: AnyInteraction, item: AnyItem, match: Match, /
    ) -> Self:
        """Rebuild the item of a message that an earlier process sent; see discord.py."""
        return cls._rebuild(match)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        """Return the item of this custom id; its words stand in the message and aren't needed."""
        raise NotImplementedError

    async def callback(self, interaction: AnyInteraction) -> None:
        """Acknowledge, then act; see discord.py."""
        if self.acknowledgement is Acknowledgement.EDIT:
            await interaction.response.defer()
        elif self.acknowledgement is Acknowledgement.PRIVATE:
            await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await self.act(interaction)
        except Exception as error:  # whatever it raises ends here, worded and logged
            await answer_error(interaction, error)

    async def act(self, interaction: AnyInteraction) -> None:
        """Do what was asked for by pressing or choosing."""
        raise NotImplementedError


class LastingButton(LastingItem[discord.ui.Button[Any]], template=_NO_CUSTOM_ID):
    """A button that is rebuilt from its custom id."""

    def __init__(
        self,
        custom_id: str,
        *,
        label: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            discord.ui.Button(label=label, style=style, disabled=disabled, custom_id=custom_id)
        )
