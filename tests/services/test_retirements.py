"""Held copies: who decides, and what happens when it can't be done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, SERVER, Actor
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import HostBroken, NotAllowed, SourceGone, StaleWrite
from tests.contracts.stores import BEN, GUILD, HOST, NOW
from tests.flows.kit import eventually
from tests.services.conftest import Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_MESSAGES}))
MANAGER = Actor(UserId(8), GUILD, frozenset({MANAGE_GUILD}))


async def _card(office: Office, post: Post) -> Card:
    return await office.stores.posts.get_card(post.id, now=NOW)


async def _retired(office: Office, option: str) -> Post:
    """Mirror a message and let it be deleted; returns its post, dealt with."""
    await office.options.set(MANAGER, SERVER, "on_delete", option)
    owner = await office.mirror()
    assert owner.message_id is not None
    async with office.working() as runner:
        await eventually(lambda: bool(office.messenger.notes))
        await office.retirements().source_deleted([owner.message_id])
        runner.wake()

        async def done() -> bool:
            return ("retire", "done", 1, None) in await office.states()

        await eventually(done)
    return owner


async def test_where_nothing_can_be_shown_the_card_is_hidden_all_the_same(office: Office) -> None:
    office.messenger.held_failures = [SourceGone()]

    owner = await _retired(office, "hold")

    assert (await _card(office, owner)).is_held
    assert [card.is_held for card in office.messenger.refreshed] == [True]


@pytest.mark.parametrize(
    "actor",
    [
        Actor(BEN, GUILD),
        MANAGER,
        replace(MODERATOR, guild_id=GuildId(6)),
        replace(MODERATOR, guild_id=None),
    ],
)
async def test_only_moderators_of_the_server_decide(office: Office, actor: Actor) -> None:
    owner = await _retired(office, "hold")

    with pytest.raises(NotAllowed):
        await office.retirements().keep_held(actor, owner.id)
    with pytest.raises(NotAllowed):
        await office.retirements().delete_held(actor, owner.id)

    assert (await _card(office, owner)).is_held


async def test_who_decides_second_is_told_that_it_was_decided(office: Office) -> None:
    owner = await _retired(office, "hold")

    await office.retirements().keep_held(MODERATOR, owner.id)

    with pytest.raises(StaleWrite):
        await office.retirements().delete_held(MODERATOR, owner.id)
    assert len(office.host.files) == 1
    assert [card.post.id for card in office.messenger.removed] == [owner.id]


async def test_what_the_host_does_not_delete_is_held_on(office: Office) -> None:
    owner = await _retired(office, "hold")
    office.host.failures = [HostBroken(host=HOST)]

    with pytest.raises(HostBroken):
        await office.retirements().delete_held(MODERATOR, owner.id)

    assert (await _card(office, owner)).is_held
    await office.retirements().delete_held(MODERATOR, owner.id)
    assert office.host.files == {}
    assert await office.stores.rows("SELECT deleted_by FROM upload") == [(MODERATOR.user_id,)]


async def test_where_copies_are_kept_a_deletion_changes_nothing(office: Office) -> None:
    await office.options.set(MANAGER, SERVER, "on_delete", "keep")
    owner = await office.mirror()
    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))

    await office.retirements().channel_deleted(GUILD, owner.channel_id)

    assert await office.retirements().watched(GUILD) == []
    assert "retire" not in [step for step, *_ in await office.states()]


async def test_a_thread_with_an_option_of_its_own_is_dealt_with_by_that(office: Office) -> None:
    """All of a channel goes at once, at each place's own time."""
    await office.options.set(MANAGER, SERVER, "on_delete", "delete")
    owner = await office.mirror()
    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))
    await office.options.set(MANAGER, owner.channel_id, "delete_grace", "12h")

    await office.retirements().channel_deleted(GUILD, owner.channel_id)

    ((run_at,),) = await office.stores.rows("SELECT run_at FROM job WHERE step = 'retire'")
    assert run_at == (NOW + timedelta(hours=12)).timestamp() * 1_000_000
