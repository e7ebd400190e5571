"""Looks whether a host has approved an upload, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

from imgoe_bot.adapters.store import SqlPersonStore, SqlStatusStore
from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import FIRST_REVIEW_AFTER, Item, Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.status import Health, Queue
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import AwaitsApproval, SourceGone
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

DUE = NOW + FIRST_REVIEW_AFTER
WAITS = AwaitsApproval(host=HOST)


def _waiting(owner: Post, what: Item) -> Upload:
    """Return an upload as a moderating host answers it."""
    upload = upload_of(owner, what)
    page = upload.stored.viewer_url
    return replace(upload, stored=replace(upload.stored, approved=False, url=page, thumb_url=None))


async def _looks(stores: Stores, *, at: timedelta = FIRST_REVIEW_AFTER) -> list[Job]:
    """Claim what is due some time after ``NOW``, and return the looks among it."""
    claimed = await stores.claim(at=NOW + at)
    return [job for job in claimed if job.step is Step.REVIEW]


async def _announced(stores: Stores, *, failure: SourceGone | None = None) -> Upload:
    """A mirrored picture that waits at its host, and whose answer is dealt with."""
    owner, what = post(), item(2, filename="cat.png", spoiler=True)
    await stores.posts.add(owner, [what])
    (job,) = await stores.claim()
    upload = _waiting(owner, what)
    await stores.jobs.finish_upload(job, upload, None)
    (announce,) = await stores.claim(at=DUE)
    card = None if failure else CARD
    await stores.jobs.finish_announce(announce, card, failure=failure)
    return upload


async def test_a_mirrored_picture_that_waits_is_looked_for_once_its_card_stands(
    stores: Stores,
) -> None:
    upload = await _announced(stores)

    assert await _looks(stores, at=FIRST_REVIEW_AFTER - timedelta(microseconds=1)) == []
    (look,) = await _looks(stores)

    assert (look.post_id, look.attempts) == (upload.post_id, 1)
    assert look.item == Item(upload.attachment_id, 2, "cat.png", spoiler=True)
    assert (await stores.posts.get_post(upload.post_id)).card == CARD


async def test_a_picture_whose_card_could_not_be_posted_is_looked_for_too(stores: Stores) -> None:
    await _announced(stores, failure=SourceGone())

    assert len(await _looks(stores)) == 1


async def test_of_what_was_handed_over_only_what_waits_is_looked_for(stores: Stores) -> None:
    owner, items = slash_post(), [item(n) for n in range(4)]
    uploads = (
        _waiting(owner, items[0]),
        upload_of(owner, items[1]),
        replace(_waiting(owner, items[2]), deleted_at=NOW),
        replace(_waiting(owner, items[3]), created_at=NOW + timedelta(minutes=5)),
    )

    await add_uploaded(stores, owner, *uploads)

    assert await _looks(stores) == []
    looks = await _looks(stores, at=timedelta(minutes=5) + FIRST_REVIEW_AFTER)
    assert [look.item.position for look in looks if look.item] == [0, 3]


async def test_the_same_thing_twice_in_a_message_is_looked_for_once(stores: Stores) -> None:
    owner, what = slash_post(), item()

    await add_uploaded(
        stores, owner, _waiting(owner, what), _waiting(owner, replace(what, position=1))
    )

    assert len(await _looks(stores)) == 1


async def test_a_typed_address_has_no_attachment_and_is_looked_for_all_the_same(
    stores: Stores,
) -> None:
    owner, typed = slash_post(), Item(AttachmentId(0), 0, "sea.png")

    await add_uploaded(stores, owner, _waiting(owner, typed))

    assert [look.item for look in await _looks(stores)] == [typed]


async def test_what_the_host_shows_by_now_is_stored_with_its_addresses(stores: Stores) -> None:
    upload = await _announced(stores)
    shown = replace(upload_of(slash_post(), item()).stored, viewer_url="https://other.example")

    for _ in range(2):
        await stores.posts.mark_published(upload.id, shown)

    stored = replace(upload.stored, approved=True, url=shown.url, thumb_url=shown.thumb_url)
    assert await stores.posts.get_upload(upload.id) == replace(upload, stored=stored)


async def test_waiting_for_a_host_is_no_backlog_and_no_failure(stores: Stores) -> None:
    status = SqlStatusStore(stores.database)
    upload = await _announced(stores)

    waiting = await status.queue(GUILD)
    (look,) = await _looks(stores)
    leased = await status.queue(GUILD)
    await stores.jobs.finish(look, WAITS)

    assert waiting == leased == await status.queue(GUILD) == Queue()
    assert await status.health(GUILD) == Health(kept_at=NOW)
    assert (await stores.posts.get_card(upload.post_id, now=NOW)).failures == ()


async def test_who_is_forgotten_is_looked_for_no_more(stores: Stores) -> None:
    people = SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims)
    await _announced(stores)

    await people.order_erasure(BEN, at=NOW)

    assert [job.step for job in await stores.claim(at=DUE)] == [Step.ERASE]


async def test_an_erasure_waits_for_a_look_under_way_and_takes_it_along(stores: Stores) -> None:
    people = SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims)
    await _announced(stores)
    (look,) = await _looks(stores)
    await people.order_erasure(BEN, at=DUE)
    (erase,) = await stores.claim(at=DUE)
    assert await people.is_worked_on(erase, now=DUE)

    await stores.jobs.retry(look, WAITS, at=DUE)
    assert await people.erase(erase, now=DUE, with_links=True)

    assert await stores.rows("SELECT id FROM job") == []
