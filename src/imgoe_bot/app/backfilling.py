"""Backfills: what people do about them, and what reads for them."""

from dataclasses import dataclass

from imgoe_bot.app.basics import Basics
from imgoe_bot.app.mirroring import Mirroring
from imgoe_bot.app.outside import DiscordSide
from imgoe_bot.app.stores import Stores
from imgoe_bot.app.uploading import Uploading
from imgoe_bot.services.backfilling.backfills import BackfillService
from imgoe_bot.services.backfilling.gate import BackfillGate
from imgoe_bot.services.backfilling.reading import BackfillReading


@dataclass(frozen=True, slots=True)
class Backfilling:
    """Backfills, and what reads for them."""

    backfills: BackfillService
    reading: BackfillReading


def build_backfilling(
    stores: Stores,
    *,
    discord_side: DiscordSide,
    basics: Basics,
    uploading: Uploading,
    mirroring: Mirroring,
) -> Backfilling:
    """Build what backfills."""
    limits = uploading.limits
    return Backfilling(
        backfills=BackfillService(stores.backfills, guilds=basics.guilds, clock=basics.clock),
        reading=BackfillReading(
            stores.backfills,
            places=discord_side.backfill_places,
            mirrors=mirroring.mirrors,
            gate=BackfillGate(guilds=basics.guilds, quotas=limits.quotas, budgets=limits.budgets),
            outage=basics.outage,
            clock=basics.clock,
        ),
    )
