"""What Discord refuses in a command that is registered, and in what autocomplete offers.

Source: https://discord.com/developers/docs/interactions/application-commands
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence

from imgoe_bot.discordsim.problems import (
    ApiProblem,
    invalid_form,
    not_among,
    required,
    too_long,
)
from imgoe_bot.discordsim.rules.values import check_length, check_number
from imgoe_bot.discordsim.untyped_json import (
    Json,
    flag,
    integer,
    is_mapping,
    mapping,
    mappings,
    text,
)

SLASH = 1
LIMITS = {1: 100, 2: 15, 3: 15}
"""How many commands of a type one scope takes."""
NAME_LENGTH = 32
DESCRIPTION_LENGTH = 100
OPTIONS = 25
CHOICES = 25
CHOICE_LENGTH = 100
LONGEST_VALUE = 6_000
TOTAL_LENGTH = 8_000

_SUB, _GROUP, _STRING, _INTEGER, _NUMBER = 1, 2, 3, 4, 10
_NESTED = frozenset({_SUB, _GROUP})
_TYPES = range(1, 12)
_NUMBERS = frozenset({_INTEGER, _NUMBER})
_IN_GROUP = frozenset({_SUB})
_IN_SUB = frozenset(_TYPES) - _NESTED
_SCRIPTS = ((0x0900, 0x097F), (0x0E00, 0x0E7F))  # Devanagari and Thai, whose marks count as letters
LOCALES = frozenset({
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no",
    "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th",
    "zh-CN", "ja", "zh-TW", "ko",
})  # fmt: skip


def check_commands(items: Sequence[Json]) -> None:
    """Refuse a whole scope's commands: too many of a type, two of one name, or any wrong one."""
    for kind, limit in LIMITS.items():
        if sum(integer(item, "type", SLASH) == kind for item in items) > limit:
            message = f"Maximum number of application commands reached ({limit})."
            raise invalid_form("commands", code="APPLICATION_COMMAND_LIMIT", message=message)
    seen: set[tuple[int, str]] = set()
    for index, item in enumerate(items):
        check_command(item, f"{index}.")
        identity = (integer(item, "type", SLASH), text(item, "name"))
        if identity in seen:
            raise duplicate_name(str(index))
        seen.add(identity)


def duplicate_name(field: str) -> ApiProblem:
    """Return the refusal of a second command of one name."""
    return invalid_form(
        field,
        code="APPLICATION_COMMANDS_DUPLICATE_NAME",
        message="Application command names must be unique",
    )


def check_command(data: Json, prefix: str = "") -> None:
    """Refuse one command (50035).

    Args:
        data: as the bot sends it.
        prefix: what the fields' paths begin with, e.g. ``3.`` in a list.
    """
    kind = integer(data, "type", SLASH)
    if kind not in LIMITS:
        raise not_among(f"{prefix}type", LIMITS)
    _check_words(data, "name", f"{prefix}name", slash=kind == SLASH)
    if kind == SLASH:
        _check_words(data, "description", f"{prefix}description", slash=True)
        _check_options(data, f"{prefix}options", frozenset(_TYPES))
        _check_total(data, prefix)
    elif text(data, "description"):
        raise invalid_form(
            f"{prefix}description",
            code="APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED",
            message="Context menu commands cannot have description",
        )
    elif data.get("options"):
        raise invalid_form(
            f"{prefix}options",
            code="APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED",
            message="Context menu commands cannot have options",
        )


def _check_words(data: Json, name: str, path: str, *, slash: bool) -> None:
    check = _CHECKS[name]
    check(text(data, name), path, slash)
    given = data.get(f"{name}_localizations")
    for locale, word in mapping(given).items():
        localized = f"{path}_localizations.{locale}"
        if locale not in LOCALES:
            raise not_among(localized, sorted(LOCALES))
        check(word if isinstance(word, str) else "", localized, slash)


def _check_name(name: str, path: str, slash: bool) -> None:
    check_length(name, path, most=NAME_LENGTH)
    if slash and not (name == name.lower() and all(map(_may_stand_in_a_name, name))):
        raise invalid_form(
            path, code="APPLICATION_COMMAND_INVALID_NAME", message="Command name is invalid"
        )


def _may_stand_in_a_name(letter: str) -> bool:
    in_script = any(first <= ord(letter) <= last for first, last in _SCRIPTS)
    return letter in "-_'" or unicodedata.category(letter)[0] in "LN" or in_script


def _check_description(description: str, path: str, slash: bool) -> None:
    check_length(description, path, most=DESCRIPTION_LENGTH)


