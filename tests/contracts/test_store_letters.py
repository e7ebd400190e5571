"""Digests, quotas and the breaker, on SQLite and on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imgoe_bot.adapters.store import SqlPersonStore
from imgoe_bot.domain.direct_messages import (
    PROBE_FOR,
    Breaker,
    Closed,
    Go,
    Halt,
    Halted,
    Join,
    Later,
    Move,
    Quota,
    Slot,
)
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import SourceUnreachable, StaleWrite
from tests.contracts.stores import BEN, NOW, Stores, fresh_number, item, post, upload_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WIDE = {slot: Quota(1000, MINUTE) for slot in Slot}


async def _order(stores: Stores, *, to: UserId = BEN) -> Post:
    """Store a post whose delivery is due."""
    owner = replace(post(), author_id=to)
    await stores.posts.add_uploaded(owner, upload_of(owner, item()))
    return owner


async def _due(stores: Stores, *, to: UserId = BEN, at: datetime = NOW) -> Job:
    """Return the leased delivery of a new post."""
    owner = await _order(stores, to=to)
    (job,) = [each for each in await stores.claim(at=at) if each.post_id == owner.id]
    return job


async def _weigh(
    stores: Stores,
    job: Job,
    *,
    to: UserId = BEN,
    window: timedelta = MINUTE,
    quotas: dict[Slot, Quota] | None = None,
    at: datetime = NOW,
) -> Move:
    return await stores.letters.weigh(job, to, window=window, quotas=quotas or WIDE, now=at)


async def _write(stores: Stores, *, quotas: dict[Slot, Quota] | None = None) -> None:
    """Send a letter to Ben."""
    job = await _due(stores)
    await _weigh(stores, job, quotas=quotas)
    await stores.letters.finish_sent(job, BEN, at=NOW)


async def _jobs(stores: Stores) -> list[tuple[object, ...]]:
    return await stores.rows("SELECT state, attempts FROM job ORDER BY id")


async def test_what_comes_after_a_letter_goes_with_the_next_one(stores: Stores) -> None:
    await _write(stores)

    leader = await _due(stores)
    assert await _weigh(stores, leader) == Later(NOW + MINUTE)
    follower, third = await _due(stores), await _due(stores)
    assert await _weigh(stores, follower) == Join(leader.post_id)
    assert await _weigh(stores, third) == Join(leader.post_id)

    assert await stores.claim(at=NOW + MINUTE / 2) == ()
    (due,) = await stores.claim(at=NOW + MINUTE)
    assert (due.post_id, due.attempts) == (leader.post_id, 1)
    assert await stores.letters.posts_of(due) == (leader.post_id, follower.post_id, third.post_id)
    assert await _weigh(stores, due, at=NOW + MINUTE) == Go({Slot.TOTAL: NOW + MINUTE})
    await stores.letters.finish_sent(due, BEN, at=NOW + MINUTE)
    assert {state for state, _ in await _jobs(stores)} == {"done"}


async def test_a_letter_that_was_begun_takes_nothing_more_in(stores: Stores) -> None:
    first = await _due(stores)
    await _weigh(stores, first)
    await stores.jobs.retry(first, SourceUnreachable(), at=NOW + HOUR)

    other = await _due(stores)

    assert await _weigh(stores, other) == Later(NOW + MINUTE)
    assert await stores.letters.posts_of(first) == (first.post_id,)


async def test_each_person_has_a_letter_of_their_own(stores: Stores) -> None:
    cleo = UserId(fresh_number())
    await _weigh(stores, await _due(stores))

    assert isinstance(await _weigh(stores, await _due(stores, to=cleo), to=cleo), Go)


async def test_without_a_window_each_post_has_its_own_letter(stores: Stores) -> None:
    await _weigh(stores, await _due(stores))
    await _weigh(stores, await _due(stores))

    alone = await _weigh(stores, await _due(stores), window=timedelta(0))

    assert isinstance(alone, Go)


async def test_what_a_letter_fails_of_is_stored_for_all_its_posts(stores: Stores) -> None:
    await _write(stores)
    leader, follower = await _due(stores), await _due(stores)
    await _weigh(stores, leader)
    await _weigh(stores, follower)
    (due,) = await stores.claim(at=NOW + MINUTE)

    await stores.letters.finish(due, SourceUnreachable(status=500))

    failed = await stores.rows("SELECT error FROM job WHERE state = 'dead'")
    assert failed == [("SourceUnreachable",)] * 2


async def test_people_never_written_to_have_a_quota_that_holds_over_processes(
    stores: Stores, other: Stores
) -> None:
    quotas = WIDE | {Slot.OPENED: Quota(3, HOUR)}
    people = [UserId(fresh_number()) for _ in range(8)]
    jobs = [await _due(stores, to=person) for person in people]

    moves = await asyncio.gather(
        *(
            _weigh((stores, other)[n % 2], job, to=person, quotas=quotas)
            for n, (job, person) in enumerate(zip(jobs, people, strict=True))
        )
    )

    times = Counter(NOW if isinstance(move, Go) else getattr(move, "at", None) for move in moves)
    assert times == {NOW: 3, NOW + HOUR: 3, NOW + 2 * HOUR: 2}
    assert Counter(await _jobs(stores)) == {("leased", 1): 3, ("ready", 0): 5}


async def test_a_letter_put_off_for_a_quota_goes_at_the_time_it_was_given(stores: Stores) -> None:
    quotas = WIDE | {Slot.OPENED: Quota(1, HOUR)}
    cleo = UserId(fresh_number())
    await _write(stores, quotas=quotas)
    await _weigh(stores, await _due(stores, to=cleo), to=cleo, quotas=quotas)

    (due,) = await stores.claim(at=NOW + HOUR)

    moved = await _weigh(stores, due, to=cleo, quotas=quotas, at=NOW + HOUR)
    assert moved == Go({Slot.TOTAL: NOW + HOUR})


async def test_all_letters_have_a_quota_too(stores: Stores) -> None:
    quotas = WIDE | {Slot.TOTAL: Quota(2, HOUR)}
    moves = [
        await _weigh(stores, await _due(stores), quotas=quotas, window=timedelta(0))
        for _ in range(3)
    ]

    assert [type(move) for move in moves] == [Go, Go, Later]


async def test_places_are_not_kept_for_who_comes_back_much_later(stores: Stores) -> None:
    quotas = WIDE | {Slot.OPENED: Quota(1, HOUR)}
    people = [UserId(fresh_number()) for _ in range(3)]
    for person in people:
        await _weigh(stores, await _due(stores, to=person), to=person, quotas=quotas)
    tomorrow = NOW + timedelta(days=1)
    await stores.run("UPDATE job SET state = 'done' WHERE state = 'leased'")

    due = await stores.claim(at=tomorrow)
    moves = [
        await _weigh(
            stores,
            job,
            to=(await stores.posts.get_post(job.post_id)).author_id,
            quotas=quotas,
            at=tomorrow,
        )
        for job in due
    ]

    assert [type(move) for move in moves] == [Go, Later]


async def test_who_was_written_to_takes_no_place_of_the_new(stores: Stores) -> None:
    quotas = WIDE | {Slot.OPENED: Quota(1, HOUR)}
    await _write(stores, quotas=quotas)

    again = await _due(stores)

    assert isinstance(await _weigh(stores, again, quotas=quotas, window=timedelta(0)), Go)


async def test_a_halt_holds_for_every_process_and_stands_on_cards(
    stores: Stores, other: Stores
) -> None:
    job = await _due(stores)
    until = NOW + HOUR

    await other.letters.halt(Breaker(Halt.QUARANTINED, until))

    assert await _weigh(stores, job) == Halted(until)
    assert (await stores.posts.get_card(job.post_id, now=NOW)).dms_closed
    assert not (await stores.posts.get_card(job.post_id, now=until)).dms_closed
    assert await stores.letters.breaker() == Breaker(Halt.QUARANTINED, until)
    assert await _jobs(stores) == [("leased", 1)]


async def test_after_a_halt_one_letter_tries_and_the_others_wait_for_it(
    stores: Stores, other: Stores
) -> None:
    await stores.letters.halt(Breaker(Halt.TOO_FAST, NOW))
    people = [UserId(fresh_number()) for _ in range(3)]
    jobs = [await _due(stores, to=person) for person in people]

    moves = await asyncio.gather(
        *(
            _weigh(where, job, to=person)
            for where, job, person in zip((stores, other, other), jobs, people, strict=True)
        )
    )

    assert sorted(type(move).__name__ for move in moves) == ["Go", "Later", "Later"]
    assert Later(NOW + PROBE_FOR, anew=True) in moves
    assert not (await stores.posts.get_card(jobs[0].post_id, now=NOW)).dms_closed
    tried = next(n for n, move in enumerate(moves) if isinstance(move, Go))
    await stores.letters.finish_sent(jobs[tried], people[tried], at=NOW)
    assert await other.letters.breaker() == Breaker()


async def test_a_refusal_by_the_person_ends_a_halt_too(stores: Stores) -> None:
    await stores.letters.halt(Breaker(Halt.TOO_FAST, NOW))
    job = await _due(stores)
    await _weigh(stores, job)

    await stores.letters.finish_refused(job)

    assert await stores.letters.breaker() == Breaker()


async def test_a_halt_that_comes_meanwhile_is_not_ended_by_an_older_letter(stores: Stores) -> None:
    job = await _due(stores)
    await _weigh(stores, job)
    halted = Breaker(Halt.TOO_FAST, NOW + HOUR)
    await stores.letters.halt(halted)

    await stores.letters.finish_sent(job, BEN, at=NOW)

    assert await stores.letters.breaker() == halted


async def test_a_letter_put_back_gives_its_places_back_and_counts_no_try(stores: Stores) -> None:
    job = await _due(stores)
    await _weigh(stores, job)

    await stores.letters.put_back(job, at=NOW + HOUR)

    rows = await stores.rows("SELECT state, attempts, slots FROM job")
    assert rows == [("ready", 0, "")]


async def test_closed_inboxes_are_not_written_to(stores: Stores) -> None:
    await stores.posts.note_dms(BEN, closed_until=NOW + HOUR)

    assert await _weigh(stores, await _due(stores)) == Closed()


async def test_a_short_note_goes_at_once_or_not_at_all(stores: Stores) -> None:
    quotas = WIDE | {Slot.OPENED: Quota(1, HOUR)}
    cleo = UserId(fresh_number())

    async def admit(to: UserId) -> bool:
        return await stores.letters.admit(to, quotas=quotas, now=NOW)

    assert await admit(BEN)
    assert not await admit(cleo)
    assert await admit(BEN)  # no longer new
    await stores.letters.halt(Breaker(Halt.TOO_FAST, NOW - HOUR))
    assert not await admit(BEN)


@pytest.mark.parametrize("act", ["weigh", "put back", "sent", "refused", "finish"])
async def test_nothing_is_written_under_a_lost_lease(stores: Stores, act: str) -> None:
    job = await _due(stores)
    await stores.run("UPDATE job SET owner = 'somebody else'")
    letters = stores.letters
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "weigh": lambda: _weigh(stores, job),
        "put back": lambda: letters.put_back(job, at=NOW),
        "sent": lambda: letters.finish_sent(job, BEN, at=NOW),
        "refused": lambda: letters.finish_refused(job),
        "finish": lambda: letters.finish(job, None),
    }

    with pytest.raises(StaleWrite):
        await acts[act]()

    assert await _jobs(stores) == [("leased", 1)]
    assert await stores.rows("SELECT * FROM dm_slot") == []


async def test_an_erasure_takes_the_letters_that_wait_along(stores: Stores) -> None:
    await _weigh(stores, await _due(stores))
    leader, follower = await _due(stores), await _due(stores)
    await _weigh(stores, leader)
    await _weigh(stores, follower)

    await SqlPersonStore(stores.database, vault=stores.vault).order_erasure(BEN, at=NOW)

    steps = await stores.rows("SELECT DISTINCT step FROM job WHERE state <> 'leased'")
    assert steps == [(Step.ERASE.value,)]
