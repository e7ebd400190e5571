"""Opens what a running host holds: socket, data folder, index."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver.access.secrets import Signer, load_secret
from imgoe_bot.hostserver.decoding.video import VideoProcessor
from imgoe_bot.hostserver.index.database import Database, open_database
from imgoe_bot.hostserver.index.schema_upgrade import migrate
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher
from imgoe_bot.hostserver.options import DAY_S, HostOptions
from imgoe_bot.hostserver.uploads.upload_service import clear_staging


@dataclass(frozen=True, slots=True)
class Resources:
    """What a running host holds open and an app only uses."""

    options: HostOptions
    database: Database
    signer: Signer
    url: str
    workers: Executor
    videos: VideoProcessor
    clock: Callable[[], float]
    fetcher: GuardedFetcher | None


def database_url(options: HostOptions) -> str:
    """Return where the index is, as a SQLAlchemy URL."""
    return options.database_url or f"sqlite:///{options.data_dir / 'index.sqlite3'}"


def listen(options: HostOptions) -> socket.socket:
    """Return a bound socket; bound first, because addresses in replies need its port."""
    family = socket.AF_INET6 if ":" in options.bind else socket.AF_INET
    try:
        return socket.create_server((options.bind, options.port), family=family, backlog=256)
    except OSError as error:
        where = f"{options.bind}:{options.port}"
        raise ConfigError("--bind", f"can't listen on {where}: {error.strerror}") from error


def url_of(listener: socket.socket) -> str:
    """Return the address under which this machine reaches a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def prepare_folder(options: HostOptions) -> Signer:
    """Make the data folder ready, rid of what a killed process left, and return its signer; blocks.

    Raises:
        ConfigError: it can't be written.
    """
    staging = options.data_dir / "tmp"
    try:
        staging.mkdir(parents=True, exist_ok=True)
        (options.data_dir / "images").mkdir(exist_ok=True)
        clear_staging(staging, older_than_s=DAY_S, now_s=time.time())
        return Signer(load_secret(options.data_dir / "secret"))
    except OSError as error:
        raise ConfigError("--data", f"can't be written: {error.strerror}") from error


async def open_index(url: str, stack: AsyncExitStack) -> Database:
    """Return an index that is up to date; errors keep the URL, and its password, back."""
    try:
        database = open_database(url)
        stack.push_async_callback(database.close)
        await migrate(database)
    except (SQLAlchemyError, ImportError, OSError) as error:
        kind = type(error).__name__
        raise ConfigError("--database-url", f"the index can't be opened ({kind})") from error
    return database
