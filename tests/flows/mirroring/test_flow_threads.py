"""Threads that are not in the bot's memory: elsewhere, archived, private."""

import pytest

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission
from imgoe_bot.discordsim.actions import threads
from tests.flows.kit import PATIENCE_S, Harness, channel_without_bot, picture, set_own_key


async def _answer(harness: Harness, place: Channel, command: str, **options: object) -> Message:
    asked = await harness.ada.slash(place, command, **options)
    return await asked.wait_response(PATIENCE_S)


async def test_who_brought_the_app_along_uploads_in_threads_and_posts_elsewhere(
    harness: Harness,
) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        other = next(g for g in harness.sim.world.guilds.values() if g.id == lobby.guild_id)
        forum = Channel(
            harness.sim.world.ids.next(), ChannelType.FORUM, "forum", lobby.guild_id, created_at=0.0
        )
        harness.sim.world.channels[forum.id] = forum
        other.channel_ids.append(forum.id)
        thread = await harness.ada.open_thread(lobby, "aside")
        post, _ = await harness.ada.open_post(forum, "a post", "text")
        for place, colour in ((thread, "red"), (post, "blue")):
            asked = await harness.ben.slash(
                place, "upload", file=picture(f"{colour}.png", colour=colour)
            )

            card = await asked.wait_response(PATIENCE_S)

            assert card.embeds[0]["title"] == f"{colour}.png"


async def test_a_message_in_a_thread_elsewhere_is_kept_by_the_menu_and_its_links_told(
    harness: Harness,
) -> None:
    async with harness.bot():
        lobby = channel_without_bot(harness)
        await set_own_key(harness, lobby)
        thread = await harness.ada.open_thread(lobby, "aside")
        source = await harness.ada.say(thread, files=[picture("hers.png")])

        kept = await (await harness.ben.use_menu(source, "Mirror to host")).wait_response(
            PATIENCE_S
        )
        told = await (await harness.ben.use_menu(source, "Permanent link")).wait_response(
            PATIENCE_S
        )
        shown = await (await harness.ben.slash(thread, "library")).wait_response(PATIENCE_S)

    assert kept.embeds[0]["title"] == "hers.png"
    assert str(kept.embeds[0]["url"]) in told.content
    assert "hers.png" in str(shown.embeds)


@pytest.mark.parametrize("in_thread", [False, True])
async def test_with_the_commands_alone_uploads_work_and_mirroring_says_what_it_takes(
    harness: Harness, in_thread: bool
) -> None:
    async with harness.bot():
        other = harness.sim.add_guild("Commands only", owner=harness.ada, bot=False)
        other.add_commands()
        place = other.add_channel("lobby")
        if in_thread:
            place = await harness.ada.open_thread(place, "aside")
        opened = await harness.ada.slash(place, "settings key")
        key = await harness.host.create_key("commands")
        sent = await harness.ada.fill_modal(opened, {"host": harness.host.url, "key": key})
        await sent.wait_response(PATIENCE_S)

        card = await _answer(harness, place, "upload", file=picture())

        assert card.embeds[0]["title"] == "cat.png"
        for command in ("add", "pause", "remove", "resume"):
            for given in ({}, {"channel": place}):
                told = await _answer(harness, place, f"mirror {command}", **given)
                assert "I am no member of this server" in told.content, (command, given)
        for command in ("settings show", "status", "setup", "mirror list"):
            told = await _answer(harness, place, command)
            assert "went wrong" not in told.content, command
            assert told.embeds or told.content


@pytest.mark.parametrize("private", [False, True])
async def test_an_archived_thread_can_be_named_in_every_mirror_command(
    harness: Harness, private: bool
) -> None:
    thread = await harness.ada.open_thread(harness.photos, "old", private=private)
    harness.guild.grant_bot(Permission.MANAGE_THREADS)
    threads.edit_thread(harness.sim.world, thread, {"archived": True})
    async with harness.bot():
        await harness.set_key()
        told = {
            command: (
                await _answer(harness, harness.photos, f"mirror {command}", channel=thread)
            ).content
            for command in ("add", "pause", "resume", "test", "remove")
        }
    assert "is mirrored now" in told["add"]
    assert "is paused" in told["pause"]
    assert "I have every permission there" in told["test"]
    assert all(f"<#{thread.id}>" in text for text in told.values())


async def test_an_archived_private_thread_that_the_bot_is_not_in_can_be_named_too(
    harness: Harness,
) -> None:
    thread = await harness.ada.open_thread(harness.photos, "secret", private=True)
    threads.edit_thread(harness.sim.world, thread, {"archived": True})
    async with harness.bot():
        await harness.set_key()
        told = {
            command: (
                await _answer(harness, harness.photos, f"mirror {command}", channel=thread)
            ).content
            for command in ("add", "test", "remove")
        }
    assert "I lack **View Channel**" in told["add"]
    assert "I lack **View Channel**" in told["test"]
    assert "no longer mirrored" in told["remove"]


async def test_what_is_posted_in_a_thread_that_was_archived_is_kept_by_its_own_rule(
    harness: Harness,
) -> None:
    thread = await harness.ada.open_thread(harness.photos, "old")
    threads.edit_thread(harness.sim.world, thread, {"archived": True})
    async with harness.bot():
        await harness.set_key()
        await _answer(harness, harness.photos, "mirror add", channel=thread)

        await harness.card_for(await harness.ben.say(thread, files=[picture()]))
