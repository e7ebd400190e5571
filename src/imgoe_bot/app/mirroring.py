"""Mirrored places, and what their people are written."""

from dataclasses import dataclass
from datetime import timedelta

from imgoe_bot.app.basics import Basics
from imgoe_bot.app.outside import DiscordSide
from imgoe_bot.app.stores import Stores
from imgoe_bot.domain.direct_messages import SlotKind
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.services.mirroring.authors import Authors
from imgoe_bot.services.mirroring.auto_pauses import AutoPauseService
from imgoe_bot.services.mirroring.high_water_marks import HighWaterMarks
from imgoe_bot.services.mirroring.history_queue import HistoryQueue, QueueOptions
from imgoe_bot.services.mirroring.mirrors import MirrorService
from imgoe_bot.services.mirroring.pauses import PauseService
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.people.notices import NoticeService
from imgoe_bot.services.uploading.quotas import QuotaService
from imgoe_bot.settings.fields import PluginSettings


@dataclass(frozen=True, slots=True)
class Mirroring:
    """Rules, what they catch, and who is told of it."""

    delivery: DeliveryService
    auto_pauses: AutoPauseService
    mirrors: MirrorService
    pauses: PauseService
    marks: HighWaterMarks
    history: HistoryQueue
    notices: NoticeService


def build_mirroring(
    settings: PluginSettings,
    stores: Stores,
    *,
    discord_side: DiscordSide,
    basics: Basics,
    quotas: QuotaService,
) -> Mirroring:
    """Build what mirrors."""
    delivery = DeliveryService(
        stores.direct_messages,
        access=basics.access,
        options=basics.options,
        messenger=discord_side.messenger,
        quotas=quotas,
        backfills=stores.backfills,
        limits=_direct_message_limits(settings),
    )
    mirrors = _mirrors(stores, discord_side, basics)
    history = HistoryQueue(
        stores.history,
        outage=basics.outage,
        clock=basics.clock,
        options=QueueOptions(lease=timedelta(seconds=settings.lease_s)),
    )
    return Mirroring(
        delivery=delivery,
        auto_pauses=AutoPauseService(
            stores.rules, jobs=stores.jobs, delivery=delivery, catch_ups=basics.catch_ups
        ),
        mirrors=mirrors,
        pauses=PauseService(
            stores.rules,
            mirrors=mirrors,
            options=basics.options,
            notes=stores.notes,
            catch_ups=basics.catch_ups,
        ),
        marks=HighWaterMarks(stores.history, queue=history, outage=basics.outage),
        history=history,
        notices=NoticeService(
            stores.notes, rules=stores.rules, options=basics.options, guilds=basics.guilds
        ),
    )


def _mirrors(stores: Stores, discord_side: DiscordSide, basics: Basics) -> MirrorService:
    return MirrorService(
        stores.rules,
        stores.posts,
        options=basics.options,
        layouts=basics.layouts,
        authors=Authors(stores.choices, discord_side.members, basics.clock),
        notes=stores.notes,
        catch_ups=basics.catch_ups,
        clock=basics.clock,
    )


def _direct_message_limits(settings: PluginSettings) -> dict[SlotKind, RateLimit]:
    return {
        SlotKind.OPENED: RateLimit(
            settings.dm_opened, timedelta(seconds=settings.dm_opened_period_s)
        ),
        SlotKind.TOTAL: RateLimit(settings.dm_total, timedelta(seconds=settings.dm_total_period_s)),
    }
