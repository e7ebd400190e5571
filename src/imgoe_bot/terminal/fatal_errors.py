"""What ends a command, in one line and an exit code; loaded only when something did."""

from dataclasses import dataclass

from imgoe_bot.errors import (
    ConfigError,
    SchemaTooNew,
    SourceUnreachable,
    StoreBroken,
    StoreError,
    StoreFull,
    StoreInUse,
    StoreReadOnly,
)
from imgoe_bot.services.store_outage import outage_line
from imgoe_bot.terminal.exit_codes import EXIT_CONFIG, EXIT_TROUBLE, EXIT_TRY_LATER

_EXTRAS = {
    "PIL": "host",
    "asyncpg": "postgres",
    "av": "host",
    "jinja2": "host",
    "obstore": "s3",
}
"""Which extra brings a library that a plain installation lacks."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ends: what is said on standard error, and the exit code."""

    line: str
    code: int


def ending_of(error: Exception) -> Ending | None:
    """Return how an error ends the program; None for one that nobody foresaw."""
    if isinstance(error, ModuleNotFoundError):
        return _missing_library(error)
    if isinstance(error, ConfigError):
        return Ending(f"{error.setting} {error.problem}", EXIT_CONFIG)
    if isinstance(error, SchemaTooNew):
        return Ending(
            f"the database has revision {error.found}, which a newer imgoe_bot wrote: "
            "start that version, or point IMGOE_DATABASE_URL elsewhere",
            EXIT_CONFIG,
        )
    if isinstance(error, SourceUnreachable):
        return Ending(
            "Discord can't be reached: check the network and the IMGOE_DISCORD_*_URL variables, "
            "then start again",
            EXIT_TRY_LATER,
        )
    if isinstance(error, StoreInUse):
        return Ending(
            f"another bot works with {error.file}: end it, or give this one a data folder of its "
            "own (on PostgreSQL several may work together)",
            EXIT_TRY_LATER,
        )
    if isinstance(error, StoreFull | StoreReadOnly | StoreBroken):
        where = f" ({error.where})" if error.where else ""
        return Ending(f"{outage_line(error)}{where}", EXIT_TROUBLE)
    if isinstance(error, StoreError):
        return Ending(
            f"the database can't be used ({error}): it may be locked or away; "
            "if not, check IMGOE_DATABASE_URL and IMGOE_DATA_DIR",
            EXIT_TROUBLE,
        )
    return None


def _missing_library(error: ModuleNotFoundError) -> Ending | None:
    extra = _EXTRAS.get((error.name or "").partition(".")[0])
    if extra is None:
        return None
    return Ending(f"that needs an extra: pip install 'imgoe-bot[{extra}]'", EXIT_CONFIG)
