"""The form of ``/upload-many``: up to ten files at once."""

from datetime import UTC, datetime
from typing import Any

import discord

from imgoe_bot.domain.command import FileToUpload
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import AnsweringModal
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.uploads import attachment_item, attachment_source, command_of, post_of
from imgoe_bot.ui.translate import Words

FILES_MAX = 10
"""Source: DISCORD.md section 1, "Modals"."""


class UploadManyModal(AnsweringModal):
    """Asks for files and answers with one card for them all.

    Each has a custom id of its own, as the form for a key has.
    """

    def __init__(self, *, words: Words) -> None:
        super().__init__(title=words("modal.many.title"))
        self._files = discord.ui.FileUpload[Any](
            custom_id="files", min_values=1, max_values=FILES_MAX
        )
        self.add_item(
            discord.ui.Label[Any](
                text=words("modal.many.files"),
                description=words("modal.many.files_help"),
                component=self._files,
            )
        )

    async def on_submit(self, interaction: AnyInteraction) -> None:
        """Upload each file by itself; what fails is named on the card."""
        await interaction.response.defer(thinking=True)
        files = [
            FileToUpload(attachment_source(file), attachment_item(file, position=position))
            for position, file in enumerate(self._files.values)
        ]
        await services_of(interaction.client).commands.ask(
            actor_of(interaction),
            files,
            post=post_of(interaction, now=datetime.now(UTC)),
            command=command_of(interaction),
        )
