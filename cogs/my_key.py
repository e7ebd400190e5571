"""``/my-key``: a host and a key of one's own, for wherever the bot is brought along."""

from discord import app_commands
from discord.ext import commands

from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.setup import my_key


class MyKeyCog(AnsweringCog, commands.Cog, name="imgoe_bot.MyKeyCog"):
    """Everybody's own; private."""

    @app_commands.command(name="my-key", description=text("command.my-key.description"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def my_key(self, interaction: AnyInteraction) -> None:
        """Answer privately with the host and what may be shown of the key."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown, view = await my_key.panel(interaction)
        await interaction.followup.send(shown, view=view, ephemeral=True, suppress_embeds=True)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(MyKeyCog())
