"""Threads, forum posts and media channels."""

import io
from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, ChannelType, Permission, Upload
from imgoe_bot.discordsim.actions import threads

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


async def test_a_thread_on_a_message_is_told_and_can_be_written_in(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.alice.say(harness.memes, "start")
    told = await bot.hears("thread_create")

    thread = await harness.alice.open_thread(message, "More")

    seen = await told
    assert isinstance(seen, discord.Thread)
    assert (seen.id, seen.name, seen.parent_id) == (message.id, "More", harness.memes.id)
    heard = await bot.hears_message(harness.bob.id)
    await harness.bob.say(thread, "inside")
    inside = await heard
    assert isinstance(inside.channel, discord.Thread)
    assert inside.content == "inside"


async def test_the_bot_opens_a_thread_on_a_message(bot: "ScriptedBot", harness: "Harness") -> None:
    heard = await bot.hears_message()
    start = await harness.alice.say(harness.memes, "start")
    message = await heard

    thread = await message.create_thread(name="Mirrors")
    await thread.send("kept")

    state = harness.sim.world.channel(thread.id)
    assert [m.content for m in harness.alice.messages(state)][-1] == "kept"
    assert start.thread_id == thread.id
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Again")
    assert refused.value.code == 160004


async def test_a_private_thread_is_seen_by_its_members_only(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.guild.join(harness.alice, permissions=Permission.CREATE_PRIVATE_THREADS)
    thread = await harness.alice.open_thread(harness.memes, "Secret", private=True)
    await harness.alice.say(thread, "psst")

    assert harness.bob.messages(thread) == []
    with pytest.raises(ApiProblem) as refused:
        await harness.bob.say(thread, "hm")
    assert refused.value.code == 50001
    with pytest.raises(discord.Forbidden):
        await bot.fetch_channel(thread.id)


async def test_a_forum_post_starts_with_a_message_of_its_own_id(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    forum = harness.guild.add_channel("art", type=ChannelType.FORUM, tags=["oil", "ink"])
    heard = await bot.hears_message()

    thread, starter = await harness.alice.open_post(
        forum, "My work", "see", [Upload("a.png", b"x")], tags=["ink"]
    )

    message = await heard
    assert message.id == thread.id == starter.id
    assert isinstance(message.channel, discord.Thread)
    assert isinstance(message.channel.parent, discord.ForumChannel)
    assert [tag.name for tag in message.channel.applied_tags] == ["ink"]
    assert [item.filename for item in message.attachments] == ["a.png"]


async def test_an_empty_starter_is_whole_when_fetched_again(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    media = harness.guild.add_channel("clips", type=ChannelType.MEDIA)
    harness.sim.faults.empty_starters()
    heard = await bot.hears_message()

    await harness.alice.open_post(media, "Clip", "see", [Upload("a.mp4", b"x")])

    empty = await heard
    assert (empty.content, empty.attachments) == ("", [])
    whole = await empty.channel.fetch_message(empty.id)
    assert (whole.content, len(whole.attachments)) == ("see", 1)


async def test_the_bot_opens_a_forum_post_with_a_file(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    made = await bot.hears("guild_channel_create")
    art = harness.guild.add_channel("art", type=ChannelType.FORUM)
    await made
    forum = bot.get_channel(art.id)
    assert isinstance(forum, discord.ForumChannel)

    thread, message = await forum.create_thread(
        name="Log", content="first", file=discord.File(io.BytesIO(b"x"), "x.bin")
    )

    assert message.id == thread.id
    assert [m.content for m in harness.alice.messages(harness.sim.world.channel(thread.id))] == [
        "first"
    ]


async def test_a_locked_thread_takes_no_messages_and_an_archived_one_wakes(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    heard = await bot.hears_message()
    await harness.alice.say(harness.memes, "start")
    thread = await (await heard).create_thread(name="T")
    state = harness.sim.world.channel(thread.id)

    await thread.edit(archived=True)
    assert harness.guild.threads == []
    await harness.alice.say(state, "awake")
    assert harness.guild.threads == [state]

    await thread.edit(locked=True)
    with pytest.raises(ApiProblem) as refused:
        await harness.alice.say(state, "locked?")
    assert refused.value.code == 50083


async def test_threads_can_be_listed_joined_left_and_deleted(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.guild.grant_bot(Permission.MANAGE_THREADS)
    state = await harness.alice.open_thread(harness.memes, "T")
    guild = bot.get_guild(harness.guild.id)
    assert guild is not None

    thread = (await guild.active_threads())[0]
    await thread.join()
    assert {member.id for member in await thread.fetch_members()} == {
        harness.alice.id,
        harness.sim.bot_user.id,
    }
    await thread.add_user(discord.Object(harness.bob.id))
    await thread.remove_user(discord.Object(harness.bob.id))
    await thread.leave()
    assert state.thread_member_ids == [harness.alice.id]

    gone = await bot.hears("raw_thread_delete")
    await thread.delete()
    await gone
    assert harness.guild.threads == []


async def test_an_archived_thread_is_found_in_the_archive(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.get_channel(harness.memes.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="Old", type=discord.ChannelType.public_thread)
    await thread.edit(archived=True)

    assert [item.name async for item in channel.archived_threads()] == ["Old"]


async def test_the_archive_comes_in_pages_those_archived_last_first(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.text_channel(harness.memes.id)
    opened = [await harness.alice.open_thread(harness.memes, f"T{n}") for n in range(5)]
    for thread in (opened[1], opened[4], opened[0], opened[2]):
        threads.edit_thread(harness.sim.world, thread, {"archived": True})
    threads.edit_thread(harness.sim.world, opened[0], {"name": "renamed"})
    pages = bot.http.get_public_archived_threads

    first = await pages(channel.id, limit=2)
    before = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
    second = await pages(channel.id, before=before, limit=2)

    assert [item["name"] for item in first["threads"]] == ["T2", "renamed"]
    assert [item["name"] for item in second["threads"]] == ["T4", "T1"]
    assert (first["has_more"], second["has_more"]) == (True, False)


async def test_the_archive_is_given_page_by_page_to_discord_py(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.text_channel(harness.memes.id)
    for number in range(102):
        thread = await harness.alice.open_thread(harness.memes, str(number))
        thread.set_archived(True, now=thread.created_at + number)

    named = [int(thread.name) async for thread in channel.archived_threads(limit=None)]

    assert named == sorted(range(102), reverse=True)


async def test_the_archive_of_private_threads_is_for_who_manages_or_is_in_them(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.text_channel(harness.memes.id)
    harness.guild.join(harness.alice, permissions=Permission.CREATE_PRIVATE_THREADS)
    opened = [await harness.alice.open_thread(harness.memes, n, private=True) for n in "abc"]
    for thread in opened:
        threads.edit_thread(harness.sim.world, thread, {"archived": True})
    threads.add_to_thread(harness.sim.world, opened[1], harness.sim.bot_user)

    with pytest.raises(discord.Forbidden):
        await anext(channel.archived_threads(private=True))
    assert [t.name async for t in channel.archived_threads(private=True, joined=True)] == ["b"]
    harness.guild.grant_bot(Permission.MANAGE_THREADS)
    assert [t.name async for t in channel.archived_threads(private=True)] == ["c", "b", "a"]


async def test_a_thread_inherits_its_channels_overwrites(harness: "Harness") -> None:
    thread = await harness.alice.open_thread(harness.memes, "T")
    await harness.alice.say(thread, "hello")

    harness.guild.overwrite(harness.memes, harness.bob, deny=Permission.VIEW_CHANNEL)

    assert harness.bob.messages(thread) == []
    assert len(harness.alice.messages(thread)) == 1


async def test_a_thread_in_a_news_channel_is_of_its_own_kind(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    news = harness.guild.add_channel("news", type=ChannelType.NEWS)
    message = await harness.alice.say(news, "extra")
    told = await bot.hears("thread_create")

    state = await harness.alice.open_thread(message, "Talk")

    thread = await told
    assert isinstance(thread, discord.Thread)
    assert thread.type is discord.ChannelType.news_thread
    await harness.bob.say(state, "inside")
    with pytest.raises(ApiProblem) as refused:
        await harness.olga.open_thread(news, "Hush", private=True)
    assert refused.value.code == 50024
