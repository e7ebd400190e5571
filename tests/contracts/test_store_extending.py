"""Posts that grow by an edit of their message, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import FollowUps, Item, Job, Step
from imgoe_bot.domain.options import MessagePart
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import SourceBlocked, SourceGone
from tests.contracts.stores import (
    BEN,
    CARD,
    LEASE,
    NOW,
    Stores,
    add_uploaded,
    item,
    post,
    slash_post,
    upload_of,
)


def _seen_again(owner: Post) -> Post:
    """The same message, as it is looked at after an edit."""
    return replace(owner, id=PostId("e" * 16), created_at=NOW + timedelta(seconds=5))


async def _extend(stores: Stores, owner: Post, *items: Item) -> bool:
    return await stores.posts.extend(_seen_again(owner), items)


async def _upload(stores: Stores, owner: Post, job: Job) -> None:
    assert job.item is not None
    await stores.jobs.finish_upload(job, upload_of(owner, job.item), None)


async def _upload_due(stores: Stores, owner: Post) -> None:
    """Do one upload that is due."""
    (job,) = await stores.claim()
    await _upload(stores, owner, job)


async def _announcing(stores: Stores, what: Item) -> tuple[Post, Job]:
    """Return a post of one file whose answer is on its way."""
    owner = post()
    await stores.posts.add(owner, [what])
    await _upload_due(stores, owner)
    (announce,) = await stores.claim()
    return owner, announce


async def _answered(stores: Stores, what: Item) -> tuple[Post, Job]:
    """Return a post of one file that was answered, and its delivery on its way."""
    owner, announce = await _announcing(stores, what)
    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(deliver=True))
    (deliver,) = await stores.claim()
    return owner, deliver


async def _steps(stores: Stores) -> list[tuple[Step, int]]:
    return [(job.step, job.round) for job in await stores.claim()]


async def test_a_card_that_is_shown_anew_keeps_its_own_thumbs_and_is_looked_at_again(
    stores: Stores,
) -> None:
    first, second = item(0), item(1)
    owner, announce = await _announcing(stores, first)
    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(preview_at=NOW))
    (look,) = await stores.claim()
    await stores.posts.note_thumbs_attached(owner.id)
    await stores.jobs.finish(look, None)
    await _extend(stores, owner, first, second)
    await _upload_due(stores, owner)
    (again,) = await stores.claim()

    await stores.jobs.finish_announce(again, CARD, follow_ups=FollowUps(preview_at=NOW))

    assert (await stores.posts.get_post(owner.id)).thumbs_attached
    (look_again,) = await stores.claim()
    assert (look_again.step, look_again.attempts) == (Step.PREVIEW, 1)


async def test_what_is_there_already_is_not_added_again(stores: Stores) -> None:
    first = item()
    owner, deliver = await _answered(stores, first)
    await stores.jobs.finish(deliver, None)

    assert not await _extend(stores, owner, first)

    assert await stores.claim() == ()


async def test_what_is_new_is_uploaded_before_the_answer(stores: Stores) -> None:
    first, second = item(0), item(1)
    owner = post()
    await stores.posts.add(owner, [first])

    assert await _extend(stores, owner, first, second)

    jobs = await stores.claim()
    assert [job.item for job in jobs] == [first, second]
    await _upload(stores, owner, jobs[0])
    assert await stores.claim() == ()
    await _upload(stores, owner, jobs[1])
    assert await _steps(stores) == [(Step.ANNOUNCE, 0)]


async def test_an_answer_that_is_due_waits_for_what_is_new(stores: Stores) -> None:
    first, second = item(0), item(1)
    owner = post()
    await stores.posts.add(owner, [first])
    await _upload_due(stores, owner)

    await _extend(stores, owner, first, second)

    await _upload_due(stores, owner)
    assert await _steps(stores) == [(Step.ANNOUNCE, 0)]


async def test_an_answer_on_its_way_is_followed_by_another_with_what_is_new(
    stores: Stores,
) -> None:
    first, second = item(0), item(1)
    owner, announce = await _announcing(stores, first)

    await _extend(stores, owner, first, second)
    await _upload_due(stores, owner)
    assert await stores.claim() == ()
    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(deliver=True))

    announce, deliver = sorted(await stores.claim(), key=lambda job: job.step)
    assert (announce.step, announce.is_repeated) == (Step.ANNOUNCE, True)
    assert (deliver.step, deliver.is_repeated) == (Step.DELIVER, False)


async def test_the_other_answer_waits_where_what_is_new_is_not_there_yet(stores: Stores) -> None:
    first, second = item(0), item(1)
    owner, announce = await _announcing(stores, first)

    await _extend(stores, owner, first, second)
    await stores.jobs.finish_announce(announce, CARD)

    await _upload_due(stores, owner)
    assert await _steps(stores) == [(Step.ANNOUNCE, 1)]


async def test_an_heir_whose_answer_lacks_what_is_new_is_followed_by_another(
    stores: Stores,
) -> None:
    """The worker that was answering when the post grew has died."""
    first, second = item(0), item(1)
    owner, _ = await _announcing(stores, first)
    await _extend(stores, owner, first, second)
    (upload,) = await stores.claim()
    await stores.jobs.extend([upload], owner="worker", now=NOW, lease=LEASE * 3)

    (announce,) = await stores.claim("heir", at=NOW + LEASE)
    await _upload(stores, owner, upload)
    await stores.jobs.finish_announce(announce, CARD)

    (again,) = await stores.claim("heir", at=NOW + LEASE)
    assert (again.step, again.is_repeated) == (Step.ANNOUNCE, True)


async def test_an_heir_whose_answer_shows_what_is_new_is_followed_by_none(stores: Stores) -> None:
    first, second = item(0), item(1)
    owner, _ = await _announcing(stores, first)
    await _extend(stores, owner, first, second)
    await _upload_due(stores, owner)

    (announce,) = await stores.claim("heir", at=NOW + LEASE)
    await stores.jobs.finish_announce(announce, CARD)

    assert await stores.claim("heir", at=NOW + LEASE) == ()


async def test_an_answered_post_is_answered_and_delivered_anew(stores: Stores) -> None:
    first, second = item(0), item(1)
    owner, deliver = await _answered(stores, first)
    await stores.direct_messages.finish_sent(deliver, BEN, at=NOW)

    await _extend(stores, owner, first, second)

    await _upload_due(stores, owner)
    (announce,) = await stores.claim()
    assert (announce.step, announce.round, announce.attempts) == (Step.ANNOUNCE, 1, 1)
    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(deliver=True))
    assert await _steps(stores) == [(Step.DELIVER, 1)]
    assert [u.position for u in (await stores.posts.get_card(owner.id, now=NOW)).uploads] == [0, 1]


async def test_links_on_their_way_are_followed_by_those_that_are_new(stores: Stores) -> None:
    first, second = item(0), item(1)
    owner, deliver = await _answered(stores, first)
    await _extend(stores, owner, first, second)
    await _upload_due(stores, owner)
    (announce,) = await stores.claim()
    await stores.jobs.finish_announce(announce, CARD, follow_ups=FollowUps(deliver=True))
    assert await stores.claim() == ()

    await stores.direct_messages.finish_sent(deliver, BEN, at=NOW)

    assert await _steps(stores) == [(Step.DELIVER, 1)]


async def test_a_post_grows_more_than_once(stores: Stores) -> None:
    items = [item(n) for n in range(4)]
    owner, deliver = await _answered(stores, items[0])
    await stores.jobs.finish(deliver, None)

    for count in (2, 3, 4):
        await _extend(stores, owner, *items[:count])
        await _upload_due(stores, owner)
        (announce,) = await stores.claim()
        await stores.jobs.finish_announce(announce, CARD)
        assert announce.round == count - 1

    assert await stores.claim() == ()


async def test_a_message_kept_on_demand_grows_too(stores: Stores) -> None:
    kept, new = item(0), item(1)
    owner = replace(slash_post(), message_id=post().message_id)
    await add_uploaded(stores, owner, upload_of(owner, kept))
    await stores.posts.set_card(owner.id, CARD)
    (deliver,) = await stores.claim()
    await stores.jobs.finish(deliver, None)

    assert await _extend(stores, owner, kept, new)

    await _upload_due(stores, owner)
    assert await _steps(stores) == [(Step.ANNOUNCE, 0)]


async def test_a_message_that_was_taken_back_does_not_grow(stores: Stores) -> None:
    owner = post()
    await stores.posts.add(owner, [item(0)])
    assert owner.message_id is not None
    await stores.posts.withdraw([owner.message_id], at=NOW)

    assert not await _extend(stores, owner, item(1))


async def test_a_message_that_is_not_known_does_not_grow(stores: Stores) -> None:
    assert not await _extend(stores, post(), item(1))


async def test_what_failed_from_one_place_is_tried_from_another_and_from_the_same_no_more(
    stores: Stores,
) -> None:
    link = replace(item(0), source=MessagePart.LINKS)
    owner = post()
    await stores.posts.add(owner, [link])
    (job,) = await stores.claim()
    await stores.jobs.finish_upload(job, None, SourceBlocked(reason="private-address"))

    assert not await _extend(stores, owner, link)
    preview = replace(link, source=MessagePart.EMBEDS)
    assert await _extend(stores, owner, preview)

    (again,) = await stores.claim()
    assert (again.item, again.attempts) == (preview, 1)
    await stores.jobs.finish_upload(again, None, SourceGone())
    (failed,) = (await stores.posts.get_card(owner.id, now=NOW)).failures
    assert isinstance(failed.error, SourceGone)


async def test_what_fails_while_it_turns_up_elsewhere_is_tried_there(stores: Stores) -> None:
    link = replace(item(0), source=MessagePart.LINKS)
    preview = replace(link, source=MessagePart.EMBEDS)
    owner = post()
    await stores.posts.add(owner, [link])
    (job,) = await stores.claim()

    assert not await _extend(stores, owner, preview)
    await stores.jobs.finish_upload(job, None, SourceBlocked(reason="private-address"))

    (again,) = await stores.claim()
    assert (again.item, again.attempts) == (preview, 1)


async def test_two_processes_that_see_one_edit_add_it_once(stores: Stores, other: Stores) -> None:
    first, second = item(0), item(1)
    owner = post()
    await stores.posts.add(owner, [first])

    grown = await asyncio.gather(
        *(_extend(process, owner, first, second) for process in (stores, other) * 4)
    )

    assert sum(grown) == 1
    assert [job.item for job in await stores.claim()] == [first, second]


async def test_a_post_may_grow_while_its_answer_ends(stores: Stores, other: Stores) -> None:
    first, second = item(0), item(1)
    owner, announce = await _announcing(stores, first)

    await asyncio.gather(
        stores.jobs.finish_announce(announce, CARD),
        _extend(other, owner, first, second),
    )

    await _upload_due(stores, owner)
    assert await _steps(stores) == [(Step.ANNOUNCE, 1)]
