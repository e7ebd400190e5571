"""Uploads that share a copy: it goes with the last of them, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.upload import Upload
from tests.contracts.stores import (
    BEN,
    GUILD,
    LINK,
    NOW,
    Stores,
    add_uploaded,
    item,
    post,
    upload_of,
)


async def _keep(
    stores: Stores, *, guild_id: GuildId = GUILD, link: str | None = None, sha256: str = "ab" * 32
) -> Upload:
    """Store an upload of the one copy there is."""
    owner = post(guild_id=guild_id)
    upload = upload_of(owner, item(), link=link, sha256=sha256)
    await add_uploaded(stores, owner, upload)
    return upload


async def test_an_upload_whose_copy_another_has_too_is_shared_and_can_be_deleted(
    stores: Stores,
) -> None:
    first, second = await _keep(stores, link=LINK), await _keep(stores)

    for upload in (first, second):
        (shown,) = (await stores.posts.get_card(upload.post_id, now=NOW)).uploads
        assert shown.shared
        assert shown.is_deletable


async def test_nothing_is_shared_with_another_server_other_bytes_or_what_is_deleted(
    stores: Stores,
) -> None:
    upload = await _keep(stores)
    await _keep(stores, guild_id=GuildId(6), link=LINK)
    await _keep(stores, sha256="cd" * 32, link=LINK)
    gone = await _keep(stores, link=LINK)
    await stores.posts.mark_deleted(gone.id, by=BEN, at=NOW)

    found = await stores.posts.get_upload(upload.id)

    assert not found.shared
    assert not found.is_deletable
    assert not await stores.posts.leave_copy(found, by=BEN, at=NOW)


async def test_who_leaves_a_copy_hands_its_link_to_who_keeps_it(stores: Stores) -> None:
    first, second = await _keep(stores, link=LINK), await _keep(stores)

    assert await stores.posts.leave_copy(first, by=BEN, at=NOW)

    gone = await stores.posts.get_upload(first.id)
    left = await stores.posts.get_upload(second.id)
    assert (gone.deleted_at, gone.stored.delete_link) == (NOW, None)
    assert left == replace(second, stored=first.stored)


async def test_who_leaves_a_copy_without_having_its_link_leaves_it_where_it_is(
    stores: Stores,
) -> None:
    first, second = await _keep(stores, link=LINK), await _keep(stores)

    assert await stores.posts.leave_copy(second, by=None, at=NOW)

    assert (await stores.posts.get_upload(second.id)).deleted_at == NOW
    assert await stores.posts.get_upload(first.id) == first


async def test_an_upload_that_was_never_stored_leaves_the_copy_to_those_that_were(
    stores: Stores,
) -> None:
    first = await _keep(stores, link=LINK)
    unknown = upload_of(post(), item(), link=None)

    assert await stores.posts.leave_copy(unknown, by=None, at=NOW)

    assert await stores.posts.get_upload(first.id) == first


async def test_of_those_that_leave_at_once_the_last_one_has_the_link(
    stores: Stores, other: Stores
) -> None:
    uploads = [await _keep(stores, link=LINK), *[await _keep(stores) for _ in range(5)]]

    left = await asyncio.gather(
        *(
            process.posts.leave_copy(upload, by=BEN, at=NOW)
            for process, upload in zip((stores, other) * 3, uploads, strict=True)
        )
    )

    (last,) = [upload for upload, gone in zip(uploads, left, strict=True) if not gone]
    link = (await stores.posts.get_upload(last.id)).stored.delete_link
    assert link is not None
    assert link.value == LINK
