"""What a worker goes on with: leased with the outcome before, taken with what makes it due."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.claim_order import Hands
from imgoe_bot.domain.direct_messages import (
    Breaker,
    DeliveryRequest,
    HaltReason,
    RateLimits,
    SlotKind,
)
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import FollowUps, Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.errors import ImgoeError, SourceGone, StaleWrite
from imgoe_bot.services.ports.jobs import Lease, Offer
from tests.contracts.stores import BEN, CARD, LEASE, NOW, Stores, item, post, upload_of

WIDE: RateLimits = {kind: RateLimit(100, timedelta(minutes=1)) for kind in SlotKind}
WINDOW = LEASE / 2
REQUEST = DeliveryRequest(BEN, WIDE, NOW, WINDOW)
FIRST = FollowUps(deliver=True, request=REQUEST, is_first=True)


async def _upload_jobs(stores: Stores, *, files: int = 1) -> tuple[Post, tuple[Job, ...]]:
    owner = post()
    await stores.posts.add(owner, [item(number) for number in range(files)])
    return owner, await stores.claim()


async def _upload(stores: Stores, owner: Post, job: Job) -> Job | None:
    assert job.item is not None
    return await stores.jobs.finish_upload(job, upload_of(owner, job.item), None, goes_on=True)


async def _announce_job(stores: Stores) -> Job:
    owner, (job,) = await _upload_jobs(stores)
    announce = await _upload(stores, owner, job)
    assert announce is not None
    return announce


async def test_the_last_file_of_a_post_leads_to_its_answer_under_the_same_lease(
    stores: Stores,
) -> None:
    owner, (first, second) = await _upload_jobs(stores, files=2)

    assert await _upload(stores, owner, first) is None
    announce = await _upload(stores, owner, second)

    assert announce is not None
    assert (announce.step, announce.owner, announce.attempts) == (Step.ANNOUNCE, "worker", 1)
    assert await stores.claim(at=NOW + LEASE - timedelta(seconds=1)) == ()
    (taken_over,) = await stores.claim("another", at=NOW + LEASE)
    assert (taken_over.id, taken_over.attempts) == (announce.id, 2)


async def test_a_last_file_that_fails_leads_to_the_answer_too(stores: Stores) -> None:
    owner, (first, second) = await _upload_jobs(stores, files=2)
    await _upload(stores, owner, first)

    announce = await stores.jobs.finish_upload(second, None, SourceGone(), goes_on=True)

    assert announce is not None
    assert announce.step is Step.ANNOUNCE


async def test_an_answer_leads_to_a_direct_message_that_may_go_at_once(stores: Stores) -> None:
    announce = await _announce_job(stores)

    deliver = await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST)

    assert deliver is not None
    assert (deliver.step, deliver.is_scheduled, deliver.attempts) == (Step.DELIVER, True, 1)
    assert await stores.rows("SELECT count(*) FROM dm_slot") == [(2,)]
    await stores.direct_messages.finish_sent(deliver, BEN, at=NOW)
    assert await stores.rows("SELECT DISTINCT state FROM job") == [("done",)]


async def test_the_second_in_a_short_time_is_put_off_and_the_third_joins_it(
    stores: Stores,
) -> None:
    for expected in ("leased", "ready", "waiting"):
        announce = await _announce_job(stores)
        deliver = await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST)
        assert (deliver is not None) is (expected == "leased")

    states = await stores.rows("SELECT state FROM job WHERE step = 'deliver' ORDER BY id")
    assert states == [("leased",), ("ready",), ("waiting",)]
    (due,) = await stores.claim(at=NOW + WINDOW)
    assert len(await stores.direct_messages.posts_of(due)) == 2


async def test_where_direct_messages_were_stopped_their_own_job_finds_out(stores: Stores) -> None:
    await stores.direct_messages.halt(Breaker(HaltReason.TOO_FAST, NOW - WINDOW))
    announce = await _announce_job(stores)

    assert await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST) is None

    (deliver,) = await stores.claim()
    assert (deliver.step, deliver.is_scheduled) == (Step.DELIVER, False)


async def test_who_takes_none_is_left_to_the_worker(stores: Stores) -> None:
    await stores.posts.note_dms(BEN, closed_until=NOW + WINDOW)
    announce = await _announce_job(stores)

    deliver = await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST)

    assert deliver is not None
    assert not deliver.is_scheduled


async def test_a_repeat_after_a_lost_confirmation_finds_what_it_had_leased(
    stores: Stores,
) -> None:
    owner, (job,) = await _upload_jobs(stores)
    announce = await _upload(stores, owner, job)
    assert await _upload(stores, owner, job) == announce
    assert announce is not None
    deliver = await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST)
    again = await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST)

    assert deliver is not None
    assert again is not None
    assert again.id == deliver.id
    assert await stores.rows("SELECT count(*) FROM upload") == [(1,)]


async def test_who_lost_the_lease_goes_on_with_nothing(stores: Stores) -> None:
    owner, (job,) = await _upload_jobs(stores)
    (other,) = await stores.claim("another", at=NOW + LEASE)
    await _upload(stores, owner, other)

    with pytest.raises(StaleWrite):
        await _upload(stores, owner, job)


class _Hands:
    """A worker of the store's, with so many hands."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.taken: list[Job] = []
        self.asked = 0
        self.answers: list[int | None] = []

    def offer(self) -> Offer | None:
        if not self.free:
            return None
        return Offer("worker", NOW, LEASE, Hands(tuple(self.taken), self.free, share=4))

    def take_over(self, jobs: Sequence[Job] | None) -> None:
        self.answers.append(None if jobs is None else len(jobs))
        self.taken += jobs or ()

    def lease(self) -> Lease:
        return Lease("worker", NOW + LEASE)

    def begin(self, jobs: Sequence[Job]) -> None:
        self.taken += jobs

    def wake(self) -> None:
        self.asked += 1


