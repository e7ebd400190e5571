"""``/upload`` and its kin: a person hands over files, or points at a message, and gets a card."""

from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from imgoe_bot.domain import upload_options
from imgoe_bot.domain.ids import UserId
from imgoe_bot.ui.cards import command_answers
from imgoe_bot.ui.client.translator import text
from imgoe_bot.ui.container import AnyBot, AnyInteraction, services_of
from imgoe_bot.ui.interactions import message_menus
from imgoe_bot.ui.interactions.bases import AnsweringCog
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.uploads import command_of, file_or_url, post_of
from imgoe_bot.ui.translate import words_for_locale
from imgoe_bot.ui.uploading import chosen_message, permanent_links
from imgoe_bot.ui.uploading.upload_many import UploadManyModal

Title = app_commands.Range[str, 1, 100]
Description = app_commands.Range[str, 1, upload_options.DESCRIPTION_MAX_CHARS]
Width = app_commands.Range[int, upload_options.WIDTH_MIN_PX, upload_options.WIDTH_MAX_PX]
Category = app_commands.Range[int, 1]


class UploadCog(AnsweringCog, commands.Cog, name="imgoe_bot.UploadCog"):
    """Uploads on demand; works without the message-content intent."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)
        self._menus = (
            message_menus.message_menu(text("menu.mirror"), self._mirror, anywhere=True),
            message_menus.message_menu(
                text("menu.permanent_link"), self._find_links, anywhere=True
            ),
        )

    async def cog_load(self) -> None:
        """Add the menus; discord.py adds the commands itself."""
        message_menus.add(self._bot, *self._menus)

    async def cog_unload(self) -> None:
        """Take the menus away again."""
        message_menus.remove(self._bot, *self._menus)

    @app_commands.command(description=text("command.upload.description"))
    @app_commands.describe(
        file=text("command.upload.option.file"),
        url=text("command.upload.option.url"),
        title=text("command.upload.option.title"),
        description=text("command.upload.option.description"),
        tags=text("command.upload.option.tags"),
        album=text("command.upload.option.album"),
        category=text("command.upload.option.category"),
        width=text("command.upload.option.width"),
        expires=text("command.upload.option.expires"),
        nsfw=text("command.upload.option.nsfw"),
        private=text("command.upload.option.private"),
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def upload(
        self,
        interaction: AnyInteraction,
        *,
        file: discord.Attachment | None = None,
        url: str | None = None,
        title: Title | None = None,
        description: Description | None = None,
        tags: str | None = None,
        album: str | None = None,
        category: Category | None = None,
        width: Width | None = None,
        expires: str | None = None,
        nsfw: bool = False,
        private: bool = False,
    ) -> None:
        """Upload one attachment or address and answer with its card."""
        await interaction.response.defer(thinking=True, ephemeral=private)
        upload = file_or_url(file, url)
        requested = upload_options.parse_upload_options(
            title=title,
            description=description,
            tags=tags,
            album=album,
            category=category,
            width=width,
            expires=expires,
            nsfw=nsfw,
        )
        await self._services.commands.ask(
            actor_of(interaction),
            [upload],
            post=post_of(interaction, now=datetime.now(UTC)),
            command=command_of(interaction, requested=requested, private=private),
        )

    @app_commands.command(name="upload-many", description=text("command.upload-many.description"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def upload_many(self, interaction: AnyInteraction) -> None:
        """Open the form for several files."""
        modal = UploadManyModal(words=words_for_locale(interaction.locale))
        await interaction.response.send_modal(modal)

    async def _mirror(self, interaction: AnyInteraction, target: discord.Message) -> None:
        """Upload what a message holds and answer with its card."""
        files = chosen_message.chosen_files(interaction, target)
        if not files:
            nothing = words_for_locale(interaction.locale)("menu.mirror_no_media")
            await interaction.response.send_message(nothing, ephemeral=True)
            return
        await interaction.response.defer(thinking=True)
        actor, post = actor_of(interaction), chosen_message.post_about(interaction, target)
        author_id = UserId(target.author.id)
        known = await self._services.chosen_messages.keep(
            actor, files, post=post, command=command_of(interaction), author_id=author_id
        )
        if known is not None:
            await command_answers.show(interaction, known)

    async def _find_links(self, interaction: AnyInteraction, target: discord.Message) -> None:
        """Answer privately with links that work."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await permanent_links.find_links_to_media(interaction, target)
        words = words_for_locale(interaction.locale)
        await interaction.followup.send(
            permanent_links.links_text(found, words), ephemeral=True, suppress_embeds=True
        )


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(UploadCog(bot))
