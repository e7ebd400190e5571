"""What the worker is given with what others store: nothing of it is lost, or left lying."""

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, Engine

from tests.contracts.stores import statements_asked
from tests.flows.kit import eventually
from tests.services.conftest import Office

SELDOM = timedelta(seconds=30)
"""Between two looks at the queue: longer than any test."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A unit that keeps all others waiting until it may end."""

    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def unit(self, _: Connection) -> None:
        self.begun.set()
        self.go_on.wait(10)


async def test_what_is_stored_while_the_worker_stops_is_stored_and_left_to_others(
    office: Office,
) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror()
    held = _Held()

    async with office.working():
        await eventually(lambda: office.host.at_once == 1)
        holding = asyncio.ensure_future(office.stores.database.write(held.unit))
        await asyncio.to_thread(held.begun.wait, 10)
        mirroring = asyncio.ensure_future(office.mirror())
        office.host.gate.set()
        await eventually(lambda: office.host.uploads == 1)
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(0.2, held.go_on.set)
    await holding

    stored = await mirroring
    leased = await office.stores.rows("SELECT id FROM job WHERE state = 'leased'")
    assert await office.stores.posts.get_post(stored.id) == stored
    assert not leased


async def test_a_post_of_more_files_than_are_taken_at_once_does_not_wait_for_the_next_look(
    office: Office,
) -> None:
    async with office.working(at_once=2, poll=SELDOM):
        await asyncio.sleep(0.1)
        await office.mirror(files=3)
        await eventually(lambda: bool(office.messenger.notes), patience_s=10)

    assert office.host.uploads == 3


async def test_the_queue_is_not_looked_at_while_nothing_changes_about_what_is_held(
    office: Office,
) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror(files=4)

    async with office.working(at_once=6, poll=SELDOM):
        await eventually(lambda: office.host.at_once == 2)
        await asyncio.sleep(0.3)
        with statements_asked(Engine) as asked:
            await asyncio.sleep(0.5)
        office.host.gate.set()
        await eventually(lambda: bool(office.messenger.notes), patience_s=10)

    assert asked == []
