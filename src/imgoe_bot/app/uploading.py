"""Uploads, and what each has to keep within."""

from dataclasses import dataclass

from imgoe_bot.app.basics import Basics
from imgoe_bot.app.outside import HostSide
from imgoe_bot.app.stores import Stores
from imgoe_bot.domain.budget import parse_budget
from imgoe_bot.domain.command_lanes import Shares
from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.chosen_messages import ChosenMessageService
from imgoe_bot.services.uploading.commands import CommandService
from imgoe_bot.services.uploading.lanes import CommandLanes
from imgoe_bot.services.uploading.limits import FileLimits, UploadLimits
from imgoe_bot.services.uploading.quotas import QuotaService
from imgoe_bot.services.uploading.safe_sending import SafeSending
from imgoe_bot.services.uploading.second_tries import RetryService
from imgoe_bot.services.uploading.uploads import UploadService
from imgoe_bot.settings.fields import PluginSettings


@dataclass(frozen=True, slots=True)
class Uploading:
    """Uploads, and what each has to keep within."""

    limits: UploadLimits
    uploads: UploadService
    commands: CommandService
    lanes: CommandLanes
    retries: RetryService
    chosen_messages: ChosenMessageService


def build_uploading(
    settings: PluginSettings, stores: Stores, *, host_side: HostSide, basics: Basics
) -> Uploading:
    """Build what uploads."""
    limits = _limits(settings, stores, basics)
    uploads = UploadService(
        host_side.reader,
        sending=SafeSending(
            stores.jobs, host=host_side.host, outage=basics.outage, clock=basics.clock
        ),
        guilds=basics.guilds,
        options=basics.options,
        access=basics.access,
        limits=limits,
        notes=stores.notes,
    )
    commands = CommandService(
        stores.commands,
        options=basics.options,
        layouts=basics.layouts,
        outage=basics.outage,
        clock=basics.clock,
    )
    lanes = CommandLanes(Shares(settings.command_transfers, settings.command_transfers_of_person))
    retries = RetryService(stores.jobs, access=basics.access)
    chosen_messages = ChosenMessageService(
        commands,
        retries=retries,
        posts=stores.posts,
        choices=stores.choices,
        copies=stores.copies,
        clock=basics.clock,
    )
    return Uploading(limits, uploads, commands, lanes, retries, chosen_messages)


def _limits(settings: PluginSettings, stores: Stores, basics: Basics) -> UploadLimits:
    return UploadLimits(
        file=FileLimits(max_bytes=settings.max_upload_bytes),
        quotas=QuotaService(stores.posts, options=basics.options, clock=basics.clock),
        budgets=HostBudgets(
            stores.budgets,
            budget=parse_budget(settings.host_budget),
            outage=basics.outage,
            clock=basics.clock,
        ),
    )
