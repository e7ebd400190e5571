"""``/settings``: a moderator says where this server's uploads go."""

from discord import app_commands
from discord.ext import commands

from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui import convert, failures, render
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.modals import KeyModal
from imgoe_bot.ui.translate import words_for_locale
from imgoe_bot.ui.translator import text


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class SettingsCog(
    commands.GroupCog, group_name="settings", group_description=text("command.settings.description")
):
    """The server's image host and its key."""

    def __init__(self, bot: AnyBot) -> None:
        self._services = services_of(bot)

    @app_commands.command(description=text("command.settings.key.description"))
    async def key(self, interaction: AnyInteraction) -> None:
        """Open the modal, filled in with the present host."""
        check_may_manage(convert.actor_of(interaction))
        settings = await self._services.guilds.get(GuildId(interaction.guild_id or 0))
        words = words_for_locale(interaction.locale)
        await interaction.response.send_modal(KeyModal(host_url=settings.host_url, words=words))

    @app_commands.command(description=text("command.settings.show.description"))
    async def show(self, interaction: AnyInteraction) -> None:
        """Answer privately with the settings; of the key only its last characters."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = check_may_manage(convert.actor_of(interaction))
        settings = await self._services.guilds.get(guild_id)
        rules = await self._services.mirrors.rules(guild_id)
        embed = render.settings(settings, words_for_locale(interaction.locale), rules=rules)
        await interaction.followup.send(embed=embed, ephemeral=True)

    async def cog_app_command_error(
        self, interaction: AnyInteraction, error: app_commands.AppCommandError
    ) -> None:
        """Hand errors to where they are worded."""
        await failures.answer(interaction, error)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(SettingsCog(bot))
