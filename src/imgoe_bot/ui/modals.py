"""Modals: values entered here stay in no client's history."""

from typing import Any

import discord

from imgoe_bot.ui import convert, failures, notices, render
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.translate import Words


class KeyForm(discord.ui.Modal):
    """Asks for an image host and an API key.

    Each has a custom id of its own: discord.py finds an open form by it, and two people may have
    one open.
    """

    def __init__(self, *, host_url: str, version: int, words: Words) -> None:
        """Take what the form is filled in with, and the version of the settings it is about."""
        super().__init__(title=words("modal.key.title"))
        self._words = words
        self._version = version
        self._host = discord.ui.TextInput[Any](custom_id="host", max_length=200, default=host_url)
        self._key = discord.ui.TextInput[Any](custom_id="key", max_length=200)
        self.add_item(
            discord.ui.Label[Any](
                text=words("modal.key.host"),
                description=words("modal.key.host_help"),
                component=self._host,
            )
        )
        self.add_item(
            discord.ui.Label[Any](
                text=words("modal.key.key"),
                description=words("modal.key.key_help"),
                component=self._key,
            )
        )

    @property
    def host_url(self) -> str:
        """The host, as it was written."""
        return self._host.value

    @property
    def key(self) -> str:
        """The key, as it was pasted."""
        return self._key.value


class KeyModal(KeyForm):
    """Sets a server's host and key."""

    async def on_submit(self, interaction: AnyInteraction) -> None:
        """Store both and answer privately with what may be shown of them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with failures.answered(interaction):
            saved = await services_of(interaction.client).guilds.set_key(
                convert.actor_of(interaction),
                host_url=self.host_url,
                key=self.key,
                expected=self._version,
            )
            hint = await notices.renew(interaction)
            answer = notices.joined(render.key_saved(saved, self._words), hint)
            await interaction.followup.send(answer, ephemeral=True)
