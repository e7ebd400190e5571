"""What a worker does until a host has approved an upload, on a clock that is moved."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.command import FileToUpload
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.job import FIRST_REVIEW_AFTER, LONGEST_DELAY, Job, Step
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import (
    AwaitsApproval,
    DuplicateMedia,
    HostBroken,
    HostRefused,
    ImgoeError,
    SourceBlocked,
    SourceUnreachable,
    UploadNotFound,
)
from imgoe_bot.services.jobs.runner import JobRunner
from tests.contracts.stores import BEN, CARD, GUILD, HOST, add_uploaded, item, slash_post, upload_of
from tests.flows.kit import eventually
from tests.services.conftest import NONE, Office

ME = Actor(BEN, GUILD)


@pytest.fixture(autouse=True)
def moderation(office: Office) -> None:
    office.host.moderates = True


async def _handed_over(office: Office) -> Upload:
    """A picture from a command, whose card stands."""
    file = FileToUpload(Source("https://cdn.example/a", "cat.png", 9), item())
    card = await office.upload(file, owner=slash_post())
    return card.uploads[0]


async def _claimed(office: Office) -> Job:
    office.clock.move(FIRST_REVIEW_AFTER)
    claimed = await office.stores.claim(at=office.clock.now())
    (look,) = [job for job in claimed if job.step is Step.REVIEW]
    return look


async def _stored(office: Office, upload: Upload) -> Upload:
    return await office.stores.posts.get_upload(upload.id)


async def _states(office: Office) -> list[tuple[object, ...]]:
    """Return state, tries and error of every look."""
    query = "SELECT state, attempts, error FROM job WHERE step = 'review'"
    return await office.stores.rows(query)


async def _until(office: Office, *wanted: tuple[object, ...]) -> None:
    async def holds() -> bool:
        return await _states(office) == list(wanted)

    await eventually(holds)


@asynccontextmanager
async def _waiting(office: Office) -> AsyncGenerator[JobRunner]:
    """Let a worker look once, too early; it gives other jobs a single try."""
    async with office.working(patience=NONE) as runner:
        office.clock.move(FIRST_REVIEW_AFTER)
        runner.wake()
        await _until(office, ("ready", 1, "AwaitsApproval"))
        yield runner


def _pictures(card: Card) -> list[tuple[bool, str, str | None]]:
    stored = [upload.stored for upload in card.uploads]
    return [(each.approved, each.url, each.thumb_url) for each in stored]


async def test_a_mirrored_picture_waits_on_its_card_until_its_host_shows_it(
    office: Office,
) -> None:
    await office.mirror()
    async with office.working() as runner:
        await eventually(lambda: bool(office.messenger.notes))
        await office.at_rest()
        (first,) = office.messenger.cards.values()
        office.clock.move(FIRST_REVIEW_AFTER)
        runner.wake()
        await _until(office, ("ready", 1, "AwaitsApproval"))

        assert (office.host.looks, office.messenger.refreshed) == (1, [])
        office.host.moderates = False
        office.clock.move(timedelta(seconds=2))
        runner.wake()
        await _until(office, ("done", 2, None))

    (shown,) = office.messenger.refreshed
    page = f"{HOST}/image/1"
    assert _pictures(first) == [(False, page, None)]
    assert _pictures(shown) == [(True, f"{page}.png", f"{page}.png")]
    assert shown.post.card is not None


async def test_a_command_s_picture_waits_too(office: Office) -> None:
    upload = await _handed_over(office)

    async with _waiting(office) as runner:
        office.host.moderates = False
        office.clock.move(timedelta(seconds=2))
        runner.wake()
        await _until(office, ("done", 2, None))

    (shown,) = office.messenger.refreshed
    assert shown.post.card == CARD
    assert (await _stored(office, upload)).stored.approved


async def test_a_host_is_looked_at_longer_than_any_other_job_is_tried(office: Office) -> None:
    await _handed_over(office)

    async with _waiting(office) as runner:
        for looks in range(2, 20):
            office.clock.move(LONGEST_DELAY)
            runner.wake()
            await _until(office, ("ready", looks, "AwaitsApproval"))


async def test_a_picture_that_nobody_ever_approves_is_given_up(office: Office) -> None:
    upload = await _handed_over(office)

    async with _waiting(office) as runner:
        office.clock.move(timedelta(days=30) - LONGEST_DELAY)
        runner.wake()
        await _until(office, ("ready", 2, "AwaitsApproval"))
        office.clock.move(LONGEST_DELAY)
        runner.wake()
        await _until(office, ("dead", 3, "AwaitsApproval"))

    assert not (await _stored(office, upload)).stored.approved
    assert office.messenger.refreshed == []


@pytest.mark.parametrize("end", ["deleted", "expired"])
async def test_a_copy_that_is_gone_is_looked_for_no_more(office: Office, end: str) -> None:
    upload = await _handed_over(office)
    look = await _claimed(office)
    if end == "deleted":
        await office.deletions.delete(ME, upload.id)
        office.messenger.refreshed.clear()
    else:
        at = office.clock.now().timestamp() * 1_000_000
        await office.stores.run("UPDATE upload SET expires_at = :at", at=int(at))

    await office.reviews().review(look)

    assert (office.host.looks, office.messenger.refreshed) == (0, [])
    assert await _states(office) == [("done", 1, None)]


async def test_a_post_that_was_erased_is_no_longer_there(office: Office) -> None:
    await _handed_over(office)
    look = await _claimed(office)
    for table in ("job", "upload", "post"):
        await office.stores.run(f"DELETE FROM {table}")  # noqa: S608  # the three names above

    with pytest.raises(UploadNotFound):
        await office.reviews().review(look)

    assert office.host.looks == 0


async def test_a_card_that_could_not_be_shown_is_shown_later_without_another_look(
    office: Office,
) -> None:
    await _handed_over(office)
    office.host.moderates = False
    office.messenger.refresh_failures = [SourceUnreachable()]

    async with office.working() as runner:
        office.clock.move(FIRST_REVIEW_AFTER)
        runner.wake()
        await _until(office, ("ready", 1, "SourceUnreachable"))
        office.clock.move(timedelta(seconds=2))
        runner.wake()
        await _until(office, ("done", 2, None))

    assert office.host.looks == 1
    assert [_pictures(card)[0][0] for card in office.messenger.refreshed] == [True]


@pytest.mark.parametrize(
    ("failure", "seen_as", "is_tried_again"),
    [
        (HostBroken(host=HOST, status=503), HostBroken, True),
        (HostRefused(host=HOST, status=405), AwaitsApproval, True),
        (SourceBlocked(reason="other-host"), SourceBlocked, False),
    ],
)
async def test_only_a_page_at_a_stranger_is_given_up_at_once(
    office: Office, failure: ImgoeError, seen_as: type[ImgoeError], is_tried_again: bool
) -> None:
    upload = await _handed_over(office)
    look = await _claimed(office)
    office.host.failures = [failure]

    with pytest.raises(seen_as) as caught:
        await office.reviews().review(look)

    assert caught.value.retryable is is_tried_again
    assert not (await _stored(office, upload)).stored.approved


async def test_the_same_picture_twice_in_a_message_is_published_twice(office: Office) -> None:
    owner, what = slash_post(), item()
    waiting = [upload_of(owner, replace(what, position=place)) for place in range(2)]
    hidden = [replace(each, stored=replace(each.stored, approved=False)) for each in waiting]
    await add_uploaded(office.stores, owner, *hidden)
    await office.stores.posts.set_card(owner.id, CARD)
    look = await _claimed(office)
    office.host.moderates = False

    await office.reviews().review(look)

    (shown,) = office.messenger.refreshed
    assert [approved for approved, _, _ in _pictures(shown)] == [True, True]


async def test_a_copy_that_was_known_already_waits_for_the_same_approval(office: Office) -> None:
    first = await _handed_over(office)
    office.host.failures = [DuplicateMedia(host=HOST, code=101)]
    second = await _handed_over(office)
    office.host.moderates = False

    async with office.working() as runner:
        office.clock.move(FIRST_REVIEW_AFTER)
        runner.wake()
        await _until(office, ("done", 1, None), ("done", 1, None))

    assert [(await _stored(office, each)).stored.approved for each in (first, second)] == [True] * 2
    assert (await _stored(office, first)).stored.delete_link == first.stored.delete_link
