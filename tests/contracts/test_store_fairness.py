"""Claims with many servers and hosts, what falls due by itself, and hosts that change."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from imgoe_bot.adapters.store import SqlRetirementStore
from imgoe_bot.adapters.store.claiming.dead_leases import AT_ONCE
from imgoe_bot.adapters.store.claiming.reviving import next_due_at, revive
from imgoe_bot.adapters.store.claiming.taking import Taken, take
from imgoe_bot.domain.claim_order import Hands, Round
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import FollowUps, Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import SourceUnreachable, StaleWrite
from imgoe_bot.services.ports.jobs import Offer
from tests.contracts.stores import BEN, CARD, LEASE, NOW, Stores, item, post, upload_of

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
SLOW, FAST = "https://slow.example", "https://fast.example"


async def _post(stores: Stores, guild: int = 1, *, files: int = 1) -> Post:
    owner = post(guild_id=GuildId(guild))
    await stores.posts.add(owner, [item(n) for n in range(files)])
    return owner


async def _set_host(
    stores: Stores, guild: int, url: str, *, over: GuildSettings | None = None
) -> GuildSettings:
    settings = replace(over, host_url=url) if over else GuildSettings(GuildId(guild), host_url=url)
    return await stores.guilds.save_key(settings, ApiKey("chv_key"), actor_id=BEN, now=NOW)


async def _take(
    stores: Stores, *, held: tuple[Job, ...] = (), free: int = 8, after: Round | None = None
) -> Taken:
    """Take what is due already, as a worker does that was woken."""
    offer = Offer("worker", NOW, LEASE, Hands(held, free, share=4))

    def unit(connection: Connection) -> Taken:
        return take(connection, offer, after=after or Round())

    return await stores.database.write(unit)


async def _next_due_at(stores: Stores) -> datetime | None:
    return await stores.database.read(next_due_at)


async def _crowd(stores: Stores, servers: int, *, lane: str, step: str = "upload") -> None:
    """Let many servers have a job each."""
    await _post(stores, 1)
    await stores.run(
        "INSERT INTO job (post_id, guild_id, step, state, run_at, attempts, attachment_id, "
        "position, filename, spoiler, lane) WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL "
        "SELECT n + 1 FROM n WHERE n < :servers) SELECT post_id, n, :step, state, run_at, 0, n, "
        "0, '', spoiler, :lane FROM n, job WHERE job.step = 'upload'",
        servers=servers,
        lane=lane,
        step=step,
    )


async def test_everybody_comes_round_though_far_more_wait_than_are_looked_at(
    stores: Stores,
) -> None:
    await _crowd(stores, 100, lane="default")
    served, round_ = Counter[int](), Round()
    for _ in range(25):
        taken = await _take(stores, after=round_)
        round_ = taken.after
        served.update(job.guild_id for job in taken.jobs)

    assert sorted(served.elements()) == list(range(1, 101))


async def test_a_newcomer_among_servers_with_much_work_is_served_within_a_round(
    stores: Stores,
) -> None:
    for guild in range(10, 30):
        await _post(stores, guild, files=5)
    round_ = (await _take(stores, free=3)).after
    await _post(stores, 5)

    for _ in range(7):
        taken = await _take(stores, free=3, after=round_)
        round_ = taken.after
        if any(job.guild_id == 5 for job in taken.jobs):
            return
    pytest.fail("the newcomer was not served")


async def test_many_servers_of_a_host_at_its_share_hide_no_other_host(stores: Stores) -> None:
    await _crowd(stores, 2000, lane=FAST)
    held = (await _take(stores)).jobs
    assert Counter(job.host_url for job in held) == {FAST: 4, "": 1}
    await _set_host(stores, 5000, SLOW)
    await _post(stores, 5000)

    (other,) = (await _take(stores, held=held, free=3)).jobs

    assert (other.guild_id, other.host_url) == (5000, SLOW)


async def test_a_claim_asks_as_little_of_thousands_as_of_a_few(stores: Stores) -> None:
    await _crowd(stores, 3000, lane="default")
    asked: list[str] = []

    def unit(connection: Connection) -> None:
        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        take(connection, Offer("worker", NOW, LEASE, Hands((), 8, share=4)), after=Round())
        event.remove(connection, "before_cursor_execute", note)

    await stores.database.write(unit)

    assert len(asked) == 4


async def test_who_was_woken_takes_only_what_is_due_already(stores: Stores) -> None:
    await _post(stores)
    (job,) = (await _take(stores)).jobs
    await stores.jobs.retry(job, SourceUnreachable(), at=NOW)

    assert (await _take(stores)).jobs == ()
    assert await _next_due_at(stores) == NOW
    assert len(await stores.claim()) == 1


async def test_nothing_falls_due_in_an_empty_queue(stores: Stores) -> None:
    assert await _next_due_at(stores) is None
    assert await stores.claim() == ()


async def test_what_waits_to_be_claimed_does_not_fall_due_once_more(stores: Stores) -> None:
    await _post(stores)

    assert await _next_due_at(stores) is None


async def test_the_next_to_fall_due_is_told_be_it_a_try_or_a_lease(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim()
    assert await _next_due_at(stores) == NOW + LEASE

    await stores.jobs.put_off(job, at=NOW + 5 * SECOND)

    assert await _next_due_at(stores) == NOW + 5 * SECOND


@pytest.mark.parametrize("early", [TICK, SECOND, LEASE])
async def test_a_job_falls_due_at_its_time_and_not_before(stores: Stores, early: timedelta) -> None:
    await _post(stores)
    (job,) = await stores.claim()
    at = NOW + LEASE
    await stores.jobs.put_off(job, at=at)

    assert await stores.claim(at=at - early) == ()
    (again,) = await stores.claim(at=at)

    assert again.attempts == 1


async def test_a_clock_that_goes_back_loses_no_job(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim(at=NOW + timedelta(days=1))
    await stores.jobs.put_off(job, at=NOW + timedelta(days=1))
    await _post(stores, 2)

    (new,) = await stores.claim(at=NOW - timedelta(days=1))

    assert new.guild_id == 2
    assert len(await stores.claim(at=NOW + timedelta(days=1), held=[new])) == 1


async def test_a_job_that_was_stored_as_not_due_is_found_all_the_same(stores: Stores) -> None:
    await _post(stores)
    await stores.run("UPDATE job SET due = :no", no=False)

    assert len(await stores.claim()) == 1


async def test_a_step_held_back_before_its_time_comes_when_it_is_let_go(stores: Stores) -> None:
    owner = await _post(stores)
    (job,) = await stores.claim()
    assert job.item is not None
    await stores.jobs.finish_upload(job, upload_of(owner, job.item), None)
    (announce,) = await stores.claim()
    await stores.jobs.retry(announce, SourceUnreachable(), at=NOW + LEASE)
    await stores.posts.extend(owner, [job.item, item(1)])
    (second,) = await stores.claim()
    assert second.item is not None
    await stores.jobs.finish_upload(second, upload_of(owner, second.item), None)

    assert await stores.claim(at=NOW + LEASE - TICK) == ()
    (late,) = await stores.claim(at=NOW + LEASE)
    assert late.step is Step.ANNOUNCE


async def test_more_than_a_batch_falls_due_batch_by_batch(stores: Stores) -> None:
    await _crowd(stores, AT_ONCE + 20, lane="default")
    await stores.run("UPDATE job SET due = :no WHERE step = 'upload'", no=False)

    def unit(connection: Connection) -> int:
        return revive(connection, NOW, ())

    assert [await stores.database.write(unit) for _ in range(3)] == [AT_ONCE, 20, 0]


async def test_a_workers_own_jobs_are_not_given_back_under_it(stores: Stores) -> None:
    await _post(stores, files=2)
    held = await stores.claim()

    assert await stores.claim("other", at=NOW + 2 * LEASE, held=held) == ()
    await stores.jobs.finish(held[0], None)


async def test_what_waits_goes_to_the_host_that_was_set_meanwhile(stores: Stores) -> None:
    settings = await _set_host(stores, 1, SLOW)
    owner = await _post(stores, files=3)
    (leased,) = await stores.claim(limit=1)
    await stores.jobs.put_off(leased, at=NOW + SECOND)

    settings = await _set_host(stores, 1, FAST, over=settings)
    first = await stores.claim(at=NOW + SECOND)
    assert {job.host_url for job in first} == {FAST}
    await _set_host(stores, 1, "", over=settings)
    await stores.jobs.release("worker")
    again = await stores.claim()

    assert {job.host_url for job in again} == {""}
    assert {job.post_id for job in again} == {owner.id}


async def test_steps_that_ask_no_host_stay_where_they_are_when_it_changes(stores: Stores) -> None:
    await _post(stores, files=0)
    await _set_host(stores, 1, SLOW)

    assert await stores.rows("SELECT DISTINCT lane FROM job") == [("",)]


async def test_a_change_that_is_refused_moves_nothing(stores: Stores) -> None:
    settings = await _set_host(stores, 1, SLOW)
    await _post(stores)

    with pytest.raises(StaleWrite):
        await _set_host(stores, 1, FAST, over=replace(settings, version=7))

    (job,) = await stores.claim()
    assert job.host_url == SLOW


async def test_every_step_that_asks_a_host_waits_in_its_lane(stores: Stores) -> None:
    await _set_host(stores, 1, SLOW)
    owner = await _post(stores)
    (upload,) = await stores.claim()
    assert upload.item is not None
    hidden = upload_of(owner, upload.item)
    hidden = replace(hidden, stored=replace(hidden.stored, approved=False))
    await stores.jobs.finish_upload(upload, hidden, None)
    (announce,) = await stores.claim()
    await stores.jobs.finish_announce(
        announce, CARD, follow_ups=FollowUps(deliver=True, preview_at=NOW)
    )
    await SqlRetirementStore(stores.database, claims=stores.claims).order([owner], at=NOW + LEASE)

    assert await stores.rows("SELECT step, lane FROM job ORDER BY step") == [
        ("announce", ""),
        ("deliver", ""),
        ("preview", ""),
        ("retire", SLOW),
        ("review", SLOW),
        ("upload", SLOW),
    ]


async def test_workers_at_once_never_share_a_job_nor_come_home_empty_while_there_is_work(
    stores: Stores, other: Stores
) -> None:
    await _crowd(stores, 60, lane="default")

    taken = await asyncio.gather(
        *(process.claim(f"worker {n}", limit=6) for n, process in enumerate((stores, other) * 5))
    )

    ids = [job.id for jobs in taken for job in jobs]
    assert len(ids) == len(set(ids)) == 60
    assert [len(jobs) for jobs in taken] == [6] * 10
