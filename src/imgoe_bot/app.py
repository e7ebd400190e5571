"""The composition root: the one place that knows both sides and joins them."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import discord
import httpx
import structlog

from imgoe_bot import health
from imgoe_bot.adapters.chart import BarChart
from imgoe_bot.adapters.clock import WallClock
from imgoe_bot.adapters.folder import check_folder
from imgoe_bot.adapters.image_host.chevereto import CheveretoHost
from imgoe_bot.adapters.image_host.thumbs import HostThumbReader
from imgoe_bot.adapters.sources.fetch import AttachmentReader
from imgoe_bot.adapters.sources.web import (
    SourceReader,
    WebReader,
    guarded_sockets,
    open_guarded_http,
)
from imgoe_bot.adapters.store import (
    Database,
    SqlBudgetStore,
    SqlChoiceStore,
    SqlCopyStore,
    SqlGuildStore,
    SqlJobStore,
    SqlLetterStore,
    SqlLibraryStore,
    SqlNotes,
    SqlOptionStore,
    SqlPersonStore,
    SqlPostStore,
    SqlRetirementStore,
    SqlRuleStore,
    SqlStatusStore,
    SqlStayStore,
    migrate,
    open_engine,
)
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.budget import parse_budget
from imgoe_bot.domain.direct_messages import Quota, Slot
from imgoe_bot.errors import ConfigError, SourceUnreachable
from imgoe_bot.hostapi import open_http
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.cards.previews import Previews
from imgoe_bot.services.cards.reviews import Reviews
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.deleting.departures import DepartureService
from imgoe_bot.services.deleting.erasure import Erasure
from imgoe_bot.services.deleting.retirements import RetirementService
from imgoe_bot.services.jobs.runner import JobRunner, RunnerOptions
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.mirroring.marks import HighWaterMarks
from imgoe_bot.services.mirroring.mirrors import MirrorService
from imgoe_bot.services.mirroring.pauses import PauseService
from imgoe_bot.services.mirroring.resting import RestService
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.people.notices import NoticeService
from imgoe_bot.services.people.privacy import PrivacyService
from imgoe_bot.services.ports import (
    ImageHost,
    KeyChecker,
    MediaReader,
    Messenger,
    ThumbReader,
)
from imgoe_bot.services.reports.library import Board, LibraryService
from imgoe_bot.services.reports.stats import StatsService
from imgoe_bot.services.reports.status import StatusService
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.settings.setup import SetupService
from imgoe_bot.services.store_outage import StoreOutage
from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.chosen_messages import KeepService
from imgoe_bot.services.uploading.quotas import QuotaService
from imgoe_bot.services.uploading.uploads import UploadLimits, UploadService
from imgoe_bot.settings import (
    PluginSettings,
    Settings,
    load_settings,
    unknown_variables,
    variable_name,
)
from imgoe_bot.ui import endpoints
from imgoe_bot.ui.client.bot import ImgoeBot, install, uninstall
from imgoe_bot.ui.client.connection import is_connected
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.outbound.messenger import DiscordMessenger
from imgoe_bot.ui.outbound.reposting import DiscordReposter

DISCORD_MEDIA_URLS = (
    "https://media.discordapp.net",
    "https://images-ext-1.discordapp.net",
    "https://images-ext-2.discordapp.net",
)
"""Where Discord serves attachments besides, and by proxy the pictures of previews."""

CANCEL_AGAIN_S = 1.0

_NO_NETWORK = (
    aiohttp.ClientConnectionError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    ssl.SSLError,
    discord.DiscordServerError,
    discord.GatewayNotFound,
)
"""What discord.py raises where Discord can't be reached; other OSErrors are about files."""

log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def open_services(
    settings: PluginSettings, messenger: Messenger, board: Board
) -> AsyncGenerator[Services]:
    """Open database and connections, and build every use case over them.

    Raises:
        ConfigError: the database's address or folder can't be used.
        SchemaTooNew: a newer version wrote the database.
        StoreError: the database can't be opened.
    """
    engine = open_engine(settings.store_url, variable=settings.store_variable)
    database = Database(engine)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await migrate(engine)
        http = await stack.enter_async_context(open_http())
        guarded = await stack.enter_async_context(open_guarded_http())
        host = await stack.enter_async_context(_open_host(settings, http))
        bases = (settings.discord_cdn_url, *DISCORD_MEDIA_URLS)
        attachments = AttachmentReader(http, bases=bases)
        web = WebReader(guarded)
        known = None if settings.allow_private_hosts else settings.own_host_urls
        yield build_services(
            settings,
            database=database,
            messenger=messenger,
            board=board,
            host=host,
            checker=host,
            reader=SourceReader(attachments, web=web if settings.allow_urls else None),
            thumbs=HostThumbReader(http, web=web, known=known),
        )


@asynccontextmanager
async def _open_host(
    settings: PluginSettings, http: httpx.AsyncClient
) -> AsyncGenerator[CheveretoHost]:
    """Open the way to image hosts; the operator's own may lie anywhere, others in public only."""
    if settings.allow_private_hosts:
        yield CheveretoHost(http)
        return
    async with open_http(socket_factory=guarded_sockets()) as guarded:
        yield CheveretoHost(http, guarded=guarded, known=settings.own_host_urls)


