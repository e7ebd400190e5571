"""Direct messages on a clock that is moved: digests, limits, and what Discord says of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.direct_messages import HALTED_FOR, PROBE_FOR, HaltReason, SlotKind
from imgoe_bot.domain.guild import MANAGE_GUILD, SERVER, Actor
from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.errors import DirectMessagesHalted, SourceUnreachable
from imgoe_bot.services.people.delivery import DeliveryService
from tests.contracts.stores import (
    BEN,
    CARD,
    GUILD,
    add_uploaded,
    fresh_number,
    item,
    post,
    upload_of,
)
from tests.services.conftest import Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_GUILD}))
WINDOW = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def delivery(office: Office) -> DeliveryService:
    return office.delivery()


async def _post(office: Office, *, to: UserId = BEN, with_card: bool = True) -> PostId:
    """Store a post whose delivery is due; returns its id."""
    owner: Post = replace(post(), author_id=to, card=CARD if with_card else None)
    await add_uploaded(office.stores, owner, upload_of(owner, item()))
    return owner.id


async def _work(office: Office, delivery: DeliveryService) -> int:
    """Deliver whatever is due, and return how many jobs that were."""
    done = 0
    while due := await office.stores.claim(at=office.clock.now()):
        for job in due:
            await delivery.deliver(job)
            done += 1
    return done


async def _states(office: Office) -> set[tuple[object, ...]]:
    return set(await office.stores.rows("SELECT state, attempts FROM job"))


async def test_the_first_direct_message_goes_at_once_and_more_go_together(
    office: Office, delivery: DeliveryService
) -> None:
    first = await _post(office)
    await _work(office, delivery)
    second, third = await _post(office), await _post(office)
    await _work(office, delivery)
    assert office.messenger.direct_messages == [[first]]

    office.clock.move(WINDOW)
    await _work(office, delivery)

    assert office.messenger.direct_messages == [[first], [second, third]]
    assert await _states(office) == {("done", 1)}


async def test_the_direct_message_at_the_end_of_a_window_begins_another(
    office: Office, delivery: DeliveryService
) -> None:
    ids = [await _post(office)]
    await _work(office, delivery)
    for _ in range(3):
        ids.append(await _post(office))
        await _work(office, delivery)
        office.clock.move(WINDOW)
        await _work(office, delivery)

    assert office.messenger.direct_messages == [[id_] for id_ in ids]


async def test_a_server_may_have_each_post_written_about_at_once(
    office: Office, delivery: DeliveryService
) -> None:
    await office.options.set(MODERATOR, SERVER, "dm_digest", "0s")
    ids = [await _post(office) for _ in range(3)]

    await _work(office, delivery)

    assert office.messenger.direct_messages == [[id_] for id_ in ids]


async def test_a_post_whose_copies_are_gone_by_then_is_not_written_about(
    office: Office, delivery: DeliveryService
) -> None:
    await _post(office)
    await _work(office, delivery)
    gone, kept = await _post(office), await _post(office)
    await _work(office, delivery)
    await office.stores.run("DELETE FROM upload WHERE post_id = :id", id=gone)

    office.clock.move(WINDOW)
    await _work(office, delivery)

    assert office.messenger.direct_messages[1:] == [[kept]]


async def test_a_direct_message_that_fails_is_tried_again_whole(
    office: Office, delivery: DeliveryService
) -> None:
    await _post(office)
    await _work(office, delivery)
    ids = [await _post(office), await _post(office)]
    await _work(office, delivery)
    office.clock.move(WINDOW)
    office.messenger.deliver_failures = [SourceUnreachable(status=502)]
    (job,) = await office.stores.claim(at=office.clock.now())
    with pytest.raises(SourceUnreachable):
        await delivery.deliver(job)
    await office.stores.jobs.retry(job, SourceUnreachable(), at=office.clock.now())

    await _work(office, delivery)

    assert office.messenger.direct_messages[1:] == [ids]
    assert office.messenger.letters_repeated == [False, False, True]


async def test_more_people_than_the_quota_are_written_to_in_turn(
    office: Office, delivery: DeliveryService
) -> None:
    office.limits[SlotKind.OPENED] = RateLimit(2, HOUR)
    ids = [await _post(office, to=UserId(fresh_number())) for _ in range(5)]

    sizes: list[int] = []
    for _ in range(3):
        await _work(office, delivery)
        sizes.append(len(office.messenger.direct_messages))
        office.clock.move(HOUR)

    assert sizes == [2, 4, 5]
    assert sorted(office.messenger.direct_messages) == sorted([id_] for id_ in ids)
    assert await _states(office) == {("done", 1)}


async def test_who_waits_for_the_quota_gets_later_posts_in_the_same_direct_message(
    office: Office, delivery: DeliveryService
) -> None:
    office.limits[SlotKind.OPENED] = RateLimit(1, HOUR)
    cleo = UserId(fresh_number())
    await _post(office)
    await _work(office, delivery)
    ids = [await _post(office, to=cleo), await _post(office, to=cleo)]
    await _work(office, delivery)

    office.clock.move(HOUR)
    await _work(office, delivery)

    assert office.messenger.direct_messages[1:] == [ids]


async def test_closed_direct_messages_are_said_on_every_card_of_the_direct_message(
    office: Office, delivery: DeliveryService
) -> None:
    await _post(office)
    await _work(office, delivery)
    ids = [await _post(office), await _post(office)]
    await _work(office, delivery)
    office.messenger.dms_open = False

    office.clock.move(WINDOW)
    await _work(office, delivery)

    assert [card.post.id for card in office.messenger.refreshed] == ids
    assert all(card.dms_closed for card in office.messenger.refreshed)
    assert await _states(office) == {("done", 1)}


@pytest.mark.parametrize("reason", HaltReason)
async def test_while_discord_says_stop_the_cards_lead_to_the_links(
    office: Office, delivery: DeliveryService, reason: HaltReason
) -> None:
    office.messenger.deliver_failures = [DirectMessagesHalted(reason=reason.value)]
    ids = [await _post(office, to=UserId(fresh_number())) for _ in range(3)]

    await _work(office, delivery)

    assert office.messenger.direct_messages == []
    assert office.messenger.delivered == 1
    assert [card.post.id for card in office.messenger.refreshed] == ids
    assert await _states(office) == {("done", 1)}
    office.clock.move(HALTED_FOR[reason] - timedelta(seconds=1))
    await _post(office)
    await _work(office, delivery)
    assert office.messenger.delivered == 1


async def test_after_a_stop_one_direct_message_tries_and_the_others_follow_it(
    office: Office, delivery: DeliveryService
) -> None:
    office.messenger.deliver_failures = [DirectMessagesHalted(reason=HaltReason.TOO_FAST.value)]
    await _post(office)
    await _work(office, delivery)
    office.clock.move(HALTED_FOR[HaltReason.TOO_FAST])
    people = [UserId(fresh_number()) for _ in range(3)]
    ids = [await _post(office, to=person) for person in people]
    jobs = await office.stores.claim(at=office.clock.now())
    office.messenger.deliver_failures = [SourceUnreachable(status=502)]

    with pytest.raises(SourceUnreachable):  # whether Discord takes them is not known yet
        await delivery.deliver(jobs[0])
    await office.stores.jobs.retry(jobs[0], SourceUnreachable(), at=office.clock.now())
    await delivery.deliver(jobs[1])
    await delivery.deliver(jobs[2])
    assert office.messenger.direct_messages == []

    office.clock.move(PROBE_FOR)
    while await _work(office, delivery):
        office.clock.move(PROBE_FOR)

    assert sorted(office.messenger.direct_messages) == sorted([id_] for id_ in ids)


async def test_a_stop_that_goes_on_is_found_out_by_one_direct_message(
    office: Office, delivery: DeliveryService
) -> None:
    halted = DirectMessagesHalted(reason=HaltReason.QUARANTINED.value)
    office.messenger.deliver_failures = [halted, halted]
    for _ in range(2):
        await _post(office)
        await _post(office, to=UserId(fresh_number()))
        await _work(office, delivery)
        office.clock.move(HALTED_FOR[HaltReason.QUARANTINED])

    assert office.messenger.delivered == 2
    assert len(office.messenger.refreshed) == 4


async def test_links_of_a_post_without_a_card_wait_until_the_stop_is_over(
    office: Office, delivery: DeliveryService
) -> None:
    office.messenger.deliver_failures = [DirectMessagesHalted(reason=HaltReason.QUARANTINED.value)]
    id_ = await _post(office, with_card=False)
    await _work(office, delivery)
    assert await _states(office) == {("ready", 0)}

    office.clock.move(HALTED_FOR[HaltReason.QUARANTINED])
    await _work(office, delivery)

    assert office.messenger.direct_messages == [[id_]]


async def test_short_notes_keep_to_the_limits_and_stop_with_the_direct_messages(
    office: Office, delivery: DeliveryService
) -> None:
    office.limits[SlotKind.TOTAL] = RateLimit(2, HOUR)
    card = await office.stores.posts.get_card(await _post(office), now=office.clock.now())

    for _ in range(3):
        await delivery.tell_withdrawn(card, nonce="note")

    assert len(office.messenger.withdrawn) == 2


async def test_the_last_links_of_who_is_forgotten_wait_for_the_end_of_a_stop(
    office: Office, delivery: DeliveryService
) -> None:
    halted = DirectMessagesHalted(reason=HaltReason.TOO_FAST.value)
    office.messenger.deliver_failures = [halted]
    card = await office.stores.posts.get_card(await _post(office), now=office.clock.now())

    for _ in range(2):
        with pytest.raises(DirectMessagesHalted):
            await delivery.send_last_links(card)
    assert office.messenger.delivered == 1
    office.clock.move(HALTED_FOR[HaltReason.TOO_FAST])
    await delivery.send_last_links(card)

    assert office.messenger.direct_messages == [[card.post.id]]
