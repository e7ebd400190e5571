"""Posts and uploads, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imgoe_bot.domain.ids import GuildId, MessageId, PostId, UploadId, UserId
from imgoe_bot.domain.job import Step
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import ConfigError, InternalError, SourceGone, StaleWrite, UploadNotFound
from tests.contracts.stores import (
    BEN,
    CARD,
    HOST,
    LINK,
    NOW,
    Stores,
    add_uploaded,
    fresh_number,
    item,
    post,
    slash_post,
    upload_of,
)

POSTGRES = pytest.mark.service("postgres")


async def _uploaded(stores: Stores, owner: Post | None = None) -> Upload:
    owner = owner or slash_post()
    upload = upload_of(owner, item())
    await add_uploaded(stores, owner, upload)
    return upload


@pytest.mark.parametrize("server", [pytest.param("postgres", marks=POSTGRES)], indirect=True)
async def test_a_value_that_can_not_be_stored_is_waited_for_by_nobody(stores: Stores) -> None:
    """SQLite takes it; who outlasts an outage would try for ever."""
    with pytest.raises(InternalError):
        await stores.posts.add(post(), [item(filename="a\0b.png")])


async def test_what_is_stored_of_a_post_comes_back_whole(stores: Stores) -> None:
    owner = replace(post(), nsfw=True, layout=Layout.GALLERY, thumbs_attached=True)

    await stores.posts.add(owner, [item()])

    assert await stores.posts.get_post(owner.id) == owner


async def test_what_is_stored_of_an_upload_comes_back_whole(stores: Stores) -> None:
    owner = slash_post()
    whole = upload_of(owner, item(3, filename="Ünï 🐈.png", spoiler=True))
    whole = replace(whole, stored=replace(whole.stored, duration_s=65, expires_at=NOW))

    await add_uploaded(stores, owner, whole)

    assert await stores.posts.get_upload(whole.id) == whole


async def test_a_message_seen_twice_is_one_post(stores: Stores) -> None:
    first = post()
    again = replace(first, id=PostId("f" * 16))

    assert await stores.posts.add(first, [item()])
    assert not await stores.posts.add(again, [item()])

    assert len(await stores.claim()) == 1
    with pytest.raises(UploadNotFound):
        await stores.posts.get_post(again.id)


async def test_a_message_seen_at_once_by_two_processes_is_one_post(
    stores: Stores, other: Stores
) -> None:
    first = post()
    copies = [replace(first, id=PostId(f"{n:016x}")) for n in range(8)]

    added = await asyncio.gather(
        *(
            process.posts.add(copy, [item()])
            for process, copy in zip((stores, other) * 4, copies, strict=True)
        )
    )

    assert sum(added) == 1
    assert len(await stores.claim()) == 1


async def test_commands_have_no_message_and_are_never_the_same_post(stores: Stores) -> None:
    assert (await _uploaded(stores)).id != (await _uploaded(stores)).id

    assert [job.step for job in await stores.claim()] == [Step.DELIVER, Step.DELIVER]


async def test_a_card_shows_uploads_in_the_order_of_their_attachments(stores: Stores) -> None:
    owner, items = post(), [item(0), item(1), item(2)]
    await stores.posts.add(owner, items)
    for job in reversed(await stores.claim()):
        assert job.item is not None
        await stores.jobs.finish_upload(job, upload_of(owner, job.item), None)

    card = await stores.posts.get_card(owner.id, now=NOW)

    assert [upload.position for upload in card.uploads] == [0, 1, 2]
    assert card.post == owner


async def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(UploadNotFound):
        await stores.posts.get_post(PostId("none"))
    with pytest.raises(UploadNotFound):
        await stores.posts.get_card(PostId("none"), now=NOW)
    with pytest.raises(UploadNotFound):
        await stores.posts.get_upload(UploadId("none"))


async def test_the_card_of_a_command_is_noted(stores: Stores) -> None:
    upload = await _uploaded(stores)

    await stores.posts.set_card(upload.post_id, CARD)

    assert (await stores.posts.get_post(upload.post_id)).card == CARD


async def _looks(stores: Stores) -> list[tuple[object, ...]]:
    return await stores.rows(
        "SELECT state, attempts, owner, run_at FROM job WHERE step = 'preview'"
    )


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


async def test_a_look_at_a_card_is_ordered_with_it(stores: Stores) -> None:
    upload = await _uploaded(stores)

    await stores.posts.set_card(upload.post_id, CARD)
    assert await _looks(stores) == []
    await stores.posts.set_card(upload.post_id, CARD, preview_at=NOW)

    assert await _looks(stores) == [("ready", 0, None, _micros(NOW))]


async def test_a_look_at_the_card_of_no_post_is_not_ordered(stores: Stores) -> None:
    await stores.posts.set_card(PostId("none"), CARD, preview_at=NOW)

    assert await _looks(stores) == []


async def test_a_new_card_has_no_thumbs_of_its_own_and_is_looked_at_from_the_beginning(
    stores: Stores,
) -> None:
    upload, later = await _uploaded(stores), NOW + timedelta(minutes=1)
    await stores.posts.set_card(upload.post_id, CARD, preview_at=NOW)
    await stores.posts.note_thumbs_attached(upload.post_id)
    assert (await stores.posts.get_post(upload.post_id)).thumbs_attached
    under_way = next(job for job in await stores.claim() if job.step is Step.PREVIEW)

    below = replace(CARD, message_id=MessageId(fresh_number()))
    await stores.posts.set_card(upload.post_id, below, preview_at=later)

    assert not (await stores.posts.get_post(upload.post_id)).thumbs_attached
    assert await _looks(stores) == [("ready", 0, None, _micros(later))]
    with pytest.raises(StaleWrite):
        await stores.jobs.finish(under_way, None)


async def test_two_processes_may_order_a_look_at_the_same_card_at_once(
    stores: Stores, other: Stores
) -> None:
    owner = slash_post()
    await _uploaded(stores, owner)

    await asyncio.gather(
        *(process.posts.order_preview(owner, at=NOW) for process in (stores, other) * 4)
    )

    assert await _looks(stores) == [("ready", 0, None, _micros(NOW))]


async def test_a_deleted_copy_forgets_its_link_and_keeps_its_first_deletion(
    stores: Stores,
) -> None:
    upload = await _uploaded(stores)

    await stores.posts.mark_deleted(upload.id, by=BEN, at=NOW)
    await stores.posts.mark_deleted(upload.id, by=None, at=NOW + timedelta(days=1))

    found = await stores.posts.get_upload(upload.id)
    assert (found.deleted_at, found.stored.delete_link) == (NOW, None)
    assert await stores.rows("SELECT deleted_by, delete_link_sealed FROM upload") == [(BEN, None)]


async def test_a_known_copy_is_found_by_its_bytes(stores: Stores) -> None:
    first = await _uploaded(stores)
    await _uploaded(stores, replace(slash_post(), created_at=NOW + timedelta(days=1)))

    found = await stores.posts.find_copy(first.guild_id, HOST, first.sha256)

    assert found is not None
    assert found.sha256 == first.sha256


@pytest.mark.parametrize("differs", ["guild", "host", "bytes", "deleted"])
async def test_no_copy_is_found_that_is_not_the_guilds_own_and_alive(
    stores: Stores, differs: str
) -> None:
    upload = await _uploaded(stores)
    if differs == "deleted":
        await stores.posts.mark_deleted(upload.id, by=None, at=NOW)

    found = await stores.posts.find_copy(
        GuildId(5) if differs == "guild" else upload.guild_id,
        "https://other.example" if differs == "host" else HOST,
        "cd" * 32 if differs == "bytes" else upload.sha256,
    )

    assert found is None


async def test_an_unanswered_post_is_withdrawn_once(stores: Stores) -> None:
    owner = post()
    await stores.posts.add(owner, [item()])
    assert owner.message_id is not None

    await stores.posts.withdraw([owner.message_id], at=NOW)
    await stores.posts.withdraw([owner.message_id], at=NOW + timedelta(days=1))

    assert (await stores.posts.get_post(owner.id)).withdrawn_at == NOW


async def test_an_answered_post_is_not_withdrawn(stores: Stores) -> None:
    owner = post()
    await stores.posts.add(owner, [item()])
    assert owner.message_id is not None
    await stores.posts.set_card(owner.id, CARD)

    await stores.posts.withdraw([owner.message_id], at=NOW)

    assert (await stores.posts.get_post(owner.id)).withdrawn_at is None


async def test_withdrawing_no_message_changes_nothing(stores: Stores) -> None:
    owner = post()
    await stores.posts.add(owner, [item()])

    await stores.posts.withdraw([], at=NOW)

    assert (await stores.posts.get_post(owner.id)).withdrawn_at is None


async def test_closed_direct_messages_are_remembered_until_their_time(stores: Stores) -> None:
    upload = await _uploaded(stores)
    until = NOW + timedelta(days=1)

    await stores.posts.note_dms(BEN, closed_until=until)

    assert (await stores.posts.get_card(upload.post_id, now=NOW)).dms_closed
    assert not (await stores.posts.get_card(upload.post_id, now=until)).dms_closed


async def test_opened_direct_messages_are_forgotten(stores: Stores) -> None:
    upload = await _uploaded(stores)
    await stores.posts.note_dms(BEN, closed_until=NOW + timedelta(days=1))

    await stores.posts.note_dms(BEN, closed_until=None)

    assert not (await stores.posts.get_card(upload.post_id, now=NOW)).dms_closed


async def test_two_workers_may_note_the_same_person_at_once(stores: Stores, other: Stores) -> None:
    until = NOW + timedelta(days=1)

    await asyncio.gather(
        *(process.posts.note_dms(UserId(9), closed_until=until) for process in (stores, other) * 8)
    )

    assert await stores.rows("SELECT count(*) FROM person") == [(1,)]


async def test_a_delete_link_rests_sealed(stores: Stores) -> None:
    upload = await _uploaded(stores)

    ((sealed,),) = await stores.rows("SELECT delete_link_sealed FROM upload")

    assert isinstance(sealed, bytes)
    assert b"delete" not in sealed
    assert LINK not in str(await stores.rows("SELECT * FROM upload"))
    link = (await stores.posts.get_upload(upload.id)).stored.delete_link
    assert link is not None
    assert link.value == LINK


async def test_a_sealed_link_copied_to_another_row_does_not_open(stores: Stores) -> None:
    mine, foreign = await _uploaded(stores), await _uploaded(stores)

    await stores.run(
        "UPDATE upload SET delete_link_sealed = "
        "(SELECT delete_link_sealed FROM upload WHERE id = :foreign) WHERE id = :mine",
        foreign=foreign.id,
        mine=mine.id,
    )

    with pytest.raises(ConfigError, match="IMGOE_SECRET_KEY"):
        await stores.posts.get_upload(mine.id)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("DroppedInVersion9", "{}"),
        ("HostBroken", '{"colour": "red"}'),
        ("json", None),
        ("ClassVar", None),
    ],
)
async def test_an_error_stored_by_another_version_can_still_be_shown(
    stores: Stores, name: str, facts: str | None
) -> None:
    owner = post()
    await stores.posts.add(owner, [item()])
    (job,) = await stores.claim()
    await stores.jobs.finish_upload(job, None, SourceGone())
    await stores.run(
        "UPDATE job SET error = :name, error_facts = :facts WHERE id = :id",
        name=name,
        facts=facts,
        id=job.id,
    )

    (failed,) = (await stores.posts.get_card(owner.id, now=NOW)).failures

    assert isinstance(failed.error, InternalError)
    assert failed.error.kind == name
