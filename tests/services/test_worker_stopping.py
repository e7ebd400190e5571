"""A worker that is told to stop: nothing new is begun, and what is under way may end."""

import asyncio

from tests.flows.kit import eventually
from tests.services.conftest import Office


async def test_what_is_under_way_ends_with_its_card_and_message_and_nothing_else_is_begun(
    office: Office,
) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror()

    async with office.working() as runner:
        await eventually(lambda: office.host.at_once == 1)
        draining = asyncio.create_task(runner.drain(within_s=30))
        await asyncio.sleep(0)
        later = await office.mirror()
        office.host.gate.set()
        await draining

        assert (len(office.messenger.cards), len(office.messenger.notes)) == (1, 1)
    tries = await office.stores.rows("SELECT post_id, max(attempts) FROM job GROUP BY post_id")
    assert [most for post_id, most in tries if post_id == later.id] == [0]


async def test_what_does_not_end_is_waited_for_no_longer_than_that_and_given_back(
    office: Office,
) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror()

    async with office.working() as runner:
        await eventually(lambda: office.host.at_once == 1)
        await runner.drain(within_s=0.01)

        assert office.host.at_once == 1
    assert [state for _, state, _, _ in await office.states()] == ["ready", "waiting"]


async def test_a_worker_that_does_nothing_is_not_waited_for(office: Office) -> None:
    async with office.working() as runner:
        async with asyncio.timeout(5):
            await runner.drain(within_s=60)
