"""Settings read from the environment, and what is wrong there in words."""

import os
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from imgoe_bot.errors import ConfigError
from imgoe_bot.settings.environment import (
    Unknown,
    find_unknown,
    variable_name,
)
from imgoe_bot.settings.fields import PluginSettings, Settings

ELSEWHERE = ("IMGOE_KEY", "IMGOE_HOST_DATABASE_URL")
"""Variables of the commands ``upload`` and ``host``, which are no fields here."""

_FROM_PORTAL = "copy it from your application's Bot page in Discord's developer portal"
_OLD_KEY = (
    "it was cut or changed: copy it whole from where you keep it; "
    "no other key opens what this bot has stored"
)
_OLD_OR_FIRST_KEY = (
    "set the one this bot has had so far, as no other opens what it has stored; "
    "only for a bot that never ran, make one with: imgoe-bot secret-key"
)


AnySettings = TypeVar("AnySettings", bound=PluginSettings)


def unknown_variables() -> list[Unknown]:
    """Return the environment's variables that look like ours and mean nothing."""
    known = map(variable_name, Settings.model_fields)
    return find_unknown(os.environ, known=(*known, *ELSEWHERE))


def load_settings(kind: type[AnySettings]) -> AnySettings:
    """Read settings of this kind from the environment.

    Raises:
        ConfigError: naming the first variable that is missing or malformed. It never holds the
            variable's value.
    """
    try:
        return kind()  # type: ignore[call-arg]  # the rest comes from the environment
    except ValidationError as error:
        raise _as_config_error(error.errors()[0]) from None


def _as_config_error(detail: ErrorDetails) -> ConfigError:
    variable = variable_name(str(detail["loc"][0]))
    problem = _problem(detail, variable)
    remedy = _remedy(variable, is_set=not problem.startswith(("is missing", "is empty")))
    return ConfigError(variable, f"{problem}; {remedy}" if remedy else problem)


def _problem(detail: ErrorDetails, variable: str) -> str:
    if detail["type"] != "missing":
        message = detail["msg"].removeprefix("Value error, ")
        return message[:1].lower() + message[1:]
    meant = [one.name for one in unknown_variables() if one.nearest == variable]
    return f"is missing ({meant[0]} is set, which is no variable)" if meant else "is missing"


def _remedy(variable: str, *, is_set: bool) -> str | None:
    if variable == variable_name("secret_key"):
        return _OLD_KEY if is_set else _OLD_OR_FIRST_KEY
    return _FROM_PORTAL if variable == variable_name("discord_token") else None
