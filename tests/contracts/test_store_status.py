"""What is told of the work for one server, and where its copies are, on every engine."""

from dataclasses import replace
from datetime import timedelta

from imgoe_bot.adapters.store import SqlCopyStore, SqlStatusStore
from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.status import Health, PostJobs, Queue
from imgoe_bot.errors import EmptyMedia, HostBroken, QuotaReached
from tests.contracts.stores import (
    BEN,
    CARD,
    GUILD,
    HOST,
    NOW,
    Stores,
    add_uploaded,
    item,
    post,
    slash_post,
    upload_of,
)

ELSEWHERE = GuildId(6)


async def test_a_queue_counts_one_servers_jobs_and_names_the_oldest(stores: Stores) -> None:
    status = SqlStatusStore(stores.database)
    await stores.posts.add(post(age=timedelta(hours=1)), [item(), item(1)])
    await stores.posts.add(post(guild_id=ELSEWHERE, age=timedelta(hours=2)), [item()])

    assert await status.queue(GUILD) == Queue(ready=3, oldest_at=NOW - timedelta(hours=1))
    assert await status.queue(GuildId(7)) == Queue()


async def test_a_look_at_a_card_is_no_work_that_anybody_waits_for(stores: Stores) -> None:
    owner = replace(slash_post(), guild_id=ELSEWHERE)
    await add_uploaded(stores, owner, upload_of(owner, item()))

    await stores.posts.set_card(owner.id, CARD, preview_at=NOW + timedelta(seconds=10))

    queue = await SqlStatusStore(stores.database).queue(ELSEWHERE)
    assert queue == Queue(ready=1, oldest_at=owner.created_at)


async def test_a_failure_is_told_until_something_is_kept_again(stores: Stores) -> None:
    status = SqlStatusStore(stores.database)
    broken = FailedItem(0, "cat.png", HostBroken(host=HOST, status=500))
    await stores.posts.add(post(age=timedelta(hours=1)), [], [broken])

    before = await status.health(GUILD)
    kept = slash_post()
    await add_uploaded(stores, kept, upload_of(kept, item()))
    after = await status.health(GUILD)

    assert isinstance(before.failure, HostBroken)
    assert before.kept_at is None
    assert after == Health(kept_at=NOW)
    assert await status.health(ELSEWHERE) == Health()


async def test_the_work_on_a_post_tells_what_is_left_and_what_failed(stores: Stores) -> None:
    status = SqlStatusStore(stores.database)
    mine = post()
    failed = FailedItem(1, item(1).filename, EmptyMedia(filename=item(1).filename))
    await stores.posts.add(mine, [item()], [failed])
    first = await status.jobs_of(mine.id)

    (job,) = await stores.claim()
    await stores.jobs.retry(job, HostBroken(host=HOST), at=NOW)
    again = await status.jobs_of(mine.id)

    assert (first.pending, len(first.failures), first.answer) == (1, 1, None)
    assert (again.pending, len(again.failures)) == (1, 2)
    assert await status.jobs_of(post().id) == PostJobs()


async def test_closed_direct_messages_are_told(stores: Stores) -> None:
    status = SqlStatusStore(stores.database)

    before = await status.dms_closed_until(BEN)
    await stores.posts.note_dms(BEN, closed_until=NOW)

    assert before is None
    assert await status.dms_closed_until(BEN) == NOW


async def test_several_uploads_are_stored_with_what_was_left_out(stores: Stores) -> None:
    owner = slash_post()
    uploads = [upload_of(owner, item(n), sha256=f"{n:064x}") for n in (0, 2)]
    left = [
        FailedItem(1, "1.png", EmptyMedia(filename="1.png")),
        FailedItem(3, "3.png", QuotaReached(whose="guild", limit=5, unit="files")),
    ]

    await add_uploaded(stores, owner, *uploads, left_out=left)

    card = await stores.posts.get_card(owner.id, now=NOW)
    assert card.uploads == tuple(uploads)
    assert [(f.position, str(f.error)) for f in card.failures] == [
        (f.position, str(f.error)) for f in left
    ]


async def test_copies_are_found_by_what_they_are_of_in_their_own_server(stores: Stores) -> None:
    copies = SqlCopyStore(stores.database, vault=stores.vault)
    owner, what = slash_post(), item()
    waiting = upload_of(owner, what)
    waiting = replace(waiting, stored=replace(waiting.stored, approved=False))
    gone = upload_of(owner, item(1))
    await add_uploaded(stores, owner, waiting, gone)
    await stores.posts.mark_deleted(gone.id, by=None, at=NOW)

    ids = [what.attachment_id, gone.attachment_id]

    assert await copies.find(GUILD, ids) == (waiting,)
    assert await copies.find(ELSEWHERE, ids) == ()
