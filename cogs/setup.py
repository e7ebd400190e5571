"""``/setup``: a moderator is led through everything a server needs."""

from discord import app_commands
from discord.ext import commands

from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.setup.wizard import show
from imgoe_bot.ui.setup.wizard_state import Step


class SetupCog(AnsweringCog, commands.Cog, name="imgoe_bot.SetupCog"):
    """The wizard's first step; its buttons lead on."""

    @app_commands.command(description=text("command.setup.description"))
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def setup(self, interaction: AnyInteraction) -> None:
        """Answer privately with the first step."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show(interaction, Step.HOST)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(SetupCog())
