"""Where a backfill reads: everything in its place that the bot may read, and nothing else."""

from datetime import UTC, datetime

import pytest

from imgoe_bot.discordsim import Channel, ChannelType, Permission
from imgoe_bot.discordsim.actions import threads
from imgoe_bot.domain.backfill import Backfill
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.ui.backfilling.places import DiscordPlaces, FoundChannels, find_channels
from imgoe_bot.ui.reading.places import Mirrorable
from tests.discordsim.conftest import Clock, Harness, ScriptedBot


async def _found(bot: ScriptedBot, place: Channel) -> FoundChannels:
    known = bot.get_channel(place.id)
    assert isinstance(known, Mirrorable)
    return await find_channels(known)


def _names(found: FoundChannels) -> set[str]:
    return {str(each) for each in found.readable.values()}


def _archive(harness: Harness, *opened: Channel) -> None:
    for thread in opened:
        threads.edit_thread(harness.sim.world, thread, {"archived": True})


def _backfill(harness: Harness, place_id: int) -> Backfill:
    return Backfill(
        id=BackfillId(1),
        guild_id=GuildId(harness.guild.id),
        place_id=ChannelId(place_id),
        asked_by=UserId(0),
        asked_at=datetime.now(UTC),
        after=MessageId(0),
        before=MessageId(1 << 62),
    )


async def test_a_channel_is_read_with_its_threads_active_and_archived(
    bot: ScriptedBot, harness: Harness
) -> None:
    opened = [await harness.alice.open_thread(harness.memes, f"T{n}") for n in range(105)]
    _archive(harness, *opened[1:])
    elsewhere = harness.guild.add_channel("elsewhere")
    await harness.alice.open_thread(elsewhere, "Other")

    found = await _found(bot, harness.memes)

    assert _names(found) == {"memes", *(f"T{n}" for n in range(105))}
    assert found.closed == []


async def test_private_threads_are_read_where_the_bot_is_in_them_or_manages_threads(
    bot: ScriptedBot, harness: Harness
) -> None:
    harness.guild.join(harness.alice, permissions=Permission.CREATE_PRIVATE_THREADS)
    names = ("joined", "left out")
    opened = [await harness.alice.open_thread(harness.memes, n, private=True) for n in names]
    threads.add_to_thread(harness.sim.world, opened[0], harness.sim.bot_user)
    _archive(harness, *opened)

    assert _names(await _found(bot, harness.memes)) == {"memes", "joined"}

    changed = await bot.hears("guild_role_create")
    harness.guild.grant_bot(Permission.MANAGE_THREADS)
    await changed
    assert _names(await _found(bot, harness.memes)) == {"memes", "joined", "left out"}


async def test_a_forum_is_its_posts(bot: ScriptedBot, harness: Harness) -> None:
    made = await bot.hears("guild_channel_create")
    forum = harness.guild.add_channel("art", type=ChannelType.FORUM)
    await made
    await harness.alice.open_post(forum, "New", "words")
    old, _ = await harness.alice.open_post(forum, "Old", "words")
    _archive(harness, old)

    found = await _found(bot, forum)

    assert _names(found) == {"New", "Old"}


async def test_a_thread_is_itself_alone(bot: ScriptedBot, harness: Harness) -> None:
    told = await bot.hears("thread_create")
    thread = await harness.alice.open_thread(harness.memes, "Dusk")
    await told

    assert _names(await _found(bot, thread)) == {"Dusk"}


async def test_a_category_and_the_server_are_their_channels_and_what_is_closed_is_told(
    bot: ScriptedBot, harness: Harness
) -> None:
    category = harness.guild.add_channel("Pictures", type=ChannelType.CATEGORY)
    harness.guild.add_channel("cats", parent=category)
    voice = harness.guild.add_channel("talk", type=ChannelType.VOICE, parent=category)
    changed = await bot.hears("guild_channel_update")
    secret = harness.guild.add_channel("secret", parent=category)
    harness.sim.faults.revoke(secret, Permission.VIEW_CHANNEL)
    await changed

    found = await _found(bot, category)
    guild = bot.get_guild(harness.guild.id)
    assert guild is not None
    everywhere = await find_channels(guild)

    assert _names(found) == {"cats", voice.name}
    assert [each.id for each in found.closed] == [secret.id]
    assert _names(everywhere) == {"cats", "talk", "memes"}
    assert [each.id for each in everywhere.closed] == [secret.id]


async def test_a_channel_that_is_deleted_while_it_is_listed_stops_nothing(
    bot: ScriptedBot, harness: Harness
) -> None:
    guild = bot.get_guild(harness.guild.id)
    assert guild is not None
    made = await bot.hears("guild_channel_create")
    harness.guild.add_channel("other")
    await made
    harness.sim.faults.next_problems("GET */threads/archived/public", [10003], status=404)

    found = await find_channels(guild)

    assert len(found.readable) == len(found.closed) == 1


async def test_a_discord_that_does_not_answer_lists_no_half(
    bot: ScriptedBot, harness: Harness
) -> None:
    guild = bot.get_guild(harness.guild.id)
    assert guild is not None
    harness.sim.faults.next_statuses("GET */threads/archived/public", [501])

    with pytest.raises(SourceUnreachable):
        await find_channels(guild)


async def test_a_stored_place_is_found_again_also_an_archived_thread(
    bot: ScriptedBot, harness: Harness
) -> None:
    places = DiscordPlaces(bot)
    gone = await bot.hears("thread_update")
    thread = await harness.alice.open_thread(harness.memes, "Old")
    _archive(harness, thread)
    await gone

    assert await places.list_channels(_backfill(harness, thread.id)) == (thread.id,)
    whole = await places.list_channels(_backfill(harness, harness.guild.id))
    assert whole == (harness.memes.id, thread.id)


async def test_a_place_that_is_gone_has_no_channels_and_a_server_that_is_away_is_waited_for(
    bot: ScriptedBot, harness: Harness
) -> None:
    places = DiscordPlaces(bot)
    removed = await bot.hears("guild_channel_delete")
    harness.guild.delete_channel(harness.memes)
    await removed
    assert await places.list_channels(_backfill(harness, harness.memes.id)) == ()

    away = await bot.hears("guild_remove")
    harness.guild.remove_bot()
    await away
    assert await places.list_channels(_backfill(harness, harness.guild.id)) is None


async def test_what_was_archived_before_the_range_is_left_out(
    bot: ScriptedBot, harness: Harness, clock: Clock
) -> None:
    harness.guild.join(harness.alice, permissions=Permission.CREATE_PRIVATE_THREADS)
    for name in ("old", "older"):
        thread = await harness.alice.open_thread(harness.memes, name)
        secret = await harness.alice.open_thread(harness.memes, f"{name} secret", private=True)
        threads.add_to_thread(harness.sim.world, secret, harness.sim.bot_user)
        _archive(harness, thread, secret)
    clock.ahead_s += 60
    after = await harness.alice.say(harness.memes, "here it begins")
    clock.ahead_s += 60
    threads.edit_thread(harness.sim.world, secret, {"archived": False})
    _archive(harness, secret, await harness.alice.open_thread(harness.memes, "new"))
    known = bot.text_channel(harness.memes.id)

    found = await find_channels(known, after=after.id)

    assert _names(found) == {"memes", "new", "older secret"}
