"""``imgoe-bot backfill``: begun in the bot's database, where the bot finds it, and followed."""

import asyncio
from datetime import UTC, datetime, timedelta

import typer
from rich.console import Console

from imgoe_bot.adapters.clock import WallClock
from imgoe_bot.app.basics import build_basics
from imgoe_bot.app.stores import Stores, open_stores
from imgoe_bot.domain.backfill import Backfill, Cards
from imgoe_bot.domain.backfill_requests import BackfillRequest
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.domain.moments import Span, parse_span
from imgoe_bot.domain.options import Kind
from imgoe_bot.errors import BackfillError, KeyMissing, SettingsRejected
from imgoe_bot.services.backfilling.backfills import BackfillService
from imgoe_bot.services.sign_of_life import SignOfLife
from imgoe_bot.settings.fields import Settings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.terminal.backfill.arguments import BackfillArguments
from imgoe_bot.terminal.backfill.error_texts import error_text
from imgoe_bot.terminal.backfill.following import follow
from imgoe_bot.terminal.backfill.places import PlaceUnknown, find_line
from imgoe_bot.terminal.exit_codes import EXIT_FAILED, EXIT_STOPPED
from imgoe_bot.terminal.healthcheck import HEALTHY_FOR_S, is_healthy

REFUSALS = (BackfillError, KeyMissing, PlaceUnknown)


def backfill(arguments: BackfillArguments) -> int:
    """Begin a backfill, or take those that are under way, and show them until they end.

    Returns:
        The exit code.

    Raises:
        BadParameter: an option says nothing that can be meant.
        ConfigError, StoreError, SourceUnreachable: as ``terminal.fatal_errors`` words them.
    """
    console = Console(highlight=False)
    try:
        return asyncio.run(_run(arguments, load_settings(Settings), console))
    except KeyboardInterrupt:
        console.print("It goes on without this terminal: imgoe-bot backfill shows it again.")
        return EXIT_STOPPED


async def _run(arguments: BackfillArguments, settings: Settings, console: Console) -> int:
    async with open_stores(settings) as stores:
        shown = await stores.backfills.unfinished()
        if arguments.names_place:
            try:
                shown = (await _begin(arguments, settings, stores),)
            except REFUSALS as error:
                console.print(f"Nothing was begun: {error_text(error)}", soft_wrap=True)
                return EXIT_FAILED
        if not shown:
            console.print("No backfill is under way: --server or --channel begins one.")
            return 0
        if not await _is_bot_running(settings, stores):
            console.print(_stored(shown), soft_wrap=True)
            return EXIT_FAILED
        done = await follow(stores.backfills, shown, console)
        return 0 if done else EXIT_FAILED


def _stored(shown: tuple[Backfill, ...]) -> str:
    numbers = ", ".join(f"#{each.id}" for each in shown)
    return f"{numbers} is stored, and begins when a bot runs: imgoe-bot run"


async def _begin(arguments: BackfillArguments, settings: Settings, stores: Stores) -> Backfill:
    """Store what was asked for; the operator may do it in every server.

    Raises:
        PlaceUnknown, BackfillError, KeyMissing: nothing was begun.
    """
    now = datetime.now(UTC)
    guild_id, line = await find_line(settings, server=arguments.server, channel=arguments.channel)
    first = _span(arguments.begin, "--from", now, guild_id)
    last = _span(arguments.end, "--to", now, guild_id)
    basics = build_basics(settings, stores)
    service = BackfillService(stores.backfills, guilds=basics.guilds, clock=basics.clock)
    request = BackfillRequest(
        place_id=line[0],
        parent_ids=line[1:],
        asked=MessageId(snowflake_at(now)),
        after=MessageId(max(0, first.first - 1)) if first else None,
        before=MessageId(last.end) if last else None,
        kinds=_kinds(arguments.types),
        dry_run=arguments.dry_run,
        cards=Cards.ANSWER if arguments.cards else Cards.SILENT,
        summary=arguments.summary,
    )
    operator = Actor(UserId(0), guild_id, frozenset({MANAGE_GUILD}))
    return await service.begin(operator, request)


def _span(text: str | None, option: str, now: datetime, guild_id: GuildId) -> Span | None:
    if text is None:
        return None
    try:
        return parse_span(text, setting=option, now=now, guild_id=guild_id)
    except SettingsRejected as error:
        problem = "write a day like 2024-05-31, a month, a year, 90d, or a message's link"
        raise typer.BadParameter(problem, param_hint=option) from error


def _kinds(text: str) -> frozenset[Kind]:
    try:
        return frozenset(Kind(each.strip()) for each in text.split(",") if each.strip())
    except ValueError as error:
        known = ", ".join(kind.value for kind in Kind)
        raise typer.BadParameter(f"choose from {known}", param_hint="--types") from error


async def _is_bot_running(settings: Settings, stores: Stores) -> bool:
    """Tell whether some bot works with this database.

    Beside SQLite it leaves its health file; with a database of its own it may run elsewhere, and
    its last small write tells.
    """
    if settings.store_url.startswith("sqlite"):
        return is_healthy(settings.health_file)
    clock = WallClock()
    last = await SignOfLife(stores.notes, clock).last()
    return last is not None and abs(clock.now() - last) <= timedelta(seconds=HEALTHY_FOR_S)
