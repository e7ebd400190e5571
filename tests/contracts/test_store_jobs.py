"""The queue, on SQLite and on PostgreSQL."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from imgoe_bot.domain.ids import GuildId, PostId
from imgoe_bot.domain.job import FollowUps, Item, Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import HostBroken, SourceGone, SourceUnreachable, StaleWrite
from tests.contracts.stores import CARD, HOST, LEASE, NOW, Stores, item, post, upload_of


async def _stored_post(
    stores: Stores, *, files: int = 1, guild: int = 1
) -> tuple[Post, list[Item]]:
    owner, items = post(guild_id=GuildId(guild)), [item(n) for n in range(files)]
    assert await stores.posts.add(owner, items)
    return owner, items


async def _finish_upload(stores: Stores, job: Job, owner: Post) -> None:
    assert job.item is not None
    await stores.jobs.finish_upload(job, upload_of(owner, job.item), None)


async def _announce_job(stores: Stores) -> tuple[Post, Job]:
    """A post whose only upload is done, and its leased announce job."""
    owner, _ = await _stored_post(stores)
    (upload,) = await stores.claim()
    await _finish_upload(stores, upload, owner)
    (announce,) = await stores.claim()
    return owner, announce


async def test_a_post_waits_for_its_uploads_before_it_is_announced(stores: Stores) -> None:
    _, items = await _stored_post(stores, files=2)

    claimed = await stores.claim()

    assert [job.step for job in claimed] == [Step.UPLOAD, Step.UPLOAD]
    assert {job.item for job in claimed} == set(items)
    assert {job.attempts for job in claimed} == {1}
    assert await stores.claim() == ()


async def test_no_more_jobs_are_claimed_than_asked_for(stores: Stores) -> None:
    await _stored_post(stores, files=5)

    assert len(await stores.claim(limit=3)) == 3
    assert len(await stores.claim(limit=3)) == 2


async def test_a_guild_with_much_work_does_not_keep_others_waiting(stores: Stores) -> None:
    crowded, _ = await _stored_post(stores, files=8, guild=1)
    first, _ = await _stored_post(stores, guild=2)
    second, _ = await _stored_post(stores, guild=3)

    claimed = await stores.claim(limit=4)

    assert Counter(job.post_id for job in claimed) == {crowded.id: 2, first.id: 1, second.id: 1}


async def test_within_a_guild_the_oldest_work_comes_first(stores: Stores) -> None:
    young, old = post(), post(age=timedelta(hours=1))
    for owner in (young, old):
        await stores.posts.add(owner, [item()])

    (claimed,) = await stores.claim(limit=1)

    assert claimed.post_id == old.id


async def test_two_workers_at_once_share_the_work_and_no_job(stores: Stores, other: Stores) -> None:
    for guild in range(4):
        await _stored_post(stores, files=10, guild=guild)

    taken = await asyncio.gather(
        *(process.claim(f"worker {n}", limit=4) for n, process in enumerate((stores, other) * 5))
    )

    ids = [job.id for claimed in taken for job in claimed]
    assert len(ids) == 40
    assert len(set(ids)) == 40


async def test_a_silent_workers_job_is_taken_over_when_its_lease_ends(stores: Stores) -> None:
    await _stored_post(stores)
    (held,) = await stores.claim("dead")

    assert await stores.claim("heir", at=NOW + LEASE - timedelta(microseconds=1)) == ()
    (taken,) = await stores.claim("heir", at=NOW + LEASE)

    assert taken.id == held.id
    assert (taken.owner, taken.attempts) == ("heir", 2)


async def test_a_renewed_lease_is_not_taken_over(stores: Stores) -> None:
    await _stored_post(stores)
    held = await stores.claim("alive")

    await stores.jobs.extend(held, owner="alive", now=NOW + LEASE / 2, lease=LEASE)

    assert await stores.claim("heir", at=NOW + LEASE) == ()
    assert len(await stores.claim("heir", at=NOW + LEASE * 1.5)) == 1


async def test_renewing_touches_nobody_elses_lease(stores: Stores) -> None:
    await _stored_post(stores)
    held = await stores.claim("dead")

    await stores.jobs.extend(held, owner="alive", now=NOW + LEASE, lease=LEASE)

    assert len(await stores.claim("heir", at=NOW + LEASE)) == 1


async def test_only_the_jobs_named_are_renewed(stores: Stores) -> None:
    await _stored_post(stores, files=2)
    worked_on, forgotten = await stores.claim("alive")

    await stores.jobs.extend([worked_on], owner="alive", now=NOW + LEASE, lease=LEASE)

    (taken,) = await stores.claim("heir", at=NOW + LEASE)
    assert taken.id == forgotten.id


@pytest.mark.parametrize("outcome", ["upload", "retry", "finish", "announce"])
async def test_a_worker_that_lost_its_lease_changes_nothing(stores: Stores, outcome: str) -> None:
    owner, (what,) = await _stored_post(stores)
    (stale,) = await stores.claim("slow")
    (taken,) = await stores.claim("heir", at=NOW + LEASE)
    writes = {
        "upload": stores.jobs.finish_upload(stale, upload_of(owner, what), None),
        "retry": stores.jobs.retry(stale, SourceUnreachable(), at=NOW),
        "finish": stores.jobs.finish(stale, None),
        "announce": stores.jobs.finish_announce(stale, CARD, follow_ups=FollowUps(deliver=True)),
    }
    wanted = writes.pop(outcome)
    for unwanted in writes.values():
        unwanted.close()

    with pytest.raises(StaleWrite):
        await wanted

    assert (await stores.posts.get_card(owner.id, now=NOW)).uploads == ()
    assert (await stores.posts.get_post(owner.id)).card is None
    await _finish_upload(stores, taken, owner)


async def test_the_same_worker_is_fenced_off_from_its_own_earlier_try(stores: Stores) -> None:
    await _stored_post(stores)
    (first,) = await stores.claim("worker")
    await stores.claim("worker", at=NOW + LEASE)

    with pytest.raises(StaleWrite):
        await stores.jobs.finish(first, None)


async def test_the_last_upload_releases_the_answer(stores: Stores) -> None:
    owner, _ = await _stored_post(stores, files=2)
    first, last = await stores.claim()

    await _finish_upload(stores, first, owner)
    assert await stores.claim() == ()
    await _finish_upload(stores, last, owner)
    (announce,) = await stores.claim()

    assert (announce.step, announce.post_id, announce.item) == (Step.ANNOUNCE, owner.id, None)


async def test_a_failed_upload_releases_the_answer_too_and_says_why(stores: Stores) -> None:
    owner, (what,) = await _stored_post(stores)
    (job,) = await stores.claim()

    await stores.jobs.finish_upload(job, None, HostBroken(host=HOST, status=503))
    (announce,) = await stores.claim()
    (failed,) = (await stores.posts.get_card(owner.id, now=NOW)).failures

    assert announce.step is Step.ANNOUNCE
    assert (failed.position, failed.filename) == (what.position, what.filename)
    assert isinstance(failed.error, HostBroken)
    assert (failed.error.host, failed.error.status) == (HOST, 503)


async def test_an_upload_that_waits_for_its_next_try_holds_the_answer_back(stores: Stores) -> None:
    owner, _ = await _stored_post(stores, files=2)
    first, last = await stores.claim()

    await stores.jobs.retry(first, SourceUnreachable(), at=NOW + LEASE)
    await _finish_upload(stores, last, owner)

    assert await stores.claim() == ()


async def test_uploads_that_end_at_the_same_time_never_leave_an_answer_waiting(
    stores: Stores, other: Stores
) -> None:
    owners: dict[PostId, Post] = {}
    for guild in range(12):
        owner, _ = await _stored_post(stores, files=2, guild=guild)
        owners[owner.id] = owner
    jobs = await stores.claim(limit=24)
    by_post: dict[str, list[Job]] = {}
    for job in jobs:
        by_post.setdefault(job.post_id, []).append(job)

    for first, second in by_post.values():
        await asyncio.gather(
            _finish_upload(stores, first, owners[first.post_id]),
            _finish_upload(other, second, owners[second.post_id]),
        )

    assert len(await stores.claim(limit=24)) == 12


async def test_a_retry_waits_until_its_time_and_counts(stores: Stores) -> None:
    await _stored_post(stores)
    (job,) = await stores.claim()

    await stores.jobs.retry(job, SourceUnreachable(status=502), at=NOW + LEASE)

    assert await stores.claim(at=NOW + LEASE - timedelta(seconds=1)) == ()
    (again,) = await stores.claim(at=NOW + LEASE)
    assert (again.id, again.attempts) == (job.id, 2)


async def test_an_announced_post_orders_its_delivery_once(stores: Stores) -> None:
    owner, announce = await _announce_job(stores)

    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(deliver=True))
    with pytest.raises(StaleWrite):
        await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(deliver=True))
    (deliver,) = await stores.claim()

    assert (deliver.step, deliver.post_id) == (Step.DELIVER, owner.id)
    assert (await stores.posts.get_post(owner.id)).card == CARD
    await stores.jobs.finish(deliver, None)
    assert await stores.claim(at=NOW + LEASE * 10) == ()


async def test_an_announced_post_with_nothing_to_deliver_is_done(stores: Stores) -> None:
    _, announce = await _announce_job(stores)

    await stores.jobs.finish_announce(announce, CARD)

    assert await stores.claim(at=NOW + LEASE * 10) == ()


async def test_an_announced_post_that_lacks_thumbs_orders_a_look_at_its_card(
    stores: Stores,
) -> None:
    owner, announce = await _announce_job(stores)
    at = NOW + timedelta(seconds=10)

    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(preview_at=at))

    assert await stores.claim(at=at - timedelta(seconds=1)) == ()
    (look,) = await stores.claim(at=at)
    assert (look.step, look.post_id, look.item) == (Step.PREVIEW, owner.id, None)


async def test_a_job_put_back_without_a_failure_has_none(stores: Stores) -> None:
    await _stored_post(stores)
    (job,) = await stores.claim()
    await stores.jobs.retry(job, SourceUnreachable(status=502), at=NOW)
    (again,) = await stores.claim()

    await stores.jobs.retry(again, None, at=NOW + LEASE)

    query = "SELECT state, attempts, error, error_facts FROM job WHERE step = 'upload'"
    assert await stores.rows(query) == [("ready", 2, None, None)]


async def test_a_failed_announcement_still_delivers_and_names_no_card(stores: Stores) -> None:
    owner, announce = await _announce_job(stores)

    await stores.jobs.finish_announce(
        announce, None, failure=SourceGone(), follow_ups=FollowUps(deliver=True)
    )
    (deliver,) = await stores.claim()

    assert deliver.step is Step.DELIVER
    assert (await stores.posts.get_post(owner.id)).card is None


async def test_an_announcement_that_failed_is_no_failed_file_on_the_card(stores: Stores) -> None:
    owner, announce = await _announce_job(stores)

    await stores.jobs.finish_announce(announce, None, failure=SourceGone())

    assert (await stores.posts.get_card(owner.id, now=NOW)).failures == ()


async def test_released_jobs_are_due_at_once_for_anybody(stores: Stores) -> None:
    await _stored_post(stores, files=2)
    held = await stores.claim("leaving")

    await stores.jobs.release("leaving")
    taken = await stores.claim("heir")

    assert {job.id for job in taken} == {job.id for job in held}


async def test_a_released_try_counts_so_that_the_next_looks_for_what_it_did(
    stores: Stores,
) -> None:
    await _stored_post(stores)
    await stores.claim("leaving")
    await stores.jobs.release("leaving")

    (taken,) = await stores.claim("heir")

    assert taken.attempts == 2


async def test_releasing_leaves_other_workers_leases_alone(stores: Stores) -> None:
    await _stored_post(stores)
    await stores.claim("staying")

    await stores.jobs.release("leaving")

    assert await stores.claim("heir") == ()


async def test_finished_and_given_up_jobs_never_come_back(stores: Stores) -> None:
    owner, _ = await _stored_post(stores, files=2)
    first, second = await stores.claim()
    await _finish_upload(stores, first, owner)
    await stores.jobs.finish_upload(second, None, SourceGone())
    (announce,) = await stores.claim()
    await stores.jobs.finish_announce(announce, CARD)

    assert await stores.claim(at=NOW + timedelta(days=400)) == ()
