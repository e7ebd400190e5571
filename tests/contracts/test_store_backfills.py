"""Backfills in the store: begun, opened, read a part at a time, paused and ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import SqlMembershipStore, SqlPersonStore
from imgoe_bot.domain.backfill import (
    Backfill,
    BackfillState,
    Counts,
    Tally,
    WaitReason,
    gap_in,
)
from imgoe_bot.domain.backfill_requests import BackfillRequest, checked
from imgoe_bot.domain.history import BackfillId, HistoryRange, ParkReason
from imgoe_bot.domain.ids import ChannelId, MessageId, UserId
from imgoe_bot.domain.options import Kind
from imgoe_bot.domain.parking import Parking, subject_of
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.errors import BackfillNotFound, BackfillOverlaps, HostUnreachable, StaleWrite
from imgoe_bot.services.ports.backfill import BackfillPage, FoundPost, Load
from imgoe_bot.services.ports.history import NewPost, Shards
from tests.contracts.stores import (
    BEN,
    GUILD,
    LEASE,
    NOW,
    Stores,
    fresh_number,
    item,
    post,
    upload_of,
)

CHANNEL = ChannelId(1_300_000_000_000_000_000)
ASKED = MessageId(1_700_000_000_000_000_000)
REQUEST = BackfillRequest(place_id=CHANNEL, asked=ASKED)
ANYWHERE = Shards()


def _built(others: Sequence[Backfill] = (), request: BackfillRequest = REQUEST) -> Backfill:
    return checked(request, guild_id=GUILD, asked_by=BEN, now=NOW, others=others)


async def _begun(stores: Stores, request: BackfillRequest = REQUEST) -> Backfill:
    return await stores.backfills.add(GUILD, lambda others: _built(others, request))


async def _opened(
    stores: Stores,
    request: BackfillRequest = REQUEST,
    *,
    channels: Sequence[ChannelId] = (CHANNEL,),
) -> Backfill:
    backfill = await _begun(stores, request)
    gaps = [gap for each in channels if (gap := gap_in(backfill, each)) is not None]
    await stores.backfills.open(backfill.id, gaps, at=NOW)
    return await _get(stores, backfill.id)


async def _get(stores: Stores, backfill_id: BackfillId) -> Backfill:
    found = await stores.backfills.find(backfill_id)
    assert found is not None
    return found


async def _claimed(stores: Stores, owner: str = "reader") -> HistoryRange:
    range_ = await stores.backfills.claim(owner=owner, now=NOW + LEASE, shards=ANYWHERE)
    assert range_ is not None
    return range_


def _found(backfill: Backfill, *, files: int = 1, message_id: int | None = None) -> FoundPost:
    of_backfill = replace(
        post(), backfill_id=backfill.id, message_id=MessageId(message_id or fresh_number())
    )
    items = tuple(item(position) for position in range(files))
    return FoundPost(NewPost(of_backfill, items), (Tally(BEN, Kind.IMAGE, files, 100 * files),))


def _page(range_: HistoryRange, *found: FoundPost, ended: bool = False) -> BackfillPage:
    after = MessageId(range_.gap.after + 50)
    return BackfillPage(found, messages=50, after=after, ended=ended, at=NOW + timedelta(seconds=3))


async def test_what_is_asked_for_is_stored_as_it_was_checked(stores: Stores) -> None:
    request = replace(
        REQUEST,
        parent_ids=(ChannelId(5), ChannelId(6)),
        kinds=frozenset({Kind.VIDEO}),
        dry_run=True,
        expected=12,
        locale="de",
    )

    backfill = await _begun(stores, request)

    assert backfill == replace(_built(request=request), id=backfill.id)
    assert await stores.backfills.unfinished() == (backfill,)
    assert await stores.backfills.of_guild(GUILD, most=5) == (backfill,)


async def test_the_same_messages_are_not_read_for_two_at_once(stores: Stores) -> None:
    first = await _begun(stores)

    with pytest.raises(BackfillOverlaps) as refused:
        await _begun(stores)

    assert refused.value.backfill == first.id
    assert await stores.backfills.unfinished() == (first,)


async def test_its_ranges_are_opened_once(stores: Stores) -> None:
    channels = (CHANNEL, ChannelId(CHANNEL + 1))
    backfill = await _opened(stores, channels=channels)

    await stores.backfills.open(backfill.id, [], at=NOW)

    assert backfill.state is BackfillState.READING
    assert (backfill.channels, backfill.unread) == (2, 2.0)
    assert await _get(stores, backfill.id) == backfill
    assert await stores.rows("SELECT count(*) FROM history_range") == [(2,)]


async def test_a_part_of_a_range_is_stored_with_its_posts_and_sums(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)

    left = await stores.backfills.store_page(range_, _page(range_, _found(backfill, files=2)))

    assert left is not None
    assert left.gap.after == range_.gap.after + 50
    now = await _get(stores, backfill.id)
    assert now.counts == Counts(messages=50, found=2, size_bytes=200)
    assert now.active == timedelta(seconds=3)
    assert await stores.backfills.tallies(backfill.id) == (Tally(BEN, Kind.IMAGE, 2, 200),)
    jobs = await stores.rows("SELECT step FROM job ORDER BY id")
    assert jobs == [("upload",), ("upload",), ("announce",)]


async def test_how_much_is_left_follows_from_how_far_it_was_read(stores: Stores) -> None:
    request = replace(REQUEST, after=MessageId(CHANNEL + 100), before=MessageId(CHANNEL + 200))
    backfill = await _opened(stores, request, channels=(CHANNEL,))
    range_ = await _claimed(stores)

    await stores.backfills.store_page(range_, _page(range_))

    assert (await _get(stores, backfill.id)).unread == 0.5


async def test_a_message_that_has_a_post_gets_no_second_one(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    known = _found(backfill)
    await stores.posts.add(replace(known.new.post, backfill_id=None), known.new.items)

    await stores.backfills.store_page(range_, _page(range_, known))

    assert (await _get(stores, backfill.id)).counts == Counts(messages=50)
    assert await stores.rows("SELECT count(*), count(backfill_id) FROM post") == [(1, 0)]


async def test_what_a_known_post_lacks_is_added_as_the_backfills(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    found = _found(backfill, files=2)
    await stores.posts.add(replace(found.new.post, backfill_id=None), found.new.items[:1])

    await stores.backfills.store_page(range_, _page(range_, found))

    assert await stores.rows("SELECT count(*), count(backfill_id) FROM post") == [(1, 1)]
    assert await stores.rows("SELECT count(*) FROM job WHERE step = 'upload'") == [(2,)]


async def test_a_dry_run_counts_what_is_new_and_keeps_nothing(stores: Stores) -> None:
    backfill = await _opened(stores, replace(REQUEST, dry_run=True))
    range_ = await _claimed(stores)
    known, new = _found(backfill), _found(backfill)
    await stores.posts.add(replace(known.new.post, backfill_id=None), known.new.items)

    await stores.backfills.store_page(range_, _page(range_, known, new))

    assert (await _get(stores, backfill.id)).counts == Counts(messages=50, found=1, size_bytes=100)
    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]


async def test_a_page_that_is_read_again_after_a_kill_changes_nothing(
    stores: Stores, other: Stores
) -> None:
    backfill = await _opened(stores)
    killed = await _claimed(stores)
    page = _page(killed, _found(backfill))
    taken_over = await _claimed(other, "another")
    await other.backfills.store_page(taken_over, page)

    with pytest.raises(StaleWrite):
        await stores.backfills.store_page(killed, page)

    assert (await _get(stores, backfill.id)).counts == Counts(messages=50, found=1, size_bytes=100)


@pytest.mark.parametrize("waits", [WaitReason.PAUSED, WaitReason.QUOTA])
async def test_nothing_is_read_for_one_that_waits(stores: Stores, waits: WaitReason) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)

    changed = await stores.backfills.change(backfill.id, lambda it: replace(it, waits=waits))

    assert changed == await _get(stores, backfill.id)
    assert changed.waits is waits
    assert await stores.backfills.claim(owner="reader", now=NOW, shards=ANYWHERE) is None
    with pytest.raises(StaleWrite):
        await stores.backfills.store_page(range_, _page(range_))


async def test_a_cancelled_one_loses_its_ranges_and_keeps_its_posts(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    await stores.backfills.store_page(range_, _page(range_, _found(backfill)))

    await stores.backfills.change(
        backfill.id, lambda it: replace(it, state=BackfillState.CANCELLED, ended_at=NOW)
    )

    assert await stores.rows("SELECT count(*) FROM history_range") == [(0,)]
    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]
    assert await stores.backfills.unfinished() == ()
    cancelled = await _get(stores, backfill.id)
    assert cancelled.state is BackfillState.CANCELLED
    assert 0 < cancelled.unread < 1


async def test_one_that_has_read_enough_waits_to_be_resumed(stores: Stores) -> None:
    backfill = await _opened(stores)
    await stores.backfills.change(backfill.id, lambda it: replace(it, read_to=50))
    range_ = await _claimed(stores)

    await stores.backfills.store_page(range_, _page(range_))

    assert (await _get(stores, backfill.id)).waits is WaitReason.LARGE


async def test_a_range_that_cannot_be_read_is_tried_again_later(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)

    later = NOW + timedelta(minutes=5)
    await stores.backfills.put_off(range_, until=later, waits_for=ParkReason.ACCESS)

    assert (await _get(stores, backfill.id)).waits is WaitReason.ACCESS
    assert await stores.backfills.claim(owner="reader", now=NOW, shards=ANYWHERE) is None
    again = await stores.backfills.claim(owner="reader", now=later, shards=ANYWHERE)
    assert again is not None
    assert (await _get(stores, backfill.id)).waits is None


async def test_tries_that_failed_are_counted(stores: Stores) -> None:
    await _opened(stores)

    await stores.backfills.put_off(await _claimed(stores), until=NOW, waits_for=None)

    assert (await _claimed(stores)).attempts == 1


async def test_a_reader_takes_the_servers_of_its_shards(stores: Stores) -> None:
    await _opened(stores)
    mine = (GUILD >> 22) % 2

    for shard, is_mine in ((mine, True), (1 - mine, False)):
        shards = Shards(2, frozenset({shard}))
        found = await stores.backfills.claim(owner="reader", now=NOW, shards=shards)
        assert (found is not None) is is_mine


async def test_one_is_done_once_nothing_is_left_to_read_or_to_do(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    found = _found(backfill, files=2)
    await stores.backfills.store_page(range_, _page(range_, found, ended=True))
    await stores.backfills.finish(now=NOW)
    assert (await _get(stores, backfill.id)).state is BackfillState.READING

    await _work_off(stores, found)
    await stores.backfills.finish(now=NOW)

    done = await _get(stores, backfill.id)
    assert (done.state, done.ended_at) == (BackfillState.DONE, NOW)
    assert (done.counts.kept, done.counts.failed) == (1, 1)
    assert await stores.rows("SELECT count(*) FROM job WHERE step = 'deliver'") == [(0,)]


async def _work_off(stores: Stores, found: FoundPost) -> None:
    """Keep the first file of a post, and let the others fail; then answer it silently."""
    for job in await stores.claim():
        assert job.item is not None
        is_first = job.item.position == 0
        upload = upload_of(found.new.post, job.item) if is_first else None
        failure = None if is_first else BackfillNotFound(backfill=1)
        await stores.jobs.finish_upload(job, upload, failure)
    for job in await stores.claim():
        await stores.jobs.finish_announce(job, None)


async def test_one_summary_a_person_is_ordered_at_the_end(stores: Stores) -> None:
    backfill = await _opened(stores, replace(REQUEST, summary=True))
    for ended in (False, True):
        range_ = await _claimed(stores)
        found = _found(backfill)
        await stores.backfills.store_page(range_, _page(range_, found, ended=ended))
        await _work_off(stores, found)

    await stores.backfills.finish(now=NOW)
    await stores.backfills.finish(now=NOW)

    assert await stores.rows("SELECT count(*) FROM job WHERE step = 'deliver'") == [(1,)]
    assert await stores.backfills.kept_of(backfill.id, BEN) == 2
    assert await stores.backfills.kept_of(backfill.id, UserId(5)) == 0


async def test_what_is_under_way_is_told_apart(stores: Stores) -> None:
    backfill = await _opened(stores)
    assert await stores.backfills.load(GUILD) == Load(0, 0, host_fails=False, live_due=False)
    range_ = await _claimed(stores)
    await stores.backfills.store_page(range_, _page(range_, _found(backfill, files=2)))
    assert await stores.backfills.load(GUILD) == Load(2, 0, host_fails=False, live_due=False)

    await stores.posts.add(post(), [item()])

    assert await stores.backfills.load(GUILD) == Load(2, 0, host_fails=False, live_due=True)


async def test_where_progress_is_shown_is_remembered(stores: Stores) -> None:
    backfill = await _begun(stores)
    message = MessageLocation(CHANNEL, MessageId(5))
    assert await stores.backfills.shown() == ()

    shown = await stores.backfills.change(backfill.id, lambda it: replace(it, message=message))

    assert await stores.backfills.shown() == (shown,)
    assert shown.message == message


async def test_a_change_of_none_is_refused(stores: Stores) -> None:
    with pytest.raises(BackfillNotFound):
        await stores.backfills.change(BackfillId(7), lambda it: it)


async def test_backfills_go_with_their_server(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    await stores.backfills.store_page(range_, _page(range_, _found(backfill)))
    memberships = SqlMembershipStore(stores.database)
    await memberships.note_gone([GUILD], at=NOW)

    await memberships.forget_gone(before=NOW + timedelta(days=1))

    for table in ("backfill", "backfill_tally", "history_range", "post"):
        assert await stores.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608


async def test_an_erased_person_is_named_by_no_backfill(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    await stores.backfills.store_page(range_, _page(range_, _found(backfill)))
    people = SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims)
    assert (await people.traces(BEN))["found_by_backfills"]

    await people.order_erasure(BEN, at=NOW)

    assert (await _get(stores, backfill.id)).asked_by == 0
    assert await stores.backfills.tallies(backfill.id) == ()
    assert not (await people.traces(BEN))["backfills"]


async def test_of_many_files_of_a_message_few_are_begun_at_once(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    found = _found(backfill, files=5)
    await stores.backfills.store_page(range_, _page(range_, found, ended=True))
    assert await stores.backfills.load(GUILD) == Load(2, 3, host_fails=False, live_due=False)

    for left in (1, 0):
        await _keep_all(stores, found)
        assert await stores.rows("SELECT count(*) FROM job WHERE state = 'leased'") == [(0,)]
        await stores.backfills.let_go(2)
        load = await stores.backfills.load(GUILD)
        assert load.held_files == left
    await _keep_all(stores, found)

    announced = await stores.rows("SELECT state FROM job WHERE step = 'announce'")
    assert announced == [("ready",)]


async def _keep_all(stores: Stores, found: FoundPost) -> None:
    """Keep every file that is due."""
    for job in await stores.claim():
        assert job.item is not None
        await stores.jobs.finish_upload(job, upload_of(found.new.post, job.item), None)


async def test_a_cancelled_one_finishes_the_messages_it_began(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    await stores.backfills.store_page(range_, _page(range_, _found(backfill, files=5)))

    await stores.backfills.change(
        backfill.id, lambda it: replace(it, state=BackfillState.CANCELLED, ended_at=NOW)
    )

    assert await stores.rows("SELECT count(*) FROM job WHERE step='upload' AND state='ready'") == [
        (5,)
    ]


async def test_files_that_fail_for_their_host_are_told_and_count_as_open_no_more(
    stores: Stores,
) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    await stores.backfills.store_page(range_, _page(range_, _found(backfill)))
    for job in await stores.claim():
        failure = HostUnreachable(host="https://host.example")
        await stores.jobs.retry(job, failure, at=NOW + LEASE, since=NOW)

    assert await stores.backfills.load(GUILD) == Load(0, 0, host_fails=True, live_due=False)


async def test_files_that_wait_for_their_host_are_still_to_be_done(stores: Stores) -> None:
    backfill = await _opened(stores)
    range_ = await _claimed(stores)
    found = _found(backfill, files=2)
    await stores.backfills.store_page(range_, _page(range_, found, ended=True))
    (job,) = await stores.claim(limit=1)
    failure = HostUnreachable(host="https://host.example")
    subject = subject_of(failure, job)
    assert subject is not None
    parking = Parking(subject, failure, NOW, NOW + LEASE)
    await stores.jobs.park(job, parking, until=NOW + timedelta(days=7))
    assert await stores.claim() == ()

    await stores.backfills.finish(now=NOW)

    assert await stores.backfills.load(GUILD) == Load(1, 0, host_fails=True, live_due=False)
    assert (await _get(stores, backfill.id)).state is BackfillState.READING


@pytest.mark.parametrize("number", [2**31, 2**53])
async def test_a_number_that_no_backfill_has_ever_had_is_just_not_found(
    stores: Stores, number: int
) -> None:
    await _begun(stores)

    assert await stores.backfills.find(BackfillId(number)) is None
    with pytest.raises(BackfillNotFound):
        await stores.backfills.change(BackfillId(number), lambda backfill: backfill)


async def test_one_that_has_read_enough_with_its_last_page_waits_for_nobody(stores: Stores) -> None:
    backfill = await _opened(stores)
    await stores.backfills.change(backfill.id, lambda it: replace(it, read_to=50))
    range_ = await _claimed(stores)

    await stores.backfills.store_page(range_, _page(range_, ended=True))
    read = await _get(stores, backfill.id)
    assert (read.waits, read.unread) == (None, 0.0)


async def test_one_that_has_read_enough_at_a_channels_end_waits_where_there_are_more(
    stores: Stores,
) -> None:
    backfill = await _opened(stores, channels=(CHANNEL, ChannelId(CHANNEL + 1)))
    await stores.backfills.change(backfill.id, lambda it: replace(it, read_to=50))
    range_ = await _claimed(stores)

    await stores.backfills.store_page(range_, _page(range_, ended=True))

    assert (await _get(stores, backfill.id)).waits is WaitReason.LARGE
