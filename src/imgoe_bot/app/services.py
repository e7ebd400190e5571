"""Every use case, built subject by subject over the database and both sides."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from imgoe_bot.adapters.chart import BarChart
from imgoe_bot.adapters.store import sole_process
from imgoe_bot.app.backfilling import build_backfilling
from imgoe_bot.app.basics import Basics, build_basics
from imgoe_bot.app.deleting import Deleting, build_deleting
from imgoe_bot.app.jobs import build_handlers, build_parking, build_runner
from imgoe_bot.app.mirroring import Mirroring, build_mirroring
from imgoe_bot.app.outside import DiscordSide, HostSide, open_host_side
from imgoe_bot.app.stores import Stores, open_stores
from imgoe_bot.app.uploading import Uploading, build_uploading
from imgoe_bot.services.jobs.runner import JobRunner
from imgoe_bot.services.people.privacy import PrivacyService
from imgoe_bot.services.reports.library import LibraryService
from imgoe_bot.services.reports.stats import StatsService
from imgoe_bot.services.reports.status import MirrorSources, StatusService
from imgoe_bot.services.settings.setup import SetupService
from imgoe_bot.services.sign_of_life import SignOfLife
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.ui.backfilling.places import DiscordPlaces
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.outbound.command_answers import CommandAnswers
from imgoe_bot.ui.outbound.members import DiscordMembers
from imgoe_bot.ui.outbound.messenger import DiscordMessenger
from imgoe_bot.ui.outbound.reposting import DiscordReposter


@asynccontextmanager
async def open_services(settings: PluginSettings, bot: AnyBot) -> AsyncGenerator[Services]:
    """Open database and connections, and build every use case over them.

    Raises:
        ConfigError: the database's address or folder can't be used.
        SchemaTooNew: a newer version wrote the database.
        StoreInUse: another bot works with this SQLite file.
        StoreError: the database can't be opened.
    """
    discord_side = DiscordSide(
        DiscordMessenger(bot),
        CommandAnswers(bot),
        DiscordReposter(bot),
        DiscordPlaces(bot),
        DiscordMembers(bot),
    )
    async with (
        sole_process(settings.store_url, variable=settings.store_variable) as alone,
        open_stores(settings, alone=alone) as stores,
        open_host_side(settings) as host_side,
    ):
        yield build_services(settings, stores, host_side=host_side, discord_side=discord_side)


def build_services(
    settings: PluginSettings, stores: Stores, *, host_side: HostSide, discord_side: DiscordSide
) -> Services:
    """Join stores and both sides into use cases."""
    basics = build_basics(settings, stores)
    uploading = build_uploading(settings, stores, host_side=host_side, basics=basics)
    mirroring = build_mirroring(
        settings, stores, discord_side=discord_side, basics=basics, quotas=uploading.limits.quotas
    )
    backfilling = build_backfilling(
        stores, discord_side=discord_side, basics=basics, uploading=uploading, mirroring=mirroring
    )
    deleting = build_deleting(
        settings, stores, host_side, discord_side=discord_side, basics=basics, mirroring=mirroring
    )
    return Services(
        guilds=basics.guilds,
        options=basics.options,
        setup=_setup(settings, basics, host_side),
        mirrors=mirroring.mirrors,
        pauses=mirroring.pauses,
        marks=mirroring.marks,
        history=mirroring.history,
        catch_ups=basics.catch_ups,
        outage=basics.outage,
        sign_of_life=SignOfLife(stores.notes, basics.clock),
        discord_time=basics.access.discord_time,
        notices=mirroring.notices,
        backfills=backfilling.backfills,
        backfill_reading=backfilling.reading,
        uploads=uploading.uploads,
        commands=uploading.commands,
        quotas=uploading.limits.quotas,
        retries=uploading.retries,
        chosen_messages=uploading.chosen_messages,
        auto_pauses=mirroring.auto_pauses,
        deletions=deleting.deletions,
        retirements=deleting.retirements,
        library=_library(stores, basics, discord_side),
        stats=StatsService(stores.library, painter=BarChart(), clock=basics.clock),
        status=_status(stores, basics, uploading, mirroring),
        privacy=_privacy(stores, basics, uploading),
        departures=deleting.departures,
        runner=_runner(
            settings,
            stores,
            host_side=host_side,
            discord_side=discord_side,
            basics=basics,
            uploading=uploading,
            mirroring=mirroring,
            deleting=deleting,
        ),
        notes=stores.notes,
        refresh_links=settings.refresh_links,
    )


def _runner(
    settings: PluginSettings,
    stores: Stores,
    *,
    host_side: HostSide,
    discord_side: DiscordSide,
    basics: Basics,
    uploading: Uploading,
    mirroring: Mirroring,
    deleting: Deleting,
) -> JobRunner:
    parking = build_parking(settings, stores, basics=basics, mirroring=mirroring)
    handlers = build_handlers(
        stores,
        host_side=host_side,
        discord_side=discord_side,
        basics=basics,
        uploading=uploading,
        mirroring=mirroring,
        deleting=deleting,
        parking=parking,
    )
    return build_runner(settings, stores, basics=basics, handlers=handlers, parking=parking)


def _setup(settings: PluginSettings, basics: Basics, host_side: HostSide) -> SetupService:
    return SetupService(
        basics.guilds,
        checker=host_side.host,
        host=host_side.host,
        default_host_url=settings.default_host_url,
    )


def _library(stores: Stores, basics: Basics, discord_side: DiscordSide) -> LibraryService:
    return LibraryService(
        stores.library,
        posts=stores.posts,
        card_poster=discord_side.card_poster,
        clock=basics.clock,
    )


def _status(
    stores: Stores, basics: Basics, uploading: Uploading, mirroring: Mirroring
) -> StatusService:
    return StatusService(
        stores.status,
        direct_messages=stores.direct_messages,
        access=basics.access,
        guilds=basics.guilds,
        options=basics.options,
        budgets=uploading.limits.budgets,
        notes=stores.notes,
        mirrors=MirrorSources(mirroring.auto_pauses, mirroring.history, stores.obstacles),
    )


def _privacy(stores: Stores, basics: Basics, uploading: Uploading) -> PrivacyService:
    return PrivacyService(
        stores.people,
        choices=stores.choices,
        guilds=basics.guilds,
        quotas=uploading.limits.quotas,
        clock=basics.clock,
    )
