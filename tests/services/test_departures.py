"""Servers the bot is in are compared with those it was in, however many there are."""

import time
from datetime import timedelta

from imgoe_bot.adapters.store import SqlMembershipStore
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.services.deleting.departures import DepartureService
from imgoe_bot.services.store_outage import StoreOutage
from tests.services.conftest import Office

FEW, MANY = 1_000, 10_000


async def _roll_s(office: Office, count: int) -> float:
    """Return the CPU seconds of a second roll call, which finds nothing new."""
    memberships = SqlMembershipStore(office.stores.database)
    departures = DepartureService(
        memberships, keep_for=timedelta(days=30), outage=StoreOutage(), clock=office.clock
    )
    present = [GuildId(number) for number in range(count)]
    await departures.reconcile(present, is_ours=lambda _: True)
    taken: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        await departures.reconcile(present, is_ours=lambda _: True)
        taken.append(time.process_time() - begun)
    return min(taken)


async def test_a_roll_call_costs_no_more_a_server_when_there_are_many(office: Office) -> None:
    few, many = await _roll_s(office, FEW), await _roll_s(office, MANY)

    assert many / few < 30