async def test_new_work_is_given_to_a_free_hand_with_the_transaction_that_stores_it(
    stores: Stores,
) -> None:
    hands = _Hands(free=1)
    stores.jobs.attend(hands)

    await stores.posts.add(post(), [item()])

    assert [job.step for job in hands.taken] == [Step.UPLOAD]
    assert hands.asked == 0


async def test_a_worker_without_a_hand_is_woken_and_one_that_left_is_not(stores: Stores) -> None:
    hands = _Hands(free=0)
    stores.jobs.attend(hands)
    await stores.posts.add(post(guild_id=GuildId(1)), [item()])
    stores.jobs.attend(None)
    await stores.posts.add(post(guild_id=GuildId(2)), [item()])

    assert hands.asked == 1
    assert await stores.jobs.has_due(now=NOW)


async def test_an_offer_is_answered_whatever_becomes_of_what_was_to_be_stored(
    stores: Stores,
) -> None:
    hands = _Hands(free=1)
    stores.jobs.attend(hands)
    await stores.run("ALTER TABLE job RENAME TO elsewhere")

    with pytest.raises(ImgoeError):
        await stores.posts.add(post(), [item()])

    assert hands.answers == [None]
    await stores.run("ALTER TABLE elsewhere RENAME TO job")


async def test_who_stores_work_may_be_cancelled_and_it_is_done_all_the_same(
    stores: Stores,
) -> None:
    hands = _Hands(free=1)
    stores.jobs.attend(hands)
    storing = asyncio.ensure_future(stores.posts.add(post(), [item()]))
    await asyncio.sleep(0)

    storing.cancel()
    await asyncio.wait({storing})

    assert storing.cancelled()
    assert [job.step for job in hands.taken] == [Step.UPLOAD]


async def test_an_edit_that_asks_for_more_has_the_answer_shown_anew_at_once(
    stores: Stores,
) -> None:
    owner, (job,) = await _upload_jobs(stores)
    announce = await _upload(stores, owner, job)
    assert announce is not None
    await stores.posts.extend(replace(owner), [item(1)])

    await stores.jobs.finish_announce(announce, CARD, follow_ups=FIRST)

    claimed = await stores.claim()
    assert Step.UPLOAD in {each.step for each in claimed}
    states = await stores.rows("SELECT state FROM job WHERE step = 'announce'")
    assert states == [("waiting",)]
