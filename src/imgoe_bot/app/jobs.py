"""The worker, and who does each step of a job."""

from datetime import timedelta

from imgoe_bot.app.basics import Basics
from imgoe_bot.app.deleting import Deleting
from imgoe_bot.app.mirroring import Mirroring
from imgoe_bot.app.outside import DiscordSide, HostSide
from imgoe_bot.app.stores import Stores
from imgoe_bot.app.uploading import Uploading
from imgoe_bot.services.cards.previews import Previews
from imgoe_bot.services.cards.reviews import Reviews
from imgoe_bot.services.jobs.command_steps import CommandSteps
from imgoe_bot.services.jobs.handlers import StepHandlers
from imgoe_bot.services.jobs.options import RunnerOptions
from imgoe_bot.services.jobs.parking import ParkingService
from imgoe_bot.services.jobs.runner import JobRunner
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.settings.post_options import PostOptions
from imgoe_bot.settings.fields import PluginSettings


def build_parking(
    settings: PluginSettings, stores: Stores, *, basics: Basics, mirroring: Mirroring
) -> ParkingService:
    """Build what lets jobs wait."""
    return ParkingService(
        stores.jobs,
        auto_pauses=mirroring.auto_pauses,
        obstacles=stores.obstacles,
        delivery=mirroring.delivery,
        outage=basics.outage,
        clock=basics.clock,
        park_for=timedelta(seconds=settings.park_for_s),
    )


def build_runner(
    settings: PluginSettings,
    stores: Stores,
    *,
    basics: Basics,
    handlers: StepHandlers,
    parking: ParkingService,
) -> JobRunner:
    """Build the worker."""
    return JobRunner(
        stores.jobs,
        handlers=handlers,
        parking=parking,
        outage=basics.outage,
        clock=basics.clock,
        options=RunnerOptions(
            lease=timedelta(seconds=settings.lease_s),
            park_for=timedelta(seconds=settings.park_for_s),
            at_once=settings.transfers,
        ),
    )


def build_handlers(
    stores: Stores,
    *,
    host_side: HostSide,
    discord_side: DiscordSide,
    basics: Basics,
    uploading: Uploading,
    mirroring: Mirroring,
    deleting: Deleting,
    parking: ParkingService,
) -> StepHandlers:
    """Build who does each step of a job."""
    messenger, access = discord_side.messenger, basics.access
    steps = Steps(
        stores.jobs,
        access=access,
        uploads=uploading.uploads,
        deletions=deleting.deletions,
        options=PostOptions(basics.options, backfills=stores.backfills),
        messenger=messenger,
        delivery=mirroring.delivery,
        parking=parking,
    )
    return StepHandlers(
        steps=steps,
        commands=CommandSteps(
            steps,
            commands=stores.commands,
            answerer=discord_side.answerer,
            lanes=uploading.lanes,
            access=access,
            options=basics.options,
            quotas=uploading.limits.quotas,
            deletions=deleting.deletions,
        ),
        delivery=mirroring.delivery,
        retirements=deleting.retirements,
        previews=Previews(
            stores.jobs,
            access=access,
            messenger=messenger,
            thumbs=host_side.thumbs,
            layouts=basics.layouts,
            at_once=host_side.thumb_reads,
        ),
        reviews=Reviews(stores.jobs, access=access, host=host_side.host, messenger=messenger),
        erasure=deleting.erasure,
    )
