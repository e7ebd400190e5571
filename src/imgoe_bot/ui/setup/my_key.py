"""One's own host and key: the panel of ``/my-key``, its buttons and its form."""

from typing import Self

import discord

from imgoe_bot.domain.ids import UserId
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.reading.actors import own_space, owner_of_space
from imgoe_bot.ui.setup.key_modal import KeyModal
from imgoe_bot.ui.translate import words_for_locale


async def panel(interaction: AnyInteraction) -> tuple[str, discord.ui.View]:
    """Return what a person has set for themselves, and the buttons to change it."""
    words = words_for_locale(interaction.locale)
    space = own_space(UserId(interaction.user.id))
    settings = await services_of(interaction.client).guilds.get(space)
    view = discord.ui.View(timeout=None)
    host = fmt.host_name(settings.host_url)
    if settings.key_fingerprint is None:
        view.add_item(MyKeyButton("change", label=words("my_key.enter")))
        return words("my_key.none", host=host, menu=words("menu.mirror")), view
    view.add_item(MyKeyButton("change", label=words("my_key.change")))
    view.add_item(MyKeyButton("remove", label=words("my_key.remove")))
    return words("my_key.set", host=host, fingerprint=settings.key_fingerprint), view


class MyKeyButton(LastingButton, template=r"imgoe:mykey:(?P<act>change|remove)"):
    """On the panel: opens the form, or forgets the key."""

    acknowledgement = Acknowledgement.NONE

    def __init__(self, act: str, *, label: str = "…") -> None:
        self._act = act
        style = discord.ButtonStyle.danger if act == "remove" else discord.ButtonStyle.primary
        super().__init__(f"imgoe:mykey:{act}", label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(match["act"])

    async def act(self, interaction: AnyInteraction) -> None:
        """Open the form, or forget the key and show the panel anew."""
        guilds = services_of(interaction.client).guilds
        owner = owner_of_space(interaction)
        if self._act == "change":
            settings = await guilds.get(own_space(owner.user_id))
            words = words_for_locale(interaction.locale)
            form = MyKeyModal(host_url=settings.host_url, version=settings.version, words=words)
            await interaction.response.send_modal(form)
            return
        await interaction.response.defer()
        await guilds.remove_key(owner)
        await _show_again(interaction)


class MyKeyModal(KeyModal):
    """Asks for one's own host and key; what does not work is not stored."""

    async def on_submit(self, interaction: AnyInteraction) -> None:
        """Try the key, store it if the host takes it, and show the panel anew."""
        await interaction.response.defer()
        await services_of(interaction.client).setup.set_key(
            owner_of_space(interaction),
            host_url=self.host_url,
            key=self.key,
            checked=True,
            expected=self._version,
        )
        await _show_again(interaction)


async def _show_again(interaction: AnyInteraction) -> None:
    text, view = await panel(interaction)
    await interaction.edit_original_response(content=text, view=view)
