"""Posts whose message is gone: found, ordered once, held, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import SqlRetirementStore
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from imgoe_bot.domain.job import Step
from imgoe_bot.domain.post import Post
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

ADA = UserId(5)
CATEGORY, CHANNEL, THREAD = ChannelId(20), ChannelId(77), ChannelId(90)


@pytest.fixture
def retirements(stores: Stores) -> SqlRetirementStore:
    return SqlRetirementStore(stores.database, claims=stores.claims)


async def _kept(stores: Stores, *line: ChannelId, guild_id: GuildId = GUILD) -> Post:
    """Store an answered post with a copy of a message that stands there."""
    fresh = replace(post(guild_id=guild_id), channel_id=line[0], parent_ids=line[1:])
    await add_uploaded(stores, fresh, upload_of(fresh, item()))
    return await stores.posts.get_post(fresh.id)


async def test_only_answered_messages_are_found(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    answered, waiting = await _kept(stores, CHANNEL), post()
    await stores.posts.add(waiting, [item()])
    ids = [each.message_id for each in (answered, waiting) if each.message_id]

    assert await retirements.find_answered(ids) == (answered,)


async def test_servers_are_watched_that_have_answers_and_an_option_for_deletions(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    for guild_id, name in ((GUILD, "on_delete"), (GuildId(6), "bots"), (GuildId(7), "on_delete")):
        saved = await stores.guilds.save_key(
            GuildSettings(guild_id=guild_id, host_url=HOST), ApiKey("chv_k"), actor_id=BEN, now=NOW
        )
        await stores.options.change(saved, [(0, name, "hold")], actor_id=BEN, now=NOW)
    await _kept(stores, CHANNEL)
    await _kept(stores, CHANNEL, guild_id=GuildId(6))

    assert await retirements.watching() == {GUILD}


async def test_only_messages_that_were_dealt_with_are_known(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    waiting = post()
    await stores.posts.add(waiting, [item()])
    assert waiting.message_id is not None

    assert await retirements.are_known([waiting.message_id])
    assert not await retirements.are_known([MessageId(waiting.message_id + 1)])


async def test_a_channel_is_emptied_with_its_threads_and_nothing_else(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    here, below = await _kept(stores, CHANNEL, CATEGORY), await _kept(stores, THREAD, CHANNEL)
    for line in ((ChannelId(78), CATEGORY), (ChannelId(7),), (ChannelId(9), ChannelId(177))):
        await _kept(stores, *line)
    await _kept(stores, CHANNEL, guild_id=GuildId(6))
    command = replace(slash_post(), channel_id=CHANNEL)
    await add_uploaded(stores, command, upload_of(command, item()))
    empty = await _kept(stores, CHANNEL)
    (gone,) = (await stores.posts.get_card(empty.id, now=NOW)).uploads
    await stores.posts.mark_deleted(gone.id, by=None, at=NOW)

    found = await retirements.find_in(GUILD, CHANNEL)

    assert {each.id for each in found} == {here.id, below.id}


async def test_each_channels_newest_are_looked_after_and_none_that_was_retired(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    posts = [await _kept(stores, CHANNEL) for _ in range(4)]
    other = await _kept(stores, THREAD, CHANNEL)
    await retirements.order([posts[3]], at=NOW)

    found = await retirements.newest(GUILD, each=2)

    assert {each.id for each in found} == {posts[1].id, posts[2].id, other.id}


async def test_a_post_is_retired_once_when_its_time_has_come(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    kept = await _kept(stores, CHANNEL)
    await stores.claim()  # its direct message
    later = NOW + timedelta(hours=1)

    for at in (later, NOW):
        await retirements.order([kept], at=at)

    assert await stores.claim() == ()
    claimed = await stores.claim(at=later)
    assert [job.post_id for job in claimed if job.step is Step.RETIRE] == [kept.id]


async def test_a_hold_is_ended_once_and_the_history_says_by_whom(
    stores: Stores, retirements: SqlRetirementStore
) -> None:
    kept = await _kept(stores, CHANNEL)
    await stores.posts.set_card(kept.id, CARD)
    for at in (NOW, NOW + timedelta(hours=1)):
        await retirements.hold(kept.id, at=at)
    assert (await stores.posts.get_post(kept.id)).held_at == NOW

    ended = [
        await retirements.end_hold(kept, by=by, decision=decision, at=NOW)
        for by, decision in ((ADA, "keep"), (BEN, "delete"))
    ]

    assert ended == [True, False]
    assert (await stores.posts.get_post(kept.id)).held_at is None
    (line,) = await stores.options.history(GUILD, limit=9)
    assert (line.actor_id, line.scope_id, line.name, line.new) == (ADA, CHANNEL, "hold", "keep")
