"""What the operator sets for the whole process, read once from ``IMGOE_*`` variables.

Only ``terminal`` and ``app`` read this; everything below is given plain arguments.
"""

import base64
import os
import re
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretBytes,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from imgoe_bot.environment import (
    DEFAULT_DATA_DIR,
    HEALTH_FILE,
    SECRET_KEY_BYTES,
    Unknown,
    check_url,
    cleaned,
    find_unknown,
)
from imgoe_bot.errors import ConfigError

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_ALLOWANCE = r"[1-9]\d{0,6}/[1-9]\d{0,4}[smhd]"
_YEAR_S = 365 * 86_400
_BUDGET = re.compile(rf"{_ALLOWANCE}(,{_ALLOWANCE}){{0,9}}", re.ASCII)

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


class PluginSettings(BaseSettings):
    """What both ways of running need; a field is the variable ``IMGOE_`` + its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="IMGOE_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    secret_key: Annotated[SecretBytes, BeforeValidator(_decode_key)] = Field(
        description="32 random bytes in base64 that encrypt API keys and delete links. Required."
    )
    data_dir: Annotated[Path, AfterValidator(_check_folder_name)] = Field(
        default=DEFAULT_DATA_DIR, description="Folder of the SQLite file and the health file."
    )
    database_url: Annotated[str, AfterValidator(_check_database_url)] = Field(
        default="", description="SQLAlchemy URL; empty means imgoe_bot.sqlite3 in the data folder."
    )
    default_host_url: HttpBase = Field(
        default="https://imgoe.download", description="Image host of a server that has set none."
    )
    host_public_url: Annotated[str, AfterValidator(_check_own_host)] = Field(
        default="",
        description="The operator's own image host, in a private network or not; empty means none.",
    )
    discord_cdn_url: HttpBase = Field(
        default="https://cdn.discordapp.com", description="Where attachments are downloaded from."
    )
    max_upload_bytes: int = Field(
        default=100 * 1024 * 1024, gt=0, description="Largest file taken, in bytes."
    )
    allow_urls: bool = Field(
        default=True, description="Whether people may upload from any public web address."
    )
    refresh_links: bool = Field(
        default=False, description="Whether Discord is asked to sign old links to its files anew."
    )
    host_budget: Annotated[str, AfterValidator(_check_budget)] = Field(
        default="50/1m,500/1h,1000/1d,5000/7d,10000/30d",
        description="Uploads to one image host, at most so many in so long; none limits nothing.",
    )
    allow_private_hosts: bool = Field(
        default=False, description="Whether servers may name image hosts in private networks."
    )
    job_patience_s: float = Field(
        default=86_400.0,
        ge=0,
        le=30 * 86_400,
        description="Seconds after its first failure for which a job is tried again.",
    )
    guild_retention_days: float = Field(
        default=30.0,
        ge=0,
        le=36_500,
        description="Days after which a server that removed the bot is forgotten.",
    )
    dm_opened: int = Field(
        default=10,
        ge=1,
        le=1_000_000,
        description="First direct messages to people, at most so many in each period.",
    )
    dm_opened_period_s: float = Field(
        default=600.0, gt=0, le=_YEAR_S, description="Length of that period, in seconds."
    )
    dm_total: int = Field(
        default=60,
        ge=1,
        le=1_000_000,
        description="Direct messages in all, at most so many in each period.",
    )
    dm_total_period_s: float = Field(
        default=60.0, gt=0, le=_YEAR_S, description="Length of that period, in seconds."
    )
    lease_s: float = Field(
        default=60.0,
        ge=1,
        le=86_400,
        description="Seconds after which a job of a dead process is taken over.",
    )
    transfers: int = Field(
        default=8,
        ge=1,
        le=64,
        description="Jobs worked on at once; one image host gets half of them at most.",
    )
    log_level: Annotated[str, AfterValidator(_check_level)] = Field(
        default="INFO",
        description="DEBUG, INFO, WARNING or ERROR.",
    )
    log_json: bool = Field(default=False, description="Log lines as JSON.")

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: object, info: ValidationInfo) -> object:
        """Clean a value; an optional one that is empty then counts as not set."""
        if not isinstance(value, str):
            return value
        field = cls.model_fields[info.field_name or ""]
        return cleaned(value) or ("" if field.is_required() else field.default)

    @property
    def store_url(self) -> str:
        """The database's URL: the one set, else SQLite under the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'imgoe_bot.sqlite3'}"

    @property
    def store_variable(self) -> str:
        """The variable that says where the database is."""
        return variable_name("database_url" if self.database_url else "data_dir")

    @property
    def own_host_urls(self) -> tuple[str, ...]:
        """The image hosts that the operator chose; they may lie anywhere."""
        return tuple(filter(None, (self.default_host_url, self.host_public_url)))

    @property
    def health_file(self) -> Path:
        """The file whose age says whether the bot is alive."""
        return self.data_dir / HEALTH_FILE


class Settings(PluginSettings):
    """What a bot of its own needs besides."""

    discord_token: Annotated[SecretStr, AfterValidator(_check_token)] = Field(
        description="The bot's token. Required."
    )
    discord_api_url: HttpBase = Field(
        default="https://discord.com/api/v10", description="Discord's REST base."
    )
    discord_gateway_url: WsBase = Field(
        default="wss://gateway.discord.gg", description="Discord's gateway."
    )


AnySettings = TypeVar("AnySettings", bound=PluginSettings)


def variable_name(field: str) -> str:
    """Return the environment variable of a settings field."""
    return f"IMGOE_{field.upper()}"


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
