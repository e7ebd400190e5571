"""Options in words: what they are for, what they take, what a value means."""

from imgoe_bot.domain.guild import SERVER
from imgoe_bot.domain.option_kinds import TEXT_MAX_CHARS, Option, ValueType
from imgoe_bot.domain.option_layers import OptionInForce
from imgoe_bot.domain.options import OPTIONS
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.translate import Words

AnyOption = Option[object]

VALUE_MAX = 120

_MENTIONS = {ValueType.CHANNEL: "#", ValueType.ROLE: "@&", ValueType.USERS: "@"}
"""How Discord mentions what an option names by its id."""


def about(name: str, words: Words) -> str:
    """Return in one line what an option is for."""
    return words(f"option.about.{name}")


def takes(option: AnyOption, words: Words) -> str:
    """Return what an option may be set to, with an example."""
    values = ", ".join(f"`{choice}`" for choice in option.choices)
    what = words(f"option.takes.{option.value_type}", values=values, limit=TEXT_MAX_CHARS)
    return words("option.takes.none", what=what) if option.optional else what


def choice(option: AnyOption, value: str, words: Words) -> str:
    """Return what one of an option's choices means."""
    return words(f"option.choice.{option.name}.{value}")


def shown(name: str, text: str | None, words: Words) -> str:
    """Return a value as it can stand in a message; None is what is inherited."""
    if text is None:
        return words("history.unset")
    option = OPTIONS.get(name)
    mark = _MENTIONS.get(option.value_type) if option is not None else None
    ids = text.split(",")
    if mark is not None and all(map(str.isdecimal, ids)):
        return ", ".join(f"<{mark}{id_}>" for id_ in ids)
    return code(fmt.plain_name(text, limit=VALUE_MAX))


def code(text: str) -> str:
    """Return text as Discord shows code, whatever is in it."""
    return f"`` {text.replace('``', '` `')} ``" if "`" in text else f"`{text}`"


def place(scope_id: int, words: Words) -> str:
    """Return a place's name."""
    return words("option.place.server") if scope_id == SERVER else f"<#{scope_id}>"


def origin(held: OptionInForce, scope_id: int, words: Words) -> str:
    """Return where a value comes from, for somebody who looks at one place."""
    if held.scope_id is None:
        return words("option.place.default")
    if held.scope_id == scope_id:
        return words("option.place.here")
    return words("option.place.inherited", place=place(held.scope_id, words))


def meant(values: tuple[str, ...], words: Words) -> str:
    """Return the question whether one of these was meant, empty where there are none."""
    if not values:
        return ""
    return words("option.meant", values=" / ".join(code(value) for value in values))


def problem(name: str, kind: str, words: Words) -> str | None:
    """Return why an option was not changed, None when that is not an option's problem."""
    option = OPTIONS.get(name)
    if kind == "bad-value" and option is not None:
        return words("option.takes.hint", what=takes(option, words))
    return words.find(f"option.problem.{kind}")


def setting_name(name: str, words: Words) -> str:
    """Return a setting's name as a person reads it."""
    return words.find(f"setting.{name}") or fmt.escape(name)
