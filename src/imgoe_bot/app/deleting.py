"""Copies and cards that go: asked for, with their message, with their person, with a server."""

from dataclasses import dataclass
from datetime import timedelta

from imgoe_bot.app.basics import Basics
from imgoe_bot.app.mirroring import Mirroring
from imgoe_bot.app.outside import DiscordSide, HostSide
from imgoe_bot.app.stores import Stores
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.deleting.departures import DepartureService
from imgoe_bot.services.deleting.erasure import Erasure
from imgoe_bot.services.deleting.retirements import RetirementService
from imgoe_bot.settings.fields import PluginSettings


@dataclass(frozen=True, slots=True)
class Deleting:
    """Who deletes what."""

    deletions: DeletionService
    retirements: RetirementService
    erasure: Erasure
    departures: DepartureService


def build_deleting(
    settings: PluginSettings,
    stores: Stores,
    host_side: HostSide,
    *,
    discord_side: DiscordSide,
    basics: Basics,
    mirroring: Mirroring,
) -> Deleting:
    """Build what deletes."""
    messenger = discord_side.messenger
    deletions = DeletionService(basics.access, host=host_side.host, messenger=messenger)
    return Deleting(
        deletions=deletions,
        retirements=RetirementService(
            stores.retirements,
            jobs=stores.jobs,
            access=basics.access,
            deletions=deletions,
            options=basics.options,
            messenger=messenger,
        ),
        erasure=Erasure(
            stores.people,
            jobs=stores.jobs,
            access=basics.access,
            deletions=deletions,
            delivery=mirroring.delivery,
            messenger=messenger,
        ),
        departures=DepartureService(
            stores.memberships,
            keep_for=timedelta(days=settings.guild_retention_days),
            outage=basics.outage,
            clock=basics.clock,
        ),
    )
