"""What Discord offers while somebody types an option's name or value."""

from collections.abc import Iterable, Iterator

from discord.app_commands import Choice

from imgoe_bot.domain.guild import MANAGE_GUILD
from imgoe_bot.domain.option_kinds import NONE, ValueType
from imgoe_bot.domain.options import DEFAULTS, OPTIONS
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.translate import Words, words_for_locale

CHOICES_MAX = 25
NAME_MAX = 100

_EXAMPLES = {
    ValueType.SIZE: ("1mb", "5mb", "10mb", "25mb", "50mb", "100mb", "1gb"),
    ValueType.DURATION: ("0s", "5m", "30m", "1h", "12h", "1d", "7d", "30d", "365d"),
    ValueType.NUMBER: ("10", "25", "50", "100", "500"),
}


async def suggest_names(interaction: AnyInteraction, current: str) -> list[Choice[str]]:
    """Offer option names, each with what it is for; nothing to who may not change them."""
    if not _may_change(interaction):
        return []
    words = words_for_locale(interaction.locale)
    in_channel = getattr(interaction.namespace, "channel", None) is not None
    found = (
        (name, f"{name}: {option_texts.about(name, words)}")
        for name, option in OPTIONS.items()
        if option.per_channel or not in_channel
    )
    return _offered(found, current)


async def suggest_values(interaction: AnyInteraction, current: str) -> list[Choice[str]]:
    """Offer what the chosen option takes."""
    name = getattr(interaction.namespace, "name", None)
    option = OPTIONS.get(str(name))
    if option is None or not _may_change(interaction):
        return []
    words = words_for_locale(interaction.locale)
    found = [*_values(option, words, interaction), (_default(option.name), "")]
    if option.optional:
        found.append((NONE, NONE))
    fitting = ((value, label or value) for value, label in found if _parses(option, value))
    return _offered(dict(fitting).items(), current)


def _may_change(interaction: AnyInteraction) -> bool:
    return MANAGE_GUILD in actor_of(interaction).permissions


def _default(name: str) -> str:
    return OPTIONS[name].show(getattr(DEFAULTS, name))


def _values(
    option: option_texts.AnyOption, words: Words, interaction: AnyInteraction
) -> Iterator[tuple[str, str]]:
    """Yield values and their labels; of people only who asks is known by name."""
    guild = interaction.guild
    for value in option.choices:
        yield value, f"{value}: {option_texts.choice(option, value, words)}"
    for value in _EXAMPLES.get(option.value_type, ()):
        yield value, value
    if guild is not None and option.value_type is ValueType.CHANNEL:
        yield from ((str(each.id), f"#{each.name}") for each in guild.text_channels)
    if guild is not None and option.value_type is ValueType.ROLE:
        yield from ((str(each.id), f"@{each.name}") for each in guild.roles[1:])
    if option.value_type is ValueType.USERS:
        yield str(interaction.user.id), f"@{interaction.user.display_name}"


def _parses(option: option_texts.AnyOption, value: str) -> bool:
    try:
        option.parse(value)
    except ValueError:
        return False
    return True


def _offered(found: Iterable[tuple[str, str]], current: str) -> list[Choice[str]]:
    """Return what has the typed text in it, as much as Discord shows."""
    typed = current.strip().casefold()
    fitting = [
        Choice(name=fmt.plain_name(label, limit=NAME_MAX), value=value)
        for value, label in found
        if typed in label.casefold() or typed == value
    ]
    return fitting[:CHOICES_MAX]
