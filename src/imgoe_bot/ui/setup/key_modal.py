"""The form for an image host and its key, and the way around a host that is away.

What is entered in a form stays in no client's history.
"""

from typing import Any, Self

import discord

from imgoe_bot.domain.guild import GuildSettings, check_may_manage
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.errors import HostError, ImgoeError, KeyRejected
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions.bases import Acknowledgement, AnsweringModal, LastingButton
from imgoe_bot.ui.message_parts import Match
from imgoe_bot.ui.privacy import notices
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import Words, words_for_locale

URL_MAX = 60


class KeyModal(AnsweringModal):
    """Asks for an image host and an API key.

    Each has a custom id of its own: discord.py finds an open form by it, and two people may have
    one open.
    """

    def __init__(self, *, host_url: str, version: int, words: Words, checked: bool = True) -> None:
        """Take what the form is filled in with, and the version of the settings it is about.

        Args:
            host_url: the host that is shown.
            version: of the settings that the person looks at.
            words: the person's language.
            checked: whether the key is tried before it is stored.
        """
        super().__init__(title=words("modal.key.title"))
        self._words = words
        self._version = version
        self._checked = checked
        self._host = discord.ui.TextInput[Any](custom_id="host", max_length=200, default=host_url)
        self._key = discord.ui.TextInput[Any](custom_id="key", max_length=300)
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


class ServerKeyModal(KeyModal):
    """Sets a server's host and key; what does not work is not stored."""

    async def on_submit(self, interaction: AnyInteraction) -> None:
        """Try the key, store it if the host takes it, and say what came of it."""
        await self._acknowledge(interaction)
        try:
            note = await _take_key(
                interaction,
                host_url=self.host_url,
                key=self.key,
                checked=self._checked,
                version=self._version,
            )
        except ImgoeError as error:
            await self._refused(interaction, error)
        else:
            await self._taken(interaction, note)

    async def _acknowledge(self, interaction: AnyInteraction) -> None:
        raise NotImplementedError

    async def _refused(self, interaction: AnyInteraction, error: ImgoeError) -> None:
        raise NotImplementedError

    async def _taken(self, interaction: AnyInteraction, note: str) -> None:
        raise NotImplementedError


class SettingsKeyModal(ServerKeyModal):
    """The form of ``/settings key``."""

    async def _acknowledge(self, interaction: AnyInteraction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)

    async def _refused(self, interaction: AnyInteraction, error: ImgoeError) -> None:
        view = discord.ui.View(timeout=None)
        if could_not_try(error):
            label, url = self._words("setup.key_anyway"), getattr(error, "host", "")
            view.add_item(UntriedKeyButton(version=self._version, url=url, label=label))
        await interaction.followup.send(refusal(error, self._words), view=view, ephemeral=True)

    async def _taken(self, interaction: AnyInteraction, note: str) -> None:
        guilds = services_of(interaction.client).guilds
        saved = await guilds.get(GuildId(interaction.guild_id or 0))
        answer = notices.joined(note, _key_saved(saved, self._words))
        await interaction.followup.send(answer, ephemeral=True)


class UntriedKeyButton(
    LastingButton,
    template=r"imgoe:settings:key:(?P<version>[0-9]+):(?P<url>.*)",
):
    """Opens the form once more, for a key that can't be tried while its host is away."""

    acknowledgement = Acknowledgement.NONE

    def __init__(self, *, version: int, url: str, label: str = "…") -> None:
        self._version, self._url = version, short(url)
        custom_id = f"imgoe:settings:key:{version}:{self._url}"
        style = discord.ButtonStyle.danger
        super().__init__(custom_id, label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(version=int(match["version"]), url=match["url"])

    async def act(self, interaction: AnyInteraction) -> None:
        """Open the form."""
        check_may_manage(actor_of(interaction))
        words = words_for_locale(interaction.locale)
        form = SettingsKeyModal(
            host_url=self._url, version=self._version, words=words, checked=False
        )
        await interaction.response.send_modal(form)


async def _take_key(
    interaction: AnyInteraction, *, host_url: str, key: str, checked: bool, version: int
) -> str:
    """Try and store a key.

    Raises:
        ImgoeError: whatever there is against it; then nothing was stored.
    """
    saved = await services_of(interaction.client).setup.set_key(
        actor_of(interaction),
        host_url=host_url,
        key=key,
        checked=checked,
        expected=version,
    )
    done = _key_taken(saved, words_for_locale(interaction.locale), checked=checked)
    return notices.joined(done, await notices.renew(interaction))


def _key_taken(saved: GuildSettings, words: Words, *, checked: bool) -> str:
    host = fmt.host_name(saved.host_url)
    if checked:
        return words("setup.key_taken", host=host, fingerprint=saved.key_fingerprint)
    return words("setup.key_kept", fingerprint=saved.key_fingerprint)


def could_not_try(error: ImgoeError) -> bool:
    """Tell whether a key was not refused, but its host could not be asked."""
    return isinstance(error, HostError) and not isinstance(error, KeyRejected)


def refusal(error: ImgoeError, words: Words) -> str:
    """Say why a key was not saved; one that could not be tried may be saved all the same."""
    lines = [error_text(error, words), words("setup.key_not_saved")]
    if could_not_try(error):
        lines.append(words("setup.key_not_tried"))
    return "\n".join(lines)


def short(url: str) -> str:
    """An address that a custom id has room for; without it the host in use is meant."""
    return url if len(url) <= URL_MAX else ""


def _key_saved(settings: GuildSettings, words: Words) -> str:
    """Return the answer to a stored key; only its fingerprint is shown."""
    host = fmt.host_name(settings.host_url)
    saved = words("settings.saved", host=host, fingerprint=settings.key_fingerprint)
    return f"{saved}\n{words('settings.next')}"
