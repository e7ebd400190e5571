"""The wizard's buttons and menus: each knows from its custom id alone what it is for."""

from typing import Any, Self

import discord

from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.errors import HostError, ImgoeError
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.interactions.bases import Acknowledgement, LastingButton, LastingItem
from imgoe_bot.ui.message_parts import AnyItem, Match
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.setup import wizard_actions
from imgoe_bot.ui.setup.key_modal import ServerKeyModal, could_not_try, refusal, short
from imgoe_bot.ui.setup.wizard_menus import OTHER_HOST, channel_menu, host_menu, option_menu
from imgoe_bot.ui.setup.wizard_older import OlderButton, show_older
from imgoe_bot.ui.setup.wizard_state import Step, WizardState, read_state, step_embed
from imgoe_bot.ui.translate import Words, words_for_locale

Style = discord.ButtonStyle


class GoButton(
    LastingButton,
    template=r"imgoe:setup:go:(?P<step>host|key|answers|channels|finish|older):(?P<url>.*)",
):
    """Leads to another step."""

    def __init__(
        self, step: Step, *, label: str = "…", url: str = "", style: Style = Style.secondary
    ) -> None:
        self._step, self._url = step, short(url)
        custom_id = f"imgoe:setup:go:{step}:{self._url}"
        super().__init__(custom_id, label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(Step(match["step"]), url=match["url"])

    async def act(self, interaction: AnyInteraction) -> None:
        """Show the step."""
        await show(interaction, self._step, url=self._url)


class HostMenu(
    LastingItem[discord.ui.Select[Any]],
    template=r"imgoe:setup:host:(?P<version>[0-9]+)",
):
    """Chooses the image host."""

    acknowledgement = Acknowledgement.NONE

    def __init__(self, *, version: int, state: WizardState | None = None) -> None:
        self._version = version
        super().__init__(host_menu(f"imgoe:setup:host:{version}", state))

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(version=int(match["version"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Go on to the host's key; another host is asked for together with it."""
        chosen = self.item.values[0]
        if chosen == OTHER_HOST:
            await _ask_key(interaction, url="", version=self._version, checked=True)
        else:
            await interaction.response.defer()
            await show(interaction, Step.KEY, url=chosen)


class KeyButton(
    LastingButton,
    template=r"imgoe:setup:key:(?P<version>[0-9]+):(?P<checked>[01]):(?P<url>.*)",
):
    """Opens the form for host and key."""

    acknowledgement = Acknowledgement.NONE

    def __init__(
        self, *, version: int, checked: bool, url: str, label: str = "…", style: Style
    ) -> None:
        self._version, self._checked, self._url = version, checked, short(url)
        custom_id = f"imgoe:setup:key:{version}:{int(checked)}:{self._url}"
        super().__init__(custom_id, label=label, style=style)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        version, checked = int(match["version"]), match["checked"] == "1"
        return cls(version=version, checked=checked, url=match["url"], style=Style.secondary)

    async def act(self, interaction: AnyInteraction) -> None:
        """Open the form."""
        await _ask_key(interaction, url=self._url, version=self._version, checked=self._checked)


async def _ask_key(interaction: AnyInteraction, *, url: str, version: int, checked: bool) -> None:
    check_may_manage(actor_of(interaction))
    words = words_for_locale(interaction.locale)
    modal = SetupKeyModal(host_url=url, words=words, version=version, checked=checked)
    await interaction.response.send_modal(modal)


class SetupKeyModal(ServerKeyModal):
    """The form for host and key whose answer is the wizard's next step."""

    async def _acknowledge(self, interaction: AnyInteraction) -> None:
        await interaction.response.defer()

    async def _refused(self, interaction: AnyInteraction, error: ImgoeError) -> None:
        url = error.host if isinstance(error, HostError) else ""
        note, untried = refusal(error, self._words), could_not_try(error)
        await show(interaction, Step.KEY, url=url, note=note, untried=untried)

    async def _taken(self, interaction: AnyInteraction, note: str) -> None:
        await show(interaction, Step.ANSWERS, note=note)


class OptionMenu(
    LastingItem[discord.ui.Select[Any]],
    template=r"imgoe:setup:set:(?P<name>[a-z_]{1,30}):(?P<version>[0-9]+)",
):
    """Sets one option for the server."""

    def __init__(self, name: str, *, version: int, state: WizardState | None = None) -> None:
        self._name, self._version = name, version
        super().__init__(option_menu(f"imgoe:setup:set:{name}:{version}", name, state))

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls(match["name"], version=int(match["version"]))

    async def act(self, interaction: AnyInteraction) -> None:
        """Store the choice, and show all of them as they are now."""
        value = ",".join(self.item.values)
        note = await wizard_actions.set_option(
            interaction, self._name, value, version=self._version
        )
        await show(interaction, Step.ANSWERS, note=note)


class ChannelMenu(LastingItem[discord.ui.ChannelSelect[Any]], template=r"imgoe:setup:channels"):
    """Adds channels to those that are kept; none is taken away here."""

    def __init__(self, *, placeholder: str | None = None) -> None:
        super().__init__(channel_menu("imgoe:setup:channels", placeholder))

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls()

    async def act(self, interaction: AnyInteraction) -> None:
        """Mirror what was chosen and go on."""
        note = await wizard_actions.add_channels(interaction, self.item.values)
        await show(interaction, Step.FINISH, note=note)


class TrialButton(LastingButton, template=r"imgoe:setup:try"):
    """Tries an upload."""

    def __init__(self, *, label: str = "…") -> None:
        super().__init__("imgoe:setup:try", label=label, style=Style.success)

    @classmethod
    def _rebuild(cls, match: Match) -> Self:
        return cls()

    async def act(self, interaction: AnyInteraction) -> None:
        """Upload, delete, and say how it went."""
        note = await wizard_actions.try_upload(interaction)
        await show(interaction, Step.FINISH, note=note)


SETUP_ITEMS = (GoButton, HostMenu, KeyButton, OptionMenu, ChannelMenu, TrialButton, OlderButton)


async def show(
    interaction: AnyInteraction,
    step: Step,
    *,
    url: str = "",
    note: str | None = None,
    untried: bool = False,
) -> None:
    """Make the wizard's one message show a step.

    Args:
        interaction: already acknowledged; its message is edited.
        step: which.
        url: the chosen host, empty for the one in use.
        note: what came of the last click.
        untried: whether a key could not be tried and may be saved as it is.

    Raises:
        NotAllowed: without the Manage Server permission.
    """
    state = await read_state(interaction, host_url=url, note=note)
    if step is Step.OLDER:
        await show_older(interaction, state, back=_back(Step.FINISH, state.words))
        return
    view = discord.ui.View(timeout=None)
    for item in _items(step, state, untried=untried):
        view.add_item(item)
    await interaction.edit_original_response(embeds=[step_embed(step, state)], view=view)


def _items(step: Step, state: WizardState, *, untried: bool) -> list[AnyItem]:
    words, version = state.words, state.settings.version
    if step is Step.HOST:
        return [HostMenu(version=version, state=state), _next(Step.KEY, state)]
    if step is Step.KEY:
        return [*_key_buttons(state, untried=untried), _back(Step.HOST, words)]
    if step is Step.ANSWERS:
        menus = [OptionMenu(name, version=version, state=state) for name in state.values]
        return [*menus, _next(Step.CHANNELS, state), _back(Step.KEY, words)]
    if step is Step.CHANNELS:
        menu = ChannelMenu(placeholder=words("setup.channels_pick"))
        return [menu, _next(Step.FINISH, state), _back(Step.ANSWERS, words)]
    trial = TrialButton(label=words("setup.finish_try"))
    return [trial, _next(Step.OLDER, state), _back(Step.CHANNELS, words)]


def _next(step: Step, state: WizardState) -> GoButton:
    label = state.words("setup.next")
    return GoButton(step, label=label, url=state.host_url, style=Style.primary)


def _back(step: Step, words: Words) -> GoButton:
    return GoButton(step, label=words("setup.back"))


def _key_buttons(state: WizardState, *, untried: bool) -> list[AnyItem]:
    words, version, url = state.words, state.settings.version, state.host_url
    style = Style.secondary if state.has_key else Style.primary
    label = words("setup.key_enter")
    buttons: list[AnyItem] = [
        KeyButton(version=version, checked=True, url=url, label=label, style=style)
    ]
    if untried:
        label = words("setup.key_anyway")
        buttons.append(
            KeyButton(version=version, checked=False, url=url, label=label, style=Style.danger)
        )
    if state.has_key:
        buttons.append(_next(Step.ANSWERS, state))
    return buttons
