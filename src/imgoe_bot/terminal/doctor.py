"""``imgoe-bot doctor``: everything the bot needs, tried one by one, each with what to do next."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import cast

import httpx
from rich.console import Console

from imgoe_bot.adapters.folder_checks import check_folder
from imgoe_bot.adapters.store import Database, SqlNotes, SqlOrphanStore, migrate, open_engine
from imgoe_bot.errors import ConfigError, ImgoeError, StoreBroken, StoreFull, StoreReadOnly
from imgoe_bot.hostapi import open_http
from imgoe_bot.services.discord_time import TOLERANCE
from imgoe_bot.services.store_outage import outage_line
from imgoe_bot.settings.environment import variable_name
from imgoe_bot.settings.fields import Settings
from imgoe_bot.settings.loading import load_settings, unknown_variables

MESSAGE_CONTENT = 1 << 18 | 1 << 19
"""The application flags that say the portal grants message content, verified or not.

Source: Discord's documentation, Application Flags.
"""
INVITE_PERMISSIONS = 309237763136
"""What the README's invite link asks for; a test compares the two."""

A_DAY = timedelta(days=1)
GIGABYTE = 1_000_000_000
LOW_BYTES = 100_000_000
"""Less room is as good as none: a database of a year's pictures grows by more than that."""


class Missing(Exception):
    """A check found something wanting.

    Attributes:
        remedy: what to do about it.
    """

    def __init__(self, remedy: str) -> None:
        super().__init__(remedy)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the bot needs.

    Attributes:
        name: what it is.
        look: returns what was found; raises Missing.
        fatal: whether the checks after it make no sense without it.
    """

    name: str
    look: Callable[[], Awaitable[str]]
    fatal: bool = False


async def examine(console: Console) -> int:
    """Try everything and print a line each.

    Returns:
        The exit code: 0 when nothing is missing, else 1.
    """
    try:
        settings = load_settings(Settings)
    except ConfigError as error:
        return await _run([Check("variables", _variables), _incomplete(error)], console)
    console.print("✓ settings: complete")
    async with open_http(connect_s=5, read_s=10) as http:
        return await _run(_checks(settings, http), console)


def _incomplete(error: ConfigError) -> Check:
    async def look() -> str:
        raise Missing(f"{error.setting} {error.problem}") from error

    return Check("settings", look, fatal=True)


def _checks(settings: Settings, http: httpx.AsyncClient) -> list[Check]:
    discord = _Discord(settings, http)
    return [
        Check("variables", _variables),
        Check("data folder", lambda: _folder(settings)),
        Check("database", lambda: _database(settings)),
        Check("image host", lambda: _host(settings, http)),
        Check("Discord", discord.token, fatal=True),
        Check("clock", discord.clock),
        Check("message content", discord.message_content),
        Check("servers", discord.servers),
    ]


async def _run(checks: list[Check], console: Console) -> int:
    failed = 0
    for check in checks:
        try:
            console.print(f"✓ {check.name}: {await check.look()}", soft_wrap=True)
        except Missing as missing:
            failed += 1
            console.print(f"✗ {check.name}: {missing.remedy}", soft_wrap=True)
            if check.fatal:
                break
    console.print("Nothing is missing: imgoe-bot run" if not failed else f"{failed} to mend.")
    return 1 if failed else 0


async def _variables() -> str:
    if unknown := unknown_variables():
        raise Missing("; ".join(map(str, unknown)))
    return "none is misspelt"


async def _folder(settings: Settings) -> str:
    try:
        check_folder(settings.data_dir, variable=variable_name("data_dir"))
    except ConfigError as error:
        raise Missing(f"{error.setting} {error.problem}") from error
    except StoreFull as error:
        raise Missing(f"{settings.data_dir} has no room: free space there") from error
    free = shutil.disk_usage(settings.data_dir).free
    left = f"{free / 1e9:.1f} GB" if free >= GIGABYTE else f"{free / 1e6:.0f} MB"
    if free < LOW_BYTES:
        raise Missing(f"{settings.data_dir} has {left} left: free space there")
    return f"{settings.data_dir} can be written, {left} free"


async def _database(settings: Settings) -> str:
    try:
        return await _use_database(settings)
    except ConfigError as error:
        raise Missing(f"{error.setting} {error.problem}") from error
    except (StoreFull, StoreReadOnly, StoreBroken) as error:
        raise Missing(f"{outage_line(error)} ({error.where or settings.store_variable})") from error
    except ImgoeError as error:
        raise Missing(
            f"can't be used ({error!r}): it may be locked or away; "
            f"if not, check {settings.store_variable}"
        ) from error


async def _use_database(settings: Settings) -> str:
    """Bring it to this version's schema, write in it, and look at it whole."""
    engine = open_engine(settings.store_url, variable=settings.store_variable)
    database = Database(engine)
    try:
        await migrate(engine)
        await SqlNotes(database).write("doctor", datetime.now(UTC).isoformat())
        if damage := await database.find_damage():
            raise Missing(f"{settings.store_url} is damaged ({damage}): put a backup in its place")
        undone = await SqlOrphanStore(database).left_undone(since=datetime.now(UTC) - A_DAY)
    finally:
        await database.close()
    return (
        f"{engine.dialect.name}, up to date, takes writes, whole; {undone.parked} jobs parked, "
        f"{undone.given_up} given up in a day, {undone.orphans} likely orphans"
    )


