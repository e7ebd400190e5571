"""The wizard's menus as Discord shows them: filled for a new message, bare for a rebuilt one."""

from typing import Any

import discord

from imgoe_bot.domain.option_kinds import ValueType
from imgoe_bot.domain.options import OPTIONS
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.setup.wizard_state import WizardState
from imgoe_bot.ui.texts import option_texts

OTHER_HOST = "other"
LABEL_MAX = 100
CHANNELS_MAX = 25
_CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.media,
]

Menu = discord.ui.Select[Any]


def host_menu(custom_id: str, state: WizardState | None) -> Menu:
    """Return the hosts to choose from, and the way to any other."""
    menu = Menu(custom_id=custom_id)
    if state is None:
        return menu
    menu.placeholder = state.words("setup.host_pick")
    for url in state.hosts:
        if len(url) <= LABEL_MAX:
            menu.add_option(label=fmt.plain_host(url), value=url, default=url == state.host_url)
    menu.add_option(label=state.words("setup.host_other"), value=OTHER_HOST)
    return menu


def option_menu(custom_id: str, name: str, state: WizardState | None) -> Menu:
    """Return an option's choices in words, the present one chosen."""
    menu = Menu(custom_id=custom_id)
    if state is None:
        return menu
    option, held = OPTIONS[name], state.values[name].split(",")
    menu.placeholder = option_texts.about(name, state.words)
    if option.value_type is ValueType.SET:
        menu.max_values = len(option.choices)
    for value in option.choices:
        label = option_texts.choice(option, value, state.words)
        menu.add_option(label=label[:LABEL_MAX], value=value, default=value in held)
    return menu


def channel_menu(custom_id: str, placeholder: str | None) -> discord.ui.ChannelSelect[Any]:
    """Return Discord's own menu of the server's channels."""
    return discord.ui.ChannelSelect(
        custom_id=custom_id,
        channel_types=_CHANNEL_TYPES,
        placeholder=placeholder,
        max_values=CHANNELS_MAX,
    )