def build_services(
    settings: PluginSettings,
    *,
    database: Database,
    messenger: Messenger,
    board: Board,
    host: ImageHost,
    checker: KeyChecker,
    reader: MediaReader,
    thumbs: ThumbReader,
) -> Services:
    """Join stores, host and messenger into use cases."""
    clock = WallClock()
    outage, catch_ups = StoreOutage(), CatchUpQueue()
    vault = Vault(settings.secret_key.get_secret_value())
    posts = SqlPostStore(database, vault=vault)
    jobs = SqlJobStore(database, vault=vault)
    guilds = GuildSettingsService(
        SqlGuildStore(database, vault=vault),
        default_host_url=settings.default_host_url,
        clock=clock,
    )
    option_store = SqlOptionStore(database)
    options = OptionService(option_store, guilds=guilds, catch_ups=catch_ups, clock=clock)
    choices = SqlChoiceStore(database, secret_key=settings.secret_key.get_secret_value())
    notes = SqlNotes(database)
    rules = SqlRuleStore(database)
    layouts = Layouts(notes, guilds=guilds, clock=clock)
    budgets = HostBudgets(
        SqlBudgetStore(database),
        budget=parse_budget(settings.host_budget),
        outage=outage,
        clock=clock,
    )
    quotas = QuotaService(posts, options=options, clock=clock)
    uploads = UploadService(
        reader,
        host=host,
        guilds=guilds,
        options=options,
        layouts=layouts,
        posts=posts,
        quotas=quotas,
        budgets=budgets,
        notes=notes,
        limits=UploadLimits(max_bytes=settings.max_upload_bytes),
        outage=outage,
        clock=clock,
    )
    deletions = DeletionService(posts, host=host, messenger=messenger, outage=outage, clock=clock)
    letters = SqlLetterStore(database)
    delivery = DeliveryService(
        letters,
        posts=posts,
        options=options,
        messenger=messenger,
        spending=quotas,
        quotas=_quotas(settings),
        outage=outage,
        clock=clock,
    )
    resting = RestService(rules, delivery=delivery, clock=clock)
    steps = Steps(
        jobs,
        posts=posts,
        uploads=uploads,
        deletions=deletions,
        options=options,
        resting=resting,
        messenger=messenger,
        delivery=delivery,
        outage=outage,
        clock=clock,
    )
    retirements = RetirementService(
        SqlRetirementStore(database),
        jobs=jobs,
        posts=posts,
        deletions=deletions,
        options=options,
        messenger=messenger,
        outage=outage,
        clock=clock,
    )
    previews = Previews(
        jobs,
        posts=posts,
        messenger=messenger,
        thumbs=thumbs,
        layouts=layouts,
        outage=outage,
        clock=clock,
    )
    library = SqlLibraryStore(database, vault=vault)
    people = SqlPersonStore(database, vault=vault, remembering=(option_store,))
    erasure = Erasure(
        people,
        jobs=jobs,
        posts=posts,
        deletions=deletions,
        delivery=delivery,
        messenger=messenger,
        outage=outage,
        clock=clock,
    )
    mirrors = MirrorService(
        rules,
        posts,
        options=options,
        layouts=layouts,
        choices=choices,
        notes=notes,
        catch_ups=catch_ups,
        clock=clock,
    )
    return Services(
        guilds=guilds,
        options=options,
        setup=SetupService(
            guilds, checker=checker, host=host, default_host_url=settings.default_host_url
        ),
        mirrors=mirrors,
        pauses=PauseService(
            rules, mirrors=mirrors, options=options, notes=notes, catch_ups=catch_ups
        ),
        marks=HighWaterMarks(rules, outage=outage),
        catch_ups=catch_ups,
        outage=outage,
        notices=NoticeService(notes, rules=rules, options=options, guilds=guilds),
        uploads=uploads,
        quotas=quotas,
        chosen_messages=KeepService(
            uploads,
            posts=posts,
            choices=choices,
            copies=SqlCopyStore(database, vault=vault),
            clock=clock,
        ),
        status=StatusService(
            SqlStatusStore(database),
            letters=letters,
            posts=posts,
            guilds=guilds,
            options=options,
            budgets=budgets,
            notes=notes,
            resting=resting,
            clock=clock,
        ),
        resting=resting,
        deletions=deletions,
        retirements=retirements,
        library=LibraryService(library, posts=posts, board=board, clock=clock),
        stats=StatsService(library, painter=BarChart(), clock=clock),
        privacy=PrivacyService(people, choices=choices, guilds=guilds, quotas=quotas, clock=clock),
        departures=DepartureService(
            SqlStayStore(database, remembering=(rules, option_store)),
            keep_for=timedelta(days=settings.guild_retention_days),
            outage=outage,
            clock=clock,
        ),
        runner=JobRunner(
            jobs,
            steps=steps,
            delivery=delivery,
            retirements=retirements,
            previews=previews,
            erasure=erasure,
            reviews=Reviews(
                jobs, posts=posts, host=host, messenger=messenger, outage=outage, clock=clock
            ),
            outage=outage,
            clock=clock,
            options=_runner_options(settings),
        ),
        notes=notes,
        refresh_links=settings.refresh_links,
    )


