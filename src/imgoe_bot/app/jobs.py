"""The worker, and who does each step of a job."""

from datetime import timedelta

from imgoe_bot.app.basics import Basics
from imgoe_bot.app.deleting import Deleting
from imgoe_bot.app.mirroring import Mirroring
from imgoe_bot.app.outside import DiscordSide, HostSide
from imgoe_bot.app.stores import Stores
from imgoe_bot.app.uploading import Uploading
from imgoe_bot.domain.command_lanes import Shares
from imgoe_bot.services.cards.previews import Previews
from imgoe_bot.services.cards.reviews import Reviews
from imgoe_bot.services.jobs.command_steps import CommandSteps
from imgoe_bot.services.jobs.handlers import StepHandlers
from imgoe_bot.services.jobs.parking import ParkingService
from imgoe_bot.services.jobs.runner import JobRunner, RunnerOptions
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.settings.post_options import PostOptions
from imgoe_bot.services.uploading.lanes import CommandLanes
from imgoe_bot.settings.fields import PluginSettings


def build_runner(
    settings: PluginSettings, stores: Stores, *, basics: Basics, handlers: StepHandlers
) -> JobRunner:
    """Build the worker."""
    park_for = timedelta(seconds=settings.park_for_s)
    return JobRunner(
        stores.jobs,
        handlers=handlers,
        parking=ParkingService(
            stores.jobs, outage=basics.outage, clock=basics.clock, park_for=park_for
        ),
        outage=basics.outage,
        clock=basics.clock,
        options=RunnerOptions(
            lease=timedelta(seconds=settings.lease_s),
            park_for=park_for,
            at_once=settings.transfers,
        ),
    )


def build_handlers(
    settings: PluginSettings,
    stores: Stores,
    *,
    host_side: HostSide,
    discord_side: DiscordSide,
    basics: Basics,
    uploading: Uploading,
    mirroring: Mirroring,
    deleting: Deleting,
) -> StepHandlers:
    """Build who does each step of a job."""
    messenger, access = discord_side.messenger, basics.access
    steps = Steps(
        stores.jobs,
        access=access,
        uploads=uploading.uploads,
        deletions=deleting.deletions,
        options=PostOptions(basics.options, backfills=stores.backfills),
        auto_pauses=mirroring.auto_pauses,
        messenger=messenger,
        delivery=mirroring.delivery,
    )
    return StepHandlers(
        steps=steps,
        commands=CommandSteps(
            steps,
            commands=stores.commands,
            answerer=discord_side.answerer,
            lanes=CommandLanes(
                Shares(settings.command_transfers, settings.command_transfers_of_person)
            ),
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
            at_once=settings.thumb_reads,
        ),
        reviews=Reviews(stores.jobs, access=access, host=host_side.host, messenger=messenger),
        erasure=deleting.erasure,
    )
