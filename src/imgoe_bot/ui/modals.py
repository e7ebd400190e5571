"""Modals: values entered here stay in no client's history."""

from typing import Any

import discord

from imgoe_bot.ui import convert, failures, render
from imgoe_bot.ui.container import AnyInteraction, services_of


class KeyModal(discord.ui.Modal, title="Image host and API key"):
    """Asks for the image host and the API key."""

    host: discord.ui.Label[Any] = discord.ui.Label(
        text="Image host",
        description="Any site that runs Chevereto, for example https://imgoe.download",
        component=discord.ui.TextInput(custom_id="host", max_length=200),
    )
    key: discord.ui.Label[Any] = discord.ui.Label(
        text="API key",
        description="From your account settings at the host. It is stored encrypted.",
        component=discord.ui.TextInput(custom_id="key", max_length=200),
    )

    def __init__(self, *, host_url: str) -> None:
        super().__init__(custom_id="imgoe:key")
        _input(self.host).default = host_url

    async def on_submit(self, interaction: AnyInteraction) -> None:
        """Store both and answer privately with what may be shown of them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with failures.answered(interaction):
            saved = await services_of(interaction.client).guilds.set_key(
                convert.actor_of(interaction),
                host_url=_input(self.host).value,
                key=_input(self.key).value,
            )
            await interaction.followup.send(render.key_saved(saved), ephemeral=True)


def _input(label: discord.ui.Label[Any]) -> discord.ui.TextInput[Any]:
    component = label.component
    if not isinstance(component, discord.ui.TextInput):
        raise TypeError("this label holds no text input")
    return component
