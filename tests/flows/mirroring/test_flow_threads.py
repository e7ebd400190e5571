"""Threads that are not in the bot's memory: elsewhere, archived, private."""

import pytest

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission
from imgoe_bot.discordsim.actions import threads
from tests.flows.kit import PATIENCE_S, Town, elsewhere, own_key, picture


async def _answer(town: Town, place: Channel, command: str, **options: object) -> Message:
    asked = await town.ada.slash(place, command, **options)
    return await asked.wait_response(PATIENCE_S)


async def test_who_brought_the_app_along_uploads_in_threads_and_posts_elsewhere(
    town: Town,
) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        other = next(g for g in town.sim.world.guilds.values() if g.id == lobby.guild_id)
        forum = Channel(
            town.sim.world.ids.next(), ChannelType.FORUM, "forum", lobby.guild_id, created_at=0.0
        )
        town.sim.world.channels[forum.id] = forum
        other.channel_ids.append(forum.id)
        thread = await town.ada.open_thread(lobby, "aside")
        post, _ = await town.ada.open_post(forum, "a post", "text")
        for place, colour in ((thread, "red"), (post, "blue")):
            asked = await town.ben.slash(
                place, "upload", file=picture(f"{colour}.png", colour=colour)
            )

            card = await asked.wait_response(PATIENCE_S)

            assert card.embeds[0]["title"] == f"{colour}.png"


async def test_a_message_in_a_thread_elsewhere_is_kept_by_the_menu_and_its_links_told(
    town: Town,
) -> None:
    async with town.bot():
        lobby = elsewhere(town)
        await own_key(town, lobby)
        thread = await town.ada.open_thread(lobby, "aside")
        source = await town.ada.say(thread, files=[picture("hers.png")])

        kept = await (await town.ben.use_menu(source, "Mirror to host")).wait_response(PATIENCE_S)
        told = await (await town.ben.use_menu(source, "Permanent link")).wait_response(PATIENCE_S)
        shown = await (await town.ben.slash(thread, "library")).wait_response(PATIENCE_S)

    assert kept.embeds[0]["title"] == "hers.png"
    assert str(kept.embeds[0]["url"]) in told.content
    assert "hers.png" in str(shown.embeds)


@pytest.mark.parametrize("in_thread", [False, True])
async def test_with_the_commands_alone_uploads_work_and_mirroring_says_what_it_takes(
    town: Town, in_thread: bool
) -> None:
    async with town.bot():
        other = town.sim.add_guild("Commands only", owner=town.ada, bot=False)
        other.add_commands()
        place = other.add_channel("lobby")
        if in_thread:
            place = await town.ada.open_thread(place, "aside")
        opened = await town.ada.slash(place, "settings key")
        key = await town.host.create_key("commands")
        sent = await town.ada.fill_modal(opened, {"host": town.host.url, "key": key})
        await sent.wait_response(PATIENCE_S)

        card = await _answer(town, place, "upload", file=picture())

        assert card.embeds[0]["title"] == "cat.png"
        for command in ("add", "pause", "remove", "resume"):
            for given in ({}, {"channel": place}):
                told = await _answer(town, place, f"mirror {command}", **given)
                assert "I am no member of this server" in told.content, (command, given)
        for command in ("settings show", "status", "setup", "mirror list"):
            told = await _answer(town, place, command)
            assert "went wrong" not in told.content, command
            assert told.embeds or told.content


@pytest.mark.parametrize("private", [False, True])
async def test_an_archived_thread_can_be_named_in_every_mirror_command(
    town: Town, private: bool
) -> None:
    thread = await town.ada.open_thread(town.photos, "old", private=private)
    town.guild.grant_bot(Permission.MANAGE_THREADS)
    threads.edit_thread(town.sim.world, thread, {"archived": True})
    async with town.bot():
        await town.set_key()
        told = {
            command: (await _answer(town, town.photos, f"mirror {command}", channel=thread)).content
            for command in ("add", "pause", "resume", "test", "remove")
        }
    assert "is mirrored now" in told["add"]
    assert "is paused" in told["pause"]
    assert "I have every permission there" in told["test"]
    assert all(f"<#{thread.id}>" in text for text in told.values())


async def test_an_archived_private_thread_that_the_bot_is_not_in_can_be_named_too(
    town: Town,
) -> None:
    thread = await town.ada.open_thread(town.photos, "secret", private=True)
    threads.edit_thread(town.sim.world, thread, {"archived": True})
    async with town.bot():
        await town.set_key()
        told = {
            command: (await _answer(town, town.photos, f"mirror {command}", channel=thread)).content
            for command in ("add", "test", "remove")
        }
    assert "I lack **View Channel**" in told["add"]
    assert "I lack **View Channel**" in told["test"]
    assert "no longer mirrored" in told["remove"]


async def test_what_is_posted_in_a_thread_that_was_archived_is_kept_by_its_own_rule(
    town: Town,
) -> None:
    thread = await town.ada.open_thread(town.photos, "old")
    threads.edit_thread(town.sim.world, thread, {"archived": True})
    async with town.bot():
        await town.set_key()
        await _answer(town, town.photos, "mirror add", channel=thread)

        await town.card_for(await town.ben.say(thread, files=[picture()]))