_CHECKS = {"name": _check_name, "description": _check_description}


def _check_options(data: Json, path: str, allowed: Collection[int]) -> None:
    options = mappings(data.get("options"))
    check_length(options, path, least=0, most=OPTIONS)
    for index, option in enumerate(options):
        _check_option(option, f"{path}.{index}", allowed)
    kinds = {integer(option, "type") in _NESTED for option in options}
    if len(kinds) > 1:
        raise invalid_form(
            path,
            code="APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            message="Sub-command and sub-command group option types are mutually exclusive to "
            "all other types",
        )
    _check_order(options, path)


def _check_order(options: Sequence[Json], path: str) -> None:
    seen: set[str] = set()
    optional = False
    for index, option in enumerate(options):
        if text(option, "name") in seen:
            raise invalid_form(
                f"{path}.{index}",
                code="APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                message="Option name already exists in these options",
            )
        seen.add(text(option, "name"))
        if flag(option, "required") and optional:
            raise invalid_form(
                f"{path}.{index}",
                code="APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                message="Required options must be placed before non-required options",
            )
        optional |= not flag(option, "required")


def _check_option(option: Json, path: str, allowed: Collection[int]) -> None:
    kind = integer(option, "type")
    if kind not in allowed:
        raise not_among(f"{path}.type", sorted(allowed))
    for name in _CHECKS:
        _check_words(option, name, f"{path}.{name}", slash=True)
    if kind in _NESTED:
        _check_options(option, f"{path}.options", _IN_GROUP if kind == _GROUP else _IN_SUB)
        return
    for name, least in (("min_length", 0), ("max_length", 1)):
        length = integer(option, name, least)
        check_number(length, f"{path}.{name}", least=least, most=LONGEST_VALUE)
    choices = mappings(option.get("choices"))
    check_choices(choices, kind, f"{path}.choices")
    if choices and flag(option, "autocomplete"):
        raise invalid_form(
            f"{path}.autocomplete",
            code="APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
            message="Autocomplete and choices are mutually exclusive",
        )


def check_choices(choices: Sequence[Json], kind: int, path: str) -> None:
    """Refuse choices of an option: more than 25, or any that does not fit it (50035).

    Args:
        choices: as the bot sends them, registered or by autocomplete.
        kind: the option's type: 3 text, 4 whole number, 10 number.
        path: the field they stand in.
    """
    check_length(choices, path, least=0, most=CHOICES)
    for index, choice in enumerate(choices):
        choice_path = f"{path}.{index}"
        for locale, name in _names(choice):
            check_length(name, f"{choice_path}.{locale}", most=CHOICE_LENGTH)
        _check_value(choice, kind, f"{choice_path}.value")


def _names(choice: Json) -> Iterable[tuple[str, str]]:
    yield "name", text(choice, "name")
    for locale, name in mapping(choice.get("name_localizations")).items():
        yield f"name_localizations.{locale}", name if isinstance(name, str) else ""


def _check_value(choice: Json, kind: int, path: str) -> None:
    value = choice.get("value")
    if value is None:
        raise required(path)
    if kind in _NUMBERS:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole and not (kind == _NUMBER and isinstance(value, float)):
            word = "int" if kind == _INTEGER else "float"
            message = f'Value "{value}" is not {word}.'
            raise invalid_form(path, code="NUMBER_TYPE_COERCE", message=message)
        return
    if not isinstance(value, str):
        message = f'Could not interpret "{value}" as string.'
        raise invalid_form(path, code="STRING_TYPE_CONVERT", message=message)
    if len(value) > CHOICE_LENGTH:
        raise too_long(path, CHOICE_LENGTH)


def _check_total(data: Json, prefix: str) -> None:
    if _length(data) > TOTAL_LENGTH:
        raise invalid_form(
            f"{prefix}name",
            code="APPLICATION_COMMAND_TOO_LARGE",
            message=f"Command exceeds maximum size ({TOTAL_LENGTH})",
        )


def _length(data: Json) -> int:
    """Return the characters of a command, an option or a choice, of each text its longest form."""
    own = sum(_longest(data, name) for name in ("name", "description"))
    inner = [*mappings(data.get("options")), *mappings(data.get("choices"))]
    return own + len(text(data, "value")) + sum(map(_length, inner))


def _longest(data: Json, name: str) -> int:
    given = data.get(f"{name}_localizations")
    words = [text(data, name), *(given.values() if is_mapping(given) else ())]
    return max(len(word) for word in words if isinstance(word, str))
