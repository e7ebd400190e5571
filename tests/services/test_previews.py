"""Cards whose thumbs Discord can't load: nudged once, then given thumbs of their own."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import SourceBlocked, SourceGone, SourceUnreachable
from imgoe_bot.services.cards.layouts import UNREACHABLE_FOR
from imgoe_bot.services.cards.previews import PREVIEW_AFTER, PREVIEW_AGAIN_AFTER, preview_at
from imgoe_bot.services.jobs.runner import JobRunner
from tests.contracts.stores import (
    BEN,
    CARD,
    GUILD,
    NOW,
    add_uploaded,
    item,
    post,
    slash_post,
    upload_of,
)
from tests.flows.kit import eventually
from tests.services.conftest import NONE, PATIENCE, Office


async def _looks(office: Office) -> list[tuple[object, ...]]:
    """Return where the looks at cards stand: state, tries and error."""
    query = "SELECT state, attempts, error FROM job WHERE step = 'preview'"
    return await office.stores.rows(query)


async def _until(office: Office, *look: object) -> None:
    async def holds() -> bool:
        return await _looks(office) == [look]

    await eventually(holds)


async def _move(office: Office, runner: JobRunner, by: timedelta) -> None:
    office.clock.move(by)
    runner.wake()


async def _card(office: Office, owner: Post) -> Card:
    return await office.stores.posts.get_card(owner.id, now=office.clock.now())


async def _layout(office: Office, *, files: int) -> Layout:
    options = await office.options.at(GUILD, ())
    return await office.layouts.choose(options, GUILD, files=files)


async def test_a_card_that_shows_everything_is_not_looked_at(office: Office) -> None:
    await office.mirror()

    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))

    assert await _looks(office) == []


async def test_a_card_that_was_only_slow_is_left_as_it_is(office: Office) -> None:
    office.messenger.loses_thumbs = 1
    await office.mirror()

    async with office.working() as runner:
        await _until(office, "ready", 0, None)
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "done", 1, None)

    assert office.messenger.refreshed == []
    assert office.messenger.attached == []


@pytest.mark.parametrize("patience", [NONE, PATIENCE])
async def test_a_card_is_nudged_once_and_looked_at_again_later(
    office: Office, patience: timedelta
) -> None:
    office.messenger.loses_thumbs = 2
    await office.mirror()

    async with office.working(patience=patience) as runner:
        await _until(office, "ready", 0, None)
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "ready", 1, None)
        await _move(office, runner, PREVIEW_AGAIN_AFTER)
        await _until(office, "done", 2, None)

    assert len(office.messenger.refreshed) == 1
    assert office.messenger.attached == []
    assert await _layout(office, files=2) is Layout.GALLERY


async def _replaced(office: Office, *, files: int = 1) -> Post:
    """Let a card be looked at twice, of which Discord shows nothing."""
    office.messenger.loses_thumbs = 3
    owner = await office.mirror(files=files)
    async with office.working() as runner:
        await _until(office, "ready", 0, None)
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "ready", 1, None)
        await _move(office, runner, PREVIEW_AGAIN_AFTER)
        await _until(office, "done", 2, None)
    return owner


async def test_where_the_nudge_does_not_help_the_card_gets_its_thumbs(office: Office) -> None:
    owner = await _replaced(office, files=3)

    card = await _card(office, owner)
    (thumbs,) = office.messenger.attached
    assert set(thumbs) == {upload.id for upload in card.uploads}
    assert card.post.thumbs_attached


async def test_thumbs_that_can_not_be_read_are_left_out(office: Office) -> None:
    office.thumbs.failures = {
        "0.png": SourceUnreachable(status=500),
        "1.png": SourceBlocked(reason="private-address"),
    }

    owner = await _replaced(office, files=3)

    (thumbs,) = office.messenger.attached
    assert set(thumbs) == {(await _card(office, owner)).uploads[2].id}


async def test_a_card_none_of_whose_thumbs_can_be_read_stays_as_it_is(office: Office) -> None:
    office.thumbs.failures = {"0.png": SourceGone()}

    owner = await _replaced(office)

    assert office.messenger.attached == []
    assert not (await _card(office, owner)).post.thumbs_attached
    assert await _layout(office, files=2) is Layout.GALLERY, "nothing was proved of the host"


async def test_sets_are_shown_as_embeds_for_a_day_where_pictures_proved_unreachable(
    office: Office,
) -> None:
    before = await _layout(office, files=2), await _layout(office, files=1)
    await _replaced(office)

    meanwhile = await _layout(office, files=2)
    office.clock.move(UNREACHABLE_FOR)

    assert before == (Layout.GALLERY, Layout.EMBED)
    assert meanwhile is Layout.EMBED
    assert await _layout(office, files=2) is Layout.GALLERY


async def test_a_card_that_grows_is_looked_at_again(office: Office) -> None:
    first, second = item(0), item(1)
    owner = post()
    await office.stores.posts.add(owner, [first])

    async with office.working() as runner:
        await eventually(lambda: bool(office.messenger.notes))
        assert await _looks(office) == []
        office.messenger.loses_thumbs = 1
        await office.stores.posts.extend(owner, [first, second])
        runner.wake()
        await _until(office, "ready", 0, None)
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "ready", 1, None)

    shown, nudged = office.messenger.refreshed
    assert len(shown.pictured) == len(nudged.pictured) == 2


async def _slash_card(office: Office, *, posted: PostedCard) -> tuple[Post, Upload]:
    owner = slash_post()
    upload = upload_of(owner, item())
    await add_uploaded(office.stores, owner, upload)
    due = preview_at(posted, now=office.clock.now())
    await office.stores.posts.set_card(owner.id, posted.location, preview_at=due)
    return owner, upload


async def test_the_card_of_a_command_is_looked_at_too(office: Office) -> None:
    await _slash_card(office, posted=PostedCard(CARD))
    assert await _looks(office) == []

    await _slash_card(office, posted=PostedCard(CARD, lacks_thumbs=True))

    assert await _looks(office) == [("ready", 0, None)]


def _deletes(office: Office, upload: Upload) -> Callable[[], Awaitable[None]]:
    """Mark a copy as deleted, once, as somebody else does in the midst of it."""

    async def delete() -> None:
        office.messenger.on_refresh = None
        await office.stores.posts.mark_deleted(upload.id, by=BEN, at=NOW)

    return delete


@pytest.mark.parametrize("when", ["nudged", "given its thumbs"])
async def test_a_copy_deleted_while_its_card_is_shown_anew_is_not_shown_for_long(
    office: Office, when: str
) -> None:
    _, upload = await _slash_card(office, posted=PostedCard(CARD, lacks_thumbs=True))
    office.messenger.loses_thumbs = 2

    async with office.working() as runner:
        if when == "nudged":
            office.messenger.on_refresh = _deletes(office, upload)
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "ready", 1, None)
        office.messenger.on_refresh = _deletes(office, upload)
        await _move(office, runner, PREVIEW_AGAIN_AFTER)
        await _until(office, "done", 2, None)

    nudge, last = office.messenger.refreshed
    assert nudge.pictured == (upload,)
    assert last.pictured == ()
    assert len(office.messenger.attached) == (when != "nudged")


async def test_a_thumb_that_could_not_be_taken_away_at_once_is_taken_away_later(
    office: Office,
) -> None:
    owner, upload = await _slash_card(office, posted=PostedCard(CARD))
    link = upload.stored.delete_link
    assert link is not None
    office.host.files[link.value] = b"bytes"
    await office.stores.posts.note_thumbs_attached(owner.id)
    office.messenger.refresh_failures = [SourceUnreachable(status=503)]

    await office.deletions.delete(Actor(BEN, GUILD), upload.id)
    async with office.working() as runner:
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "done", 1, None)

    (shown,) = office.messenger.refreshed
    assert shown.pictured == ()


async def test_a_look_is_given_up_where_discord_never_answers(office: Office) -> None:
    owner, _ = await _slash_card(office, posted=PostedCard(CARD))
    await office.stores.posts.note_thumbs_attached(owner.id)
    office.messenger.refresh_failures = [SourceUnreachable(status=503)] * 2
    await office.stores.posts.order_preview(owner, at=NOW)

    async with office.working() as runner:

        async def given_up() -> bool:
            if "leased" not in [state for _, state, _, _ in await office.states()]:
                await _move(office, runner, timedelta(minutes=1))
            return await _looks(office) == [("dead", 2, "SourceUnreachable")]

        await eventually(given_up)


async def test_a_card_without_a_copy_left_is_not_touched(office: Office) -> None:
    _, upload = await _slash_card(office, posted=PostedCard(CARD, lacks_thumbs=True))
    office.messenger.loses_thumbs = 9
    await office.stores.posts.mark_deleted(upload.id, by=BEN, at=NOW)

    async with office.working() as runner:
        await _move(office, runner, PREVIEW_AFTER)
        await _until(office, "done", 1, None)

    assert office.messenger.refreshed == []
