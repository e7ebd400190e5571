"""``/settings``: a moderator says how this server's uploads work."""

import discord
from discord import app_commands
from discord.app_commands import Transform
from discord.ext import commands

from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.privacy import notices
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.settings import answers, pages
from imgoe_bot.ui.settings.place_parameter import WHOLE_SERVER, OptionPlace, PlaceParameter, ids_of
from imgoe_bot.ui.settings.reset import ask_reset
from imgoe_bot.ui.settings.suggestions import suggest_names, suggest_values
from imgoe_bot.ui.settings.summary import settings_embed
from imgoe_bot.ui.setup.key_modal import SettingsKeyModal
from imgoe_bot.ui.translate import words_for_locale


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class SettingsCog(
    AnsweringCog,
    commands.GroupCog,
    name="imgoe_bot.SettingsCog",
    group_name="settings",
    group_description=text("command.settings.description"),
):
    """The server's image host and its key, and every option."""

    def __init__(self, bot: AnyBot) -> None:
        self._services = services_of(bot)

    @app_commands.command(description=text("command.settings.key.description"))
    async def key(self, interaction: AnyInteraction) -> None:
        """Open the modal, filled in with the present host."""
        check_may_manage(actor_of(interaction))
        settings = await self._services.guilds.get(GuildId(interaction.guild_id or 0))
        words = words_for_locale(interaction.locale)
        form = SettingsKeyModal(host_url=settings.host_url, version=settings.version, words=words)
        await interaction.response.send_modal(form)

    @app_commands.command(description=text("command.settings.show.description"))
    @app_commands.describe(channel=text("command.settings.show.option.channel"))
    async def show(
        self,
        interaction: AnyInteraction,
        channel: Transform[OptionPlace, PlaceParameter] = WHOLE_SERVER,
    ) -> None:
        """Answer privately with the settings; of the key only its last characters."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id = check_may_manage(actor_of(interaction))
        settings = await self._services.guilds.get(guild_id)
        rules = await self._services.mirrors.rules(guild_id)
        embed = settings_embed(settings, words_for_locale(interaction.locale), rules=rules)
        options, view = await pages.page_message(interaction, channel, page=0)
        await interaction.followup.send(embeds=[embed, options], view=view, ephemeral=True)

    @app_commands.command(name="set", description=text("command.settings.set.description"))
    @app_commands.describe(
        name=text("command.settings.set.option.name"),
        value=text("command.settings.set.option.value"),
        channel=text("command.settings.set.option.channel"),
    )
    @app_commands.autocomplete(name=suggest_names, value=suggest_values)
    async def set_(
        self,
        interaction: AnyInteraction,
        name: str,
        value: str,
        channel: Transform[OptionPlace, PlaceParameter] = WHOLE_SERVER,
    ) -> None:
        """Set one option at one place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        guild_id = check_may_manage(actor)
        before = await self._services.options.explain(guild_id, channel.line)
        new = await self._services.options.set(
            actor, channel.scope_id, name, value, known_ids=ids_of(interaction.guild)
        )
        words = words_for_locale(interaction.locale)
        answer = answers.was_set(
            channel, words, name=name, new=new, before=before, at=interaction.created_at
        )
        await self._answer(interaction, answer)

    @app_commands.command(description=text("command.settings.reset.description"))
    @app_commands.describe(
        name=text("command.settings.reset.option.name"),
        channel=text("command.settings.reset.option.channel"),
    )
    @app_commands.autocomplete(name=suggest_names)
    async def reset(
        self,
        interaction: AnyInteraction,
        name: str | None = None,
        channel: Transform[OptionPlace, PlaceParameter] = WHOLE_SERVER,
    ) -> None:
        """Ask whether one option, or all of them, are to inherit again at one place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await ask_reset(interaction, channel, name)

    @app_commands.command(description=text("command.settings.export.description"))
    async def export(self, interaction: AnyInteraction) -> None:
        """Answer privately with a file of everything that is set."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await self._services.options.export(actor_of(interaction))
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(
            words("option.done.exported"), file=answers.export_file(data), ephemeral=True
        )

    @app_commands.command(name="import", description=text("command.settings.import.description"))
    @app_commands.describe(file=text("command.settings.import.option.file"))
    async def import_(self, interaction: AnyInteraction, file: discord.Attachment) -> None:
        """Set everything that an exported file says, and nothing else."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        check_may_manage(actor)
        data = await answers.read_export(file)
        known = ids_of(interaction.guild)
        count = await self._services.options.import_(actor, data, known_ids=known)
        words = words_for_locale(interaction.locale)
        await self._answer(interaction, words("option.done.imported", count=count))

    async def _answer(self, interaction: AnyInteraction, answer: str) -> None:
        """Tell people whom a change concerns, then answer it."""
        answer = notices.joined(answer, await notices.renew(interaction))
        await interaction.followup.send(answer, ephemeral=True)

    @app_commands.command(description=text("command.settings.history.description"))
    async def history(self, interaction: AnyInteraction) -> None:
        """Answer privately with the last changes."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        changes = await self._services.options.history(actor_of(interaction))
        embed = pages.history_embed(changes, words_for_locale(interaction.locale))
        await interaction.followup.send(embed=embed, ephemeral=True)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(SettingsCog(bot))