async def _host(settings: Settings, http: httpx.AsyncClient) -> str:
    url = settings.default_host_url
    try:
        answer = await http.get(f"{url}/api/1/upload")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Missing(f"{url} can't be reached: check IMGOE_DEFAULT_HOST_URL") from error
    if "json" not in answer.headers.get("Content-Type", ""):
        raise Missing(f"{url} is there and speaks no upload API: check IMGOE_DEFAULT_HOST_URL")
    return f"{url} answers; keys are set in each server with /settings key"


class _Discord:
    """What Discord says of the token, asked by REST as the bot asks it."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._ahead: timedelta | None = None
        self._base = settings.discord_api_url
        self._http = http
        self._headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}"}

    async def token(self) -> str:
        """Whose token it is."""
        user = await self._get("/users/@me")
        return f"logged in as {user.get('username')}"

    async def clock(self) -> str:
        """How far this machine's clock is from Discord's, to a second."""
        ahead = self._ahead
        if ahead is None:
            return "Discord did not tell its own"
        if abs(ahead) > TOLERANCE:
            way = "ahead of" if ahead > timedelta() else "behind"
            off_s = round(abs(ahead).total_seconds())
            raise Missing(f"it is {off_s} s {way} Discord's: have it synchronised (NTP)")
        return "it is Discord's"

    async def message_content(self) -> str:
        """Whether the portal grants what auto-mirror needs."""
        application = await self._get("/oauth2/applications/@me")
        flags = application.get("flags")
        if not isinstance(flags, int) or not flags & MESSAGE_CONTENT:
            raise Missing(
                "switched off: turn on Message Content Intent on the portal's Bot page, "
                "or live without auto-mirror"
            )
        return "granted"

    async def servers(self) -> str:
        """In how many servers the bot is."""
        application = await self._get("/oauth2/applications/@me")
        count = application.get("approximate_guild_count")
        if count == 0:
            raise Missing(f"in none yet: invite it with {_invite(application)}")
        return "invited" if count is None else f"in {count}"

    async def _get(self, path: str) -> dict[str, object]:
        try:
            answer = await self._http.get(f"{self._base}{path}", headers=self._headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Missing(f"{self._base} can't be reached: check the network") from error
        self._ahead = _ahead_of(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED.value:
            raise Missing("IMGOE_DISCORD_TOKEN is not accepted: copy it from the portal again")
        if answer.status_code != httpx.codes.OK.value:
            raise Missing(f"answers {answer.status_code} to {path}: try again later")
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> dict[str, object]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Missing(f"{self._base} is there and is no Discord: check IMGOE_DISCORD_API_URL")
        return cast(dict[str, object], found)


def _ahead_of(answer: httpx.Response) -> timedelta | None:
    """Return by how much this machine's clock is ahead of a server's, None where it tells none.

    Source: RFC 9110, section 6.6.1: ``Date`` has whole seconds.
    """
    try:
        date = parsedate_to_datetime(answer.headers.get("Date", ""))
        return datetime.now(UTC) - date
    except (TypeError, ValueError):
        return None


def _invite(application: dict[str, object]) -> str:
    query = f"client_id={application.get('id')}&scope=bot+applications.commands"
    return f"https://discord.com/oauth2/authorize?{query}&permissions={INVITE_PERMISSIONS}"
