"""Every setting, with its type, its bounds and what it is for."""

from pathlib import Path

from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from imgoe_bot.settings.environment import (
    DEFAULT_DATA_DIR,
    HEALTH_FILE,
    cleaned,
    variable_name,
)
from imgoe_bot.settings.values import (
    BotToken,
    DatabaseUrl,
    DataFolder,
    HostBudget,
    HttpBase,
    LogLevel,
    OwnHostUrl,
    SecretKey,
    WsBase,
)

_YEAR_S = 365 * 86_400


class PluginSettings(BaseSettings):
    """What both ways of running need; a field is the variable ``IMGOE_`` + its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="IMGOE_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    secret_key: SecretKey = Field(
        description="32 random bytes in base64 that encrypt API keys and delete links. Required."
    )
    data_dir: DataFolder = Field(
        default=DEFAULT_DATA_DIR, description="Folder of the SQLite file and the health file."
    )
    database_url: DatabaseUrl = Field(
        default="", description="SQLAlchemy URL; empty means imgoe_bot.sqlite3 in the data folder."
    )
    default_host_url: HttpBase = Field(
        default="https://imgoe.download", description="Image host of a server that has set none."
    )
    host_public_url: OwnHostUrl = Field(
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
    host_budget: HostBudget = Field(
        default="50/1m,500/1h,1000/1d,5000/7d,10000/30d",
        description="Uploads to one image host, at most so many in so long; none limits nothing.",
    )
    allow_private_hosts: bool = Field(
        default=False, description="Whether servers may name image hosts in private networks."
    )
    park_for_s: float = Field(
        default=7 * 86_400.0,
        ge=0,
        le=365 * 86_400,
        description="Seconds for which a file waits for a host, a key or a place, or is retried.",
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
    command_transfers: int = Field(
        default=8,
        ge=1,
        le=64,
        description="Files of commands transferred at once beside these; half of them at most of "
        "one server or to one host, a quarter from addresses that people typed.",
    )
    command_transfers_of_person: int = Field(
        default=2, ge=1, le=64, description="How many of those may be one person's."
    )
    thumb_reads: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Cards whose small pictures are read from their host at once.",
    )
    log_level: LogLevel = Field(
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

    discord_token: BotToken = Field(description="The bot's token. Required.")
    discord_api_url: HttpBase = Field(
        default="https://discord.com/api/v10", description="Discord's REST base."
    )
    discord_gateway_url: WsBase = Field(
        default="wss://gateway.discord.gg", description="Discord's gateway."
    )
