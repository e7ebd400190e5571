"""Posts whose answer was found in Discord: stored as answered, and nothing is done for them."""

from dataclasses import replace
from datetime import timedelta

from imgoe_bot.adapters.store.posts.taking_over import take_over
from imgoe_bot.domain.earlier_answers import EarlierAnswer, ShownCopy
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import Item, Step
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.post import Post
from tests.contracts.stores import CARD, GUILD, HOST, NOW, Stores, item, post, stored

THEN = NOW - timedelta(days=3)
ID = PostId("ca" * 8)


async def _take_over(stores: Stores, owner: Post, items: list[Item], *, shown: int = 1) -> bool:
    copies = {each.attachment_id: ShownCopy(stored(link=None)) for each in items[:shown]}
    answer = EarlierAnswer(at=THEN, post_id=ID, card=CARD, layout=Layout.GALLERY, copies=copies)
    return await stores.claims.write(
        lambda connection: take_over(connection, owner, items, answer, vault=stores.vault)
    )


async def test_it_is_known_by_the_id_its_card_has_with_what_that_shows(stores: Stores) -> None:
    owner = post()
    first, second = item(0), item(1, filename="not kept.png")

    assert await _take_over(stores, owner, [first, second])

    card = await stores.posts.get_card(ID, now=NOW)
    assert card.post == replace(
        owner, id=ID, created_at=THEN, layout=Layout.GALLERY, card=CARD, answered=True
    )
    (upload,) = card.uploads
    assert (upload.attachment_id, upload.host_url) == (first.attachment_id, HOST)
    assert upload.created_at == THEN
    assert not card.deletable
    assert await stores.claim() == ()
    usage = await stores.posts.usage(GUILD, user_id=None, since=THEN - timedelta(hours=1))
    assert usage.files == 1


async def test_an_edit_adds_to_it_only_what_is_new(stores: Stores) -> None:
    owner, items = post(), [item(0), item(1)]
    await _take_over(stores, owner, items)
    seen_again = replace(owner, id=PostId("e" * 16))

    assert not await stores.posts.extend(seen_again, items)
    assert await stores.posts.extend(seen_again, [*items, item(2)])

    assert [(job.step, job.post_id) for job in await stores.claim()] == [(Step.UPLOAD, ID)]


async def test_a_post_that_is_stored_already_stays_as_it_is(stores: Stores) -> None:
    owner, what = post(), item(0)
    await stores.posts.add(owner, [what])

    assert not await _take_over(stores, owner, [what])

    assert (await stores.posts.get_post(owner.id)).answered is False
    assert [job.step for job in await stores.claim()] == [Step.UPLOAD]


async def test_an_answer_that_was_a_reaction_leaves_nothing_to_be_done(stores: Stores) -> None:
    owner, what = post(), item(0)

    await stores.claims.write(
        lambda connection: take_over(
            connection, owner, [what], EarlierAnswer(at=THEN), vault=stores.vault
        )
    )

    assert (await stores.posts.get_post(owner.id)).answered
    assert await stores.claim() == ()
    assert not await stores.posts.extend(owner, [what])
