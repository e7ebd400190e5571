"""What the value of a setting may be."""

import base64
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretBytes, SecretStr

from imgoe_bot.settings.environment import (
    SECRET_KEY_BYTES,
    check_url,
)

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_ALLOWANCE = r"[1-9]\d{0,6}/[1-9]\d{0,4}[smhd]"
_BUDGET = re.compile(rf"{_ALLOWANCE}(,{_ALLOWANCE}){{0,9}}", re.ASCII)


def _check_http_url(value: str) -> str:
    return check_url(value, schemes=("http", "https"))


def _check_ws_url(value: str) -> str:
    return check_url(value, schemes=("ws", "wss"))


def _check_own_host(value: str) -> str:
    return _check_http_url(value) if value else ""


def _decode_key(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value:
        raise ValueError("is empty")
    try:
        decoded = base64.b64decode(value, validate=True)
    except ValueError as error:  # its text may hold the value
        raise ValueError("is not base64") from error
    if len(decoded) != SECRET_KEY_BYTES:
        raise ValueError(f"holds {len(decoded)} bytes instead of {SECRET_KEY_BYTES}")
    return decoded


def _check_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if not token or " " in token:
        raise ValueError("is empty or has spaces in it")
    if not (token.isascii() and token.isprintable()):
        raise ValueError("holds characters that no token has")
    return value


def _check_database_url(value: str) -> str:
    if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        raise ValueError("starts with neither sqlite+aiosqlite:/// nor postgresql+asyncpg://")
    return value


def _check_folder_name(value: Path) -> Path:
    if "?" in str(value):  # the rest of a database's address would be options of it
        raise ValueError("must not hold a question mark")
    return value


def _check_level(value: str) -> str:
    if value not in _LEVELS:
        raise ValueError(f"is none of {', '.join(_LEVELS)}")
    return value


def _check_budget(value: str) -> str:
    if value != "none" and not _BUDGET.fullmatch(value):
        raise ValueError(
            "is neither none nor up to ten limits like 50/1m,500/1h: "
            "so many uploads in so many s, m, h or d"
        )
    return value


HttpBase = Annotated[str, AfterValidator(_check_http_url)]
WsBase = Annotated[str, AfterValidator(_check_ws_url)]
SecretKey = Annotated[SecretBytes, BeforeValidator(_decode_key)]
DataFolder = Annotated[Path, AfterValidator(_check_folder_name)]
DatabaseUrl = Annotated[str, AfterValidator(_check_database_url)]
OwnHostUrl = Annotated[str, AfterValidator(_check_own_host)]
HostBudget = Annotated[str, AfterValidator(_check_budget)]
LogLevel = Annotated[str, AfterValidator(_check_level)]
BotToken = Annotated[SecretStr, AfterValidator(_check_token)]
