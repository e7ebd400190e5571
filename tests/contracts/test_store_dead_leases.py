"""What a process leased that ended: waited for where others may live, else free at once."""

from datetime import timedelta

from imgoe_bot.adapters.store import free_all_leases
from imgoe_bot.domain.history import Gap, HistoryRange, RangeReason
from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.services.ports.history import Shards
from tests.contracts.stores import GUILD, LEASE, NOW, Stores, item, post

LONGEST_WAIT = timedelta(minutes=3)


async def _free(stores: Stores, at: timedelta = timedelta(0)) -> None:
    await free_all_leases(stores.database, now=NOW + at)


async def _read(stores: Stores, owner: str) -> HistoryRange | None:
    return await stores.history.claim(owner=owner, now=NOW, lease=LEASE, shards=Shards())


async def test_what_only_a_dead_process_can_have_leased_is_taken_over_at_once(
    stores: Stores,
) -> None:
    await stores.posts.add(post(), [item(n) for n in range(2)])
    held = await stores.claim("killed")
    assert await stores.claim("heir") == ()

    await _free(stores)
    heirs = await stores.claim("heir")

    assert [job.id for job in heirs] == [job.id for job in held]
    assert {(job.owner, job.attempts, job.failures) for job in heirs} == {("heir", 2, 0)}


async def test_what_is_not_leased_stays_as_it_is(stores: Stores) -> None:
    await stores.posts.add(post(), [item()])
    before = await stores.rows("SELECT * FROM job ORDER BY id")

    await _free(stores)

    assert await stores.rows("SELECT * FROM job ORDER BY id") == before


async def test_a_range_that_a_dead_process_read_is_read_on_at_once(stores: Stores) -> None:
    gap = Gap(GUILD, ChannelId(77), MessageId(1), MessageId(9), RangeReason.SESSION)
    await stores.history.note([], [gap], at=NOW)
    assert await _read(stores, "killed") is not None
    assert await _read(stores, "heir") is None

    await _free(stores)

    assert await _read(stores, "heir") is not None


async def test_jobs_of_a_crash_loop_wait_minutes_at_most_and_each_for_another_time(
    stores: Stores,
) -> None:
    await stores.posts.add(post(), [item(n) for n in range(2)])
    at = timedelta(0)
    for _ in range(12):
        assert len(await stores.claim("killed", at=NOW + at)) == 2
        await _free(stores, at)
        at += LONGEST_WAIT

    rows = await stores.rows("SELECT run_at, failures FROM job WHERE step = 'upload'")

    assert len({run_at for run_at, _ in rows}) == 2
    assert {failures for _, failures in rows} == {0}


async def test_tries_that_failed_do_not_lengthen_the_wait_after_a_kill(stores: Stores) -> None:
    await stores.posts.add(post(), [item()])
    await stores.claim("killed")
    await stores.run("UPDATE job SET attempts = 9, failures = 8 WHERE step = 'upload'")

    await _free(stores)

    assert len(await stores.claim("heir")) == 1
