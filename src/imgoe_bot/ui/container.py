"""The use cases a cog may call, hung on the bot that loads it."""

from dataclasses import dataclass
from typing import Any

import discord
from discord.ext import commands

from imgoe_bot.services.backfilling.backfills import BackfillService
from imgoe_bot.services.backfilling.reading import BackfillReading
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.deleting.departures import DepartureService
from imgoe_bot.services.deleting.retirements import RetirementService
from imgoe_bot.services.discord_time import DiscordTime
from imgoe_bot.services.jobs.runner import JobRunner
from imgoe_bot.services.mirroring.auto_pauses import AutoPauseService
from imgoe_bot.services.mirroring.high_water_marks import HighWaterMarks
from imgoe_bot.services.mirroring.history_queue import HistoryQueue
from imgoe_bot.services.mirroring.mirrors import MirrorService
from imgoe_bot.services.mirroring.pauses import PauseService
from imgoe_bot.services.people.notices import NoticeService
from imgoe_bot.services.people.privacy import PrivacyService
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.reports.library import LibraryService
from imgoe_bot.services.reports.stats import StatsService
from imgoe_bot.services.reports.status import StatusService
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.settings.setup import SetupService
from imgoe_bot.services.sign_of_life import SignOfLife
from imgoe_bot.services.store_outage import StoreOutage
from imgoe_bot.services.uploading.chosen_messages import ChosenMessageService
from imgoe_bot.services.uploading.commands import CommandService
from imgoe_bot.services.uploading.quotas import QuotaService
from imgoe_bot.services.uploading.second_tries import RetryService
from imgoe_bot.services.uploading.uploads import UploadService

_ATTRIBUTE = "imgoe_services"

AnyBot = commands.Bot | commands.AutoShardedBot
AnyInteraction = discord.Interaction[Any]  # the client's type is the foreign bot's own


@dataclass(frozen=True, slots=True)
class Services:
    """Every use case, built once by ``app``.

    Attributes:
        refresh_links: whether Discord may be asked to sign old links anew.
    """

    guilds: GuildSettingsService
    options: OptionService
    setup: SetupService
    mirrors: MirrorService
    pauses: PauseService
    marks: HighWaterMarks
    history: HistoryQueue
    catch_ups: CatchUpQueue
    outage: StoreOutage
    sign_of_life: SignOfLife
    discord_time: DiscordTime
    notices: NoticeService
    backfills: BackfillService
    backfill_reading: BackfillReading
    uploads: UploadService
    commands: CommandService
    quotas: QuotaService
    retries: RetryService
    chosen_messages: ChosenMessageService
    auto_pauses: AutoPauseService
    deletions: DeletionService
    retirements: RetirementService
    library: LibraryService
    stats: StatsService
    status: StatusService
    privacy: PrivacyService
    departures: DepartureService
    runner: JobRunner
    notes: Notes
    refresh_links: bool = False


def attach(bot: AnyBot, services: Services) -> None:
    """Hang the services on a bot, ours or a foreign one."""
    setattr(bot, _ATTRIBUTE, services)


def detach(bot: AnyBot) -> None:
    """Take the services off again; none there is no change."""
    if hasattr(bot, _ATTRIBUTE):
        delattr(bot, _ATTRIBUTE)


def services_of(bot: discord.Client) -> Services:
    """Return the services that were attached.

    Raises:
        RuntimeError: a cog was loaded alone instead of the extension ``imgoe_bot``.
    """
    services = getattr(bot, _ATTRIBUTE, None)
    if not isinstance(services, Services):
        raise RuntimeError("load the extension imgoe_bot before its cogs")
    return services
