"""``/help``, ``/why`` and ``/status``: what there is, what happened, how it goes."""

import discord
from discord import app_commands
from discord.ext import commands

from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.help import why
from imgoe_bot.ui.help.command_list import help_embed
from imgoe_bot.ui.help.status import status_embed, status_view
from imgoe_bot.ui.interactions import message_menus
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import words_for_locale


class HelpCog(AnsweringCog, commands.Cog, name="imgoe_bot.HelpCog"):
    """Answers that change nothing, all of them private."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)
        self._menu = message_menus.message_menu(text("menu.why"), self._why)

    async def cog_load(self) -> None:
        """Add the menu; discord.py adds the commands itself."""
        message_menus.add(self._bot, self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        message_menus.remove(self._bot, self._menu)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: AnyInteraction) -> None:
        """Take note of Discord's time, which ``/status`` compares with this machine's."""
        self._services.discord_time.note(interaction.id, is_prompt=True)

    @app_commands.command(description=text("command.help.description"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: AnyInteraction) -> None:
        """Answer with the commands this person may use."""
        words = words_for_locale(interaction.locale)
        embed = help_embed(interaction, self._bot, words)
        await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(description=text("command.why.description"))
    @app_commands.describe(message=text("command.why.option.message"))
    @app_commands.guild_only()
    async def why(self, interaction: AnyInteraction, message: str) -> None:
        """Answer with every check of the message a link leads to."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._explain(interaction, await why.find_message(interaction, message))

    async def _why(self, interaction: AnyInteraction, target: discord.Message) -> None:
        """Answer with every check of a message."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._explain(interaction, target)

    async def _explain(self, interaction: AnyInteraction, message: discord.Message) -> None:
        answer = await why.answer(interaction, message, words_for_locale(interaction.locale))
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.status.description"))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def status(self, interaction: AnyInteraction) -> None:
        """Answer a moderator with the state of queue, host and connection."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        report = await self._services.status.report(actor_of(interaction))
        words = words_for_locale(interaction.locale)
        embed, view = status_embed(report, interaction, words), status_view(report, words)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(HelpCog(bot))
