"""``/upload``: a person hands over a file and gets a card."""

from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui import convert, failures, render, views
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.translator import text


class UploadCog(commands.Cog):
    """Uploads on demand; works without the message-content intent."""

    def __init__(self, bot: AnyBot) -> None:
        self._services = services_of(bot)

    @app_commands.command(description=text("command.upload.description"))
    @app_commands.describe(file=text("command.upload.option.file"))
    @app_commands.guild_only()
    async def upload(self, interaction: AnyInteraction, file: discord.Attachment) -> None:
        """Upload one attachment and answer with its card."""
        await interaction.response.defer(thinking=True)
        guild_id = GuildId(interaction.guild_id or 0)
        post = convert.post_of(interaction, guild_id, now=datetime.now(UTC))
        card = await self._services.uploads.upload_now(
            convert.source_of(file), post=post, item=convert.item_of(file)
        )
        message = await interaction.followup.send(
            embeds=render.card_embeds(card), view=views.card_view(card), wait=True
        )
        await self._services.uploads.answered(post, convert.place_of(message))
        self._services.runner.wake()

    async def cog_app_command_error(
        self, interaction: AnyInteraction, error: app_commands.AppCommandError
    ) -> None:
        """Hand errors to where they are worded."""
        await failures.answer(interaction, error)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(UploadCog(bot))
