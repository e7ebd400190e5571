"""Digests, limits and the breaker, on SQLite and on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imgoe_bot.adapters.store import SqlPersonStore
from imgoe_bot.adapters.store.posts.repeated_steps import repeat_step
from imgoe_bot.domain.direct_messages import (
    PROBE_FOR,
    AllHalted,
    Breaker,
    DeliveryRequest,
    HaltReason,
    JoinDigest,
    PutOff,
    RecipientClosed,
    SendNow,
    SlotKind,
    Verdict,
)
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.errors import SourceUnreachable, StaleWrite
from tests.contracts.stores import (
    BEN,
    LEASE,
    NOW,
    Stores,
    add_uploaded,
    fresh_number,
    item,
    post,
    upload_of,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WIDE = {slot: RateLimit(1000, MINUTE) for slot in SlotKind}


async def _order(stores: Stores, *, to: UserId = BEN) -> Post:
    """Store a post whose delivery is due."""
    owner = replace(post(), author_id=to)
    await add_uploaded(stores, owner, upload_of(owner, item()))
    return owner


async def _due(stores: Stores, *, to: UserId = BEN, at: datetime = NOW) -> Job:
    """Return the leased delivery of a new post."""
    owner = await _order(stores, to=to)
    (job,) = [each for each in await stores.claim(at=at) if each.post_id == owner.id]
    return job


async def _schedule(
    stores: Stores,
    job: Job,
    *,
    to: UserId = BEN,
    window: timedelta = MINUTE,
    limits: dict[SlotKind, RateLimit] | None = None,
    at: datetime = NOW,
) -> Verdict:
    return await stores.direct_messages.schedule(
        job, DeliveryRequest(to, limits or WIDE, at, window)
    )


async def _write(stores: Stores, *, limits: dict[SlotKind, RateLimit] | None = None) -> None:
    """Send a direct message to Ben."""
    job = await _due(stores)
    await _schedule(stores, job, limits=limits)
    await stores.direct_messages.finish_sent(job, BEN, at=NOW)


async def _jobs(stores: Stores) -> list[tuple[object, ...]]:
    return await stores.rows("SELECT state, attempts FROM job ORDER BY id")


async def test_what_comes_after_a_direct_message_goes_with_the_next_one(stores: Stores) -> None:
    await _write(stores)

    leader = await _due(stores)
    assert await _schedule(stores, leader) == PutOff(NOW + MINUTE)
    follower, third = await _due(stores), await _due(stores)
    assert await _schedule(stores, follower) == JoinDigest(leader.post_id)
    assert await _schedule(stores, third) == JoinDigest(leader.post_id)

    assert await stores.claim(at=NOW + MINUTE / 2) == ()
    (due,) = await stores.claim(at=NOW + MINUTE)
    assert (due.post_id, due.attempts) == (leader.post_id, 1)
    assert await stores.direct_messages.posts_of(due) == (
        leader.post_id,
        follower.post_id,
        third.post_id,
    )
    assert await _schedule(stores, due, at=NOW + MINUTE) == SendNow({SlotKind.TOTAL: NOW + MINUTE})
    await stores.direct_messages.finish_sent(due, BEN, at=NOW + MINUTE)
    assert {state for state, _ in await _jobs(stores)} == {"done"}


async def test_a_direct_message_that_was_begun_takes_nothing_more_in(stores: Stores) -> None:
    first = await _due(stores)
    await _schedule(stores, first)
    await stores.jobs.retry(first, SourceUnreachable(), at=NOW + HOUR)

    other = await _due(stores)

    assert await _schedule(stores, other) == PutOff(NOW + MINUTE)
    assert await stores.direct_messages.posts_of(first) == (first.post_id,)


async def test_what_an_edit_adds_while_its_digest_is_under_way_is_told_afterwards(
    stores: Stores,
) -> None:
    await _write(stores)
    leader = await _due(stores)
    await _schedule(stores, leader)
    follower = await _due(stores)
    await _schedule(stores, follower)
    (due,) = await stores.claim(at=NOW + MINUTE)
    assert follower.post_id in await stores.direct_messages.posts_of(due)

    await stores.database.write(lambda c: repeat_step(c, follower.post_id, Step.DELIVER))
    await stores.direct_messages.finish_sent(due, BEN, at=NOW + MINUTE)

    assert await stores.claim(at=NOW + MINUTE) == ()  # a look while that is sent finds nothing
    (again,) = await stores.claim(at=NOW + MINUTE + LEASE)
    assert (again.post_id, again.step, again.is_repeated) == (
        follower.post_id,
        Step.DELIVER,
        True,
    )


async def test_what_an_edit_adds_before_its_digest_is_begun_goes_with_it(stores: Stores) -> None:
    await _write(stores)
    leader = await _due(stores)
    await _schedule(stores, leader)
    follower = await _due(stores)
    await _schedule(stores, follower)

    await stores.database.write(lambda c: repeat_step(c, follower.post_id, Step.DELIVER))

    (due,) = await stores.claim(at=NOW + MINUTE)
    assert await stores.direct_messages.posts_of(due) == (leader.post_id, follower.post_id)


async def test_each_person_has_a_direct_message_of_their_own(stores: Stores) -> None:
    cleo = UserId(fresh_number())
    await _schedule(stores, await _due(stores))

    assert isinstance(await _schedule(stores, await _due(stores, to=cleo), to=cleo), SendNow)


async def test_without_a_window_each_post_has_its_own_direct_message(stores: Stores) -> None:
    await _schedule(stores, await _due(stores))
    await _schedule(stores, await _due(stores))

    alone = await _schedule(stores, await _due(stores), window=timedelta(0))

    assert isinstance(alone, SendNow)


async def test_what_a_direct_message_fails_of_is_stored_for_all_its_posts(stores: Stores) -> None:
    await _write(stores)
    leader, follower = await _due(stores), await _due(stores)
    await _schedule(stores, leader)
    await _schedule(stores, follower)
    (due,) = await stores.claim(at=NOW + MINUTE)

    await stores.direct_messages.finish(due, SourceUnreachable(status=500))

    failed = await stores.rows("SELECT error FROM job WHERE state = 'dead'")
    assert failed == [("SourceUnreachable",)] * 2


async def test_people_never_written_to_have_a_quota_that_holds_over_processes(
    stores: Stores, other: Stores
) -> None:
    limits = WIDE | {SlotKind.OPENED: RateLimit(3, HOUR)}
    people = [UserId(fresh_number()) for _ in range(8)]
    jobs = [await _due(stores, to=person) for person in people]

    verdicts = await asyncio.gather(
        *(
            _schedule((stores, other)[n % 2], job, to=person, limits=limits)
            for n, (job, person) in enumerate(zip(jobs, people, strict=True))
        )
    )

    times = Counter(
        NOW if isinstance(verdict, SendNow) else getattr(verdict, "at", None)
        for verdict in verdicts
    )
    assert times == {NOW: 3, NOW + HOUR: 3, NOW + 2 * HOUR: 2}
    assert Counter(await _jobs(stores)) == {("leased", 1): 3, ("ready", 0): 5}


async def test_a_direct_message_put_off_for_a_quota_goes_at_the_time_it_was_given(
    stores: Stores,
) -> None:
    limits = WIDE | {SlotKind.OPENED: RateLimit(1, HOUR)}
    cleo = UserId(fresh_number())
    await _write(stores, limits=limits)
    await _schedule(stores, await _due(stores, to=cleo), to=cleo, limits=limits)

    (due,) = await stores.claim(at=NOW + HOUR)

    verdict = await _schedule(stores, due, to=cleo, limits=limits, at=NOW + HOUR)
    assert verdict == SendNow({SlotKind.TOTAL: NOW + HOUR})


async def test_all_letters_have_a_quota_too(stores: Stores) -> None:
    limits = WIDE | {SlotKind.TOTAL: RateLimit(2, HOUR)}
    verdicts = [
        await _schedule(stores, await _due(stores), limits=limits, window=timedelta(0))
        for _ in range(3)
    ]

    assert [type(verdict) for verdict in verdicts] == [SendNow, SendNow, PutOff]


async def test_places_are_not_kept_for_who_comes_back_much_later(stores: Stores) -> None:
    limits = WIDE | {SlotKind.OPENED: RateLimit(1, HOUR)}
    people = [UserId(fresh_number()) for _ in range(3)]
    for person in people:
        await _schedule(stores, await _due(stores, to=person), to=person, limits=limits)
    tomorrow = NOW + timedelta(days=1)
    await stores.run("UPDATE job SET state = 'done' WHERE state = 'leased'")

    due = await stores.claim(at=tomorrow)
    verdicts = [
        await _schedule(
            stores,
            job,
            to=(await stores.posts.get_post(job.post_id)).author_id,
            limits=limits,
            at=tomorrow,
        )
        for job in due
    ]

    assert [type(verdict) for verdict in verdicts] == [SendNow, PutOff]


async def test_who_was_written_to_takes_no_place_of_the_new(stores: Stores) -> None:
    limits = WIDE | {SlotKind.OPENED: RateLimit(1, HOUR)}
    await _write(stores, limits=limits)

    again = await _due(stores)

    assert isinstance(await _schedule(stores, again, limits=limits, window=timedelta(0)), SendNow)


async def test_a_halt_holds_for_every_process_and_stands_on_cards(
    stores: Stores, other: Stores
) -> None:
    job = await _due(stores)
    until = NOW + HOUR

    await other.direct_messages.halt(Breaker(HaltReason.QUARANTINED, until))

    assert await _schedule(stores, job) == AllHalted(until)
    assert (await stores.posts.get_card(job.post_id, now=NOW)).dms_closed
    assert not (await stores.posts.get_card(job.post_id, now=until)).dms_closed
    assert await stores.direct_messages.breaker() == Breaker(HaltReason.QUARANTINED, until)
    assert await _jobs(stores) == [("leased", 1)]


async def test_after_a_halt_one_direct_message_tries_and_the_others_wait_for_it(
    stores: Stores, other: Stores
) -> None:
    await stores.direct_messages.halt(Breaker(HaltReason.TOO_FAST, NOW))
    people = [UserId(fresh_number()) for _ in range(3)]
    jobs = [await _due(stores, to=person) for person in people]

    verdicts = await asyncio.gather(
        *(
            _schedule(where, job, to=person)
            for where, job, person in zip((stores, other, other), jobs, people, strict=True)
        )
    )

    assert sorted(type(verdict).__name__ for verdict in verdicts) == ["PutOff", "PutOff", "SendNow"]
    assert PutOff(NOW + PROBE_FOR, gives_back=True) in verdicts
    assert not (await stores.posts.get_card(jobs[0].post_id, now=NOW)).dms_closed
    tried = next(n for n, verdict in enumerate(verdicts) if isinstance(verdict, SendNow))
    await stores.direct_messages.finish_sent(jobs[tried], people[tried], at=NOW)
    assert await other.direct_messages.breaker() == Breaker()


async def test_a_refusal_by_the_person_ends_a_halt_too(stores: Stores) -> None:
    await stores.direct_messages.halt(Breaker(HaltReason.TOO_FAST, NOW))
    job = await _due(stores)
    await _schedule(stores, job)

    await stores.direct_messages.finish_refused(job)

    assert await stores.direct_messages.breaker() == Breaker()


async def test_a_halt_that_comes_meanwhile_is_not_ended_by_an_older_direct_message(
    stores: Stores,
) -> None:
    job = await _due(stores)
    await _schedule(stores, job)
    halted = Breaker(HaltReason.TOO_FAST, NOW + HOUR)
    await stores.direct_messages.halt(halted)

    await stores.direct_messages.finish_sent(job, BEN, at=NOW)

    assert await stores.direct_messages.breaker() == halted


async def test_a_direct_message_put_back_gives_its_places_back_and_counts_no_try(
    stores: Stores,
) -> None:
    job = await _due(stores)
    await _schedule(stores, job)

    await stores.direct_messages.put_back(job, at=NOW + HOUR)

    rows = await stores.rows("SELECT state, attempts, slots FROM job")
    assert rows == [("ready", 0, "")]


async def test_closed_inboxes_are_not_written_to(stores: Stores) -> None:
    await stores.posts.note_dms(BEN, closed_until=NOW + HOUR)

    assert await _schedule(stores, await _due(stores)) == RecipientClosed()


async def test_a_short_note_goes_at_once_or_not_at_all(stores: Stores) -> None:
    limits = WIDE | {SlotKind.OPENED: RateLimit(1, HOUR)}
    cleo = UserId(fresh_number())

    async def admit(to: UserId) -> bool:
        return await stores.direct_messages.admit(DeliveryRequest(to, limits, NOW))

    assert await admit(BEN)
    assert not await admit(cleo)
    assert await admit(BEN)  # no longer new
    await stores.direct_messages.halt(Breaker(HaltReason.TOO_FAST, NOW - HOUR))
    assert not await admit(BEN)


@pytest.mark.parametrize("act", ["schedule", "put back", "sent", "refused", "finish"])
async def test_nothing_is_written_under_a_lost_lease(stores: Stores, act: str) -> None:
    job = await _due(stores)
    await stores.run("UPDATE job SET owner = 'somebody else'")
    direct_messages = stores.direct_messages
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "schedule": lambda: _schedule(stores, job),
        "put back": lambda: direct_messages.put_back(job, at=NOW),
        "sent": lambda: direct_messages.finish_sent(job, BEN, at=NOW),
        "refused": lambda: direct_messages.finish_refused(job),
        "finish": lambda: direct_messages.finish(job, None),
    }

    with pytest.raises(StaleWrite):
        await acts[act]()

    assert await _jobs(stores) == [("leased", 1)]
    assert await stores.rows("SELECT * FROM dm_slot") == []


async def test_an_erasure_takes_the_letters_that_wait_along(stores: Stores) -> None:
    await _schedule(stores, await _due(stores))
    leader, follower = await _due(stores), await _due(stores)
    await _schedule(stores, leader)
    await _schedule(stores, follower)

    await SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims).order_erasure(
        BEN, at=NOW
    )

    steps = await stores.rows("SELECT DISTINCT step FROM job WHERE state <> 'leased'")
    assert steps == [(Step.ERASE.value,)]