def _runner_options(settings: PluginSettings) -> RunnerOptions:
    return RunnerOptions(
        lease=timedelta(seconds=settings.lease_s),
        patience=timedelta(seconds=settings.job_patience_s),
        at_once=settings.transfers,
    )


def _quotas(settings: PluginSettings) -> dict[Slot, Quota]:
    return {
        Slot.OPENED: Quota(settings.dm_opened, timedelta(seconds=settings.dm_opened_period_s)),
        Slot.TOTAL: Quota(settings.dm_total, timedelta(seconds=settings.dm_total_period_s)),
    }


async def run_bot(settings: Settings) -> None:
    """Run a bot of its own until it is cancelled.

    Raises:
        ConfigError: Discord does not accept the token, or the data folder can't be written.
        StoreError: the data folder has no room, or the database can't be opened.
        SourceUnreachable: Discord can't be reached at the start; later on it is tried for ever.
    """
    tell_unknown_variables()
    check_folder(settings.data_dir, variable=variable_name("data_dir"))
    endpoints.use(
        endpoints.Endpoints(
            api_url=settings.discord_api_url,
            gateway_url=settings.discord_gateway_url,
            cdn_url=settings.discord_cdn_url,
        )
    )
    try:
        await _run(settings, message_content=True)
    except discord.PrivilegedIntentsRequired:
        log.warning(
            "the Message Content intent is off in the developer portal: "
            "commands work, channels are not mirrored"
        )
        await _run(settings, message_content=False)
    except _NO_NETWORK as error:
        raise SourceUnreachable from error
    except discord.HTTPException as error:
        if error.code:
            raise
        raise SourceUnreachable(status=error.status) from error  # a proxy's word, not Discord's
    except discord.LoginFailure as error:
        raise ConfigError(
            "IMGOE_DISCORD_TOKEN", "is not accepted by Discord; copy it from the portal again"
        ) from error


async def _run(settings: Settings, *, message_content: bool) -> None:
    bot = ImgoeBot(message_content=message_content)
    async with (
        bot,
        open_services(settings, DiscordMessenger(bot), DiscordReposter(bot)) as services,
    ):
        bot.serve(services)
        await bot.login(settings.discord_token.get_secret_value())
        await _until_first_ends(
            _stay_connected(bot),
            services.runner.run(),
            services.departures.run(),
            _show_health(bot, services, settings),
        )


async def _stay_connected(bot: ImgoeBot) -> None:
    """Connect until cancelled, again and again: discord.py swallows that while it reconnects."""
    connecting = asyncio.ensure_future(bot.connect())
    try:
        await asyncio.wait({connecting})
    finally:
        while not connecting.done():
            connecting.cancel()
            await asyncio.wait({connecting}, timeout=CANCEL_AGAIN_S)
    connecting.result()


async def _until_first_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Run things side by side; when one ends, stop the others and raise what it raised."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


async def _show_health(bot: AnyBot, services: Services, settings: PluginSettings) -> None:
    """Keep the health file young while the gateway stands and the database takes a small write."""
    await health.show(
        settings.health_file,
        is_connected=partial(is_connected, bot),
        write=lambda: services.notes.write("health", str(time.time_ns())),
    )


def tell_unknown_variables() -> None:
    """Warn of each variable that looks like ours and means nothing."""
    for unknown in unknown_variables():
        log.warning("an unknown variable", name=unknown.name, nearest=unknown.nearest)


class Plugin:
    """imgoe_bot inside a foreign discord.py bot, from ``load_extension`` to unload."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._stack = contextlib.AsyncExitStack()

    async def open(self) -> None:
        """Give the bot our cogs and start the worker.

        Nothing of it is left behind if that fails.

        Raises:
            ConfigError: a setting is missing or malformed, or the bot uses a name of ours already.
            ExtensionError: a cog can't be loaded.
        """
        settings = load_settings(PluginSettings)
        tell_unknown_variables()
        async with contextlib.AsyncExitStack() as stack:
            opening = open_services(
                settings, DiscordMessenger(self._bot), DiscordReposter(self._bot)
            )
            services = await stack.enter_async_context(opening)
            await install(self._bot, services)
            stack.push_async_callback(uninstall, self._bot)
            worker = asyncio.create_task(self._work(services, settings))
            stack.push_async_callback(_cancel, worker)
            self._stack = stack.pop_all()

    async def _work(self, services: Services, settings: PluginSettings) -> None:
        await self._bot.wait_until_ready()
        await _until_first_ends(
            services.runner.run(),
            services.departures.run(),
            _show_health(self._bot, services, settings),
        )

    async def close(self) -> None:
        """Stop the worker and take everything off the bot."""
        await self._stack.aclose()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
