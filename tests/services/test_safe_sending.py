"""A file is uploaded once, whatever becomes of its host's answer."""

import asyncio
from datetime import timedelta

import pytest

from imgoe_bot.domain.media import Source
from imgoe_bot.errors import (
    DuplicateMedia,
    HostBroken,
    HostBusy,
    HostUnreachable,
    ImgoeError,
    ReplyMissing,
    SourceGone,
)
from tests.contracts.stores import HOST
from tests.flows.kit import eventually
from tests.services.conftest import Office

LOST = [
    HostUnreachable(host=HOST, may_be_stored=True),
    HostBroken(host=HOST, status=504, may_be_stored=True),
    ReplyMissing(host=HOST, status=200, may_be_stored=True),
]


async def _not_asked() -> Source:
    raise AssertionError("the file has arrived")


async def _kept(office: Office) -> None:
    async with office.working(patience=timedelta(days=7)) as runner:

        async def kept() -> bool:
            office.clock.move(timedelta(seconds=2))
            runner.wake()
            return bool(office.messenger.notes)

        await eventually(kept)


@pytest.mark.parametrize("lost", LOST, ids=repr)
async def test_a_host_that_can_tell_is_asked_and_nothing_is_sent_twice(
    office: Office, lost: ImgoeError
) -> None:
    office.host.knows_keys = True
    office.host.losing = [lost]
    await office.mirror()

    await _kept(office)

    assert office.host.uploads == 1
    (card,) = office.messenger.cards.values()
    (upload,) = card.uploads
    assert upload.stored.delete_link is not None
    assert await office.stores.rows("SELECT id FROM orphan") == []


@pytest.mark.parametrize("lost", LOST, ids=repr)
async def test_of_a_host_that_can_not_tell_the_likely_orphan_is_noted_and_other_bytes_are_sent(
    office: Office, lost: ImgoeError
) -> None:
    office.host.losing = [lost]
    await office.mirror()

    await _kept(office)

    assert office.host.are_unique == [False, True]
    (orphan,) = await office.stores.rows("SELECT host_url, size_bytes FROM orphan")
    assert orphan[0] == HOST


async def test_what_surely_did_not_arrive_is_sent_again_as_it_is(office: Office) -> None:
    office.host.failures = [HostUnreachable(host=HOST)]
    await office.mirror()

    await _kept(office)

    assert office.host.are_unique == [False, False]
    assert await office.stores.rows("SELECT id FROM orphan") == []


async def test_what_has_arrived_is_kept_though_its_source_is_gone_meanwhile(
    office: Office,
) -> None:
    office.host.knows_keys = True
    office.host.losing = [LOST[0]]
    await office.mirror()
    async with office.working(patience=timedelta(days=7)):

        async def is_parked() -> bool:
            return ("upload", "parked") in [each[:2] for each in await office.states()]

        await eventually(is_parked)
    office.messenger.source_failures = [SourceGone()] * 9

    await _kept(office)

    (card,) = office.messenger.cards.values()
    assert len(card.uploads) == 1
    assert await office.stores.rows("SELECT id FROM orphan") == []


async def test_a_duplicate_that_is_our_own_lost_copy_is_no_refusal(office: Office) -> None:
    office.host.losing = [LOST[0]]
    await office.mirror()
    await _kept(office)
    office.messenger.notes.clear()
    await office.stores.run("UPDATE upload SET deleted_at = 1")

    office.host.failures = [DuplicateMedia(host=HOST, code=101)]
    await office.mirror()
    await _kept(office)

    assert office.host.are_unique == [False, True, False, True]


async def test_a_copy_that_the_heir_of_a_lost_lease_has_found_is_left_to_it(office: Office) -> None:
    office.host.knows_keys = True
    answer = office.host.answers = asyncio.Event()
    owner = await office.mirror()

    async with office.working():
        await eventually(lambda: office.host.uploads == 1)
        (taken,) = await office.stores.claim("heir", at=office.clock.now() + timedelta(seconds=61))
        assert taken.item is not None
        upload = await office.uploads.upload(_not_asked, post=owner, item=taken.item, by=taken)
        await office.stores.jobs.finish_upload(taken, upload, None)
        answer.set()
        await eventually(lambda: bool(office.messenger.notes))
        await office.at_rest()

    assert len(office.host.files) == 1


async def test_the_key_of_what_its_host_still_works_on_is_kept(office: Office) -> None:
    office.host.knows_keys = True
    office.host.failures = [LOST[0], HostBusy(host=HOST, status=409, retry_after_s=1)]
    await office.mirror()

    await _kept(office)

    first, again, last = office.host.keys
    assert first == again == last


async def test_what_arrived_of_a_message_that_was_taken_back_is_deleted(office: Office) -> None:
    office.host.knows_keys = True
    office.host.losing = [LOST[0]]
    await office.mirror()

    async with office.working(patience=timedelta(days=7)) as runner:
        await eventually(lambda: office.host.uploads == 1)
        await office.at_rest()
        await office.stores.run("UPDATE post SET withdrawn_at = created_at")

        async def deleted() -> bool:
            office.clock.move(timedelta(seconds=2))
            runner.wake()
            return not office.host.files

        await eventually(deleted)
