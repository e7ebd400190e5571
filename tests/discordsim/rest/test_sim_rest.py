"""What the bot may do by REST to messages, reactions, members and its own commands."""

import io
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from imgoe_bot.discordsim import Permission

if TYPE_CHECKING:
    from tests.discordsim.conftest import Clock, Harness, ScriptedBot


def channel_of(bot: discord.Client, harness: "Harness") -> discord.TextChannel:
    channel = bot.get_channel(harness.memes.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_the_bot_deletes_its_own_message_and_others_with_the_right(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = channel_of(bot, harness)
    mine = await channel.send("mine")
    yours = await harness.alice.say(harness.memes, "yours")
    foreign = channel.get_partial_message(yours.id)

    await mine.delete()
    with pytest.raises(discord.Forbidden) as refused:
        await foreign.delete()
    harness.guild.grant_bot(Permission.MANAGE_MESSAGES)
    await foreign.delete()

    assert refused.value.code == 50013
    assert harness.alice.messages(harness.memes) == []


async def test_the_bot_cannot_delete_a_persons_direct_message(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    heard = await bot.hears_message()
    await harness.alice.say(harness.alice.dm, "mine")
    with pytest.raises(discord.Forbidden) as refused:
        await (await heard).delete()
    assert refused.value.code == 50003


async def test_the_bot_deletes_in_bulk(
    bot: "ScriptedBot", harness: "Harness", clock: "Clock"
) -> None:
    harness.guild.grant_bot(Permission.MANAGE_MESSAGES)
    channel = channel_of(bot, harness)
    messages = [await harness.alice.say(harness.memes, f"{number}") for number in range(4)]
    partial = [channel.get_partial_message(message.id) for message in messages]

    await channel.delete_messages(partial[:3])
    assert [m.content for m in harness.alice.messages(harness.memes)] == ["3"]

    later = await harness.alice.say(harness.memes, "4")
    clock.ahead_s += 15 * 86_400
    old = [partial[3], channel.get_partial_message(later.id)]
    with pytest.raises(discord.HTTPException) as refused:
        await channel.delete_messages(old)
    assert refused.value.code == 50034
    twice = [channel.get_partial_message(later.id)] * 2
    with pytest.raises(discord.HTTPException) as repeated:
        await channel.delete_messages(twice)
    assert (repeated.value.status, repeated.value.code) == (400, 50035)


async def test_the_bot_hides_anothers_embeds_with_the_right(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.guild.grant_bot(Permission.MANAGE_MESSAGES)
    message = await harness.alice.say(harness.memes, "https://host.test")
    fetched = await channel_of(bot, harness).fetch_message(message.id)
    await fetched.edit(suppress=True)
    assert message.flags & 4


async def test_reactions_are_cleared_whole_or_by_emoji(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.guild.grant_bot(Permission.MANAGE_MESSAGES)
    state = await harness.alice.say(harness.memes, "nice")
    message = await channel_of(bot, harness).fetch_message(state.id)
    for emoji in ("📌", "👍", "cat:123456"):
        await harness.bob.react(state, emoji)

    await message.remove_reaction("📌", discord.Object(harness.bob.id))
    await message.clear_reaction("👍")
    assert list(state.reactions) == ["cat:123456"]
    fetched = await message.channel.fetch_message(state.id)
    assert isinstance(fetched.reactions[0].emoji, discord.PartialEmoji | discord.Emoji)
    await message.clear_reactions()
    assert state.reactions == {}


async def test_a_reaction_taken_back_is_told(bot: "ScriptedBot", harness: "Harness") -> None:
    message = await harness.alice.say(harness.memes, "nice")
    await harness.bob.react(message, "📌")
    await harness.bob.react(message, "📌")
    told = await bot.hears("raw_reaction_remove")
    await harness.bob.unreact(message, "📌")
    await harness.bob.unreact(message, "📌")
    event = await told
    assert isinstance(event, discord.RawReactionActionEvent)
    assert event.user_id == harness.bob.id


async def test_the_bot_types(bot: "ScriptedBot", harness: "Harness") -> None:
    stream = harness.sim.subscribe(harness.alice)
    async with channel_of(bot, harness).typing():
        seen = await anext(stream)
    assert seen["t"] == "TYPING_START"


async def test_an_attachment_can_be_taken_off_by_an_edit(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    files = [discord.File(io.BytesIO(b"a"), "a.txt"), discord.File(io.BytesIO(b"b"), "b.txt")]
    sent = await channel_of(bot, harness).send("two", files=files)
    fresh = discord.File(io.BytesIO(b"c"), "c.txt")

    edited = await sent.edit(attachments=[sent.attachments[1], fresh])

    assert [item.filename for item in edited.attachments] == ["b.txt", "c.txt"]
    with pytest.raises(discord.HTTPException) as refused:
        await edited.edit(content="", attachments=[])
    assert refused.value.code == 50006


async def test_an_ephemeral_answer_is_not_among_the_channels_messages(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        message = await interaction.original_response()
        assert message.flags.ephemeral

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "whisper")
    hidden = await asked.wait_response()
    with pytest.raises(discord.NotFound) as refused:
        await channel_of(bot, harness).fetch_message(hidden.id)
    assert refused.value.code == 10008


async def test_an_answer_can_be_fetched_edited_and_deleted(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    seen: list[str] = []

    @bot.tree.command(description="Change")
    async def change(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        first = await interaction.followup.send("first", wait=True)
        second = await interaction.followup.send("second", wait=True)
        await second.edit(content="2nd")
        seen.append((await interaction.followup.fetch_message(second.id)).content)
        await second.delete()
        await interaction.delete_original_response()
        try:
            await interaction.original_response()
        except discord.NotFound as error:
            seen.append(str(error.code))
        assert first.id != second.id
        await interaction.followup.send("end")

    await bot.tree.sync()
    asked = await harness.alice.slash(harness.memes, "change")
    await harness.alice.wait_for_message(harness.memes, lambda m: m.content == "end")

    assert seen[0] == "2nd"
    assert [m.content for m in asked.responses] == ["end"]


async def test_a_single_command_is_added_changed_and_removed(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    address = f"{harness.sim.api_url}/applications/{harness.sim.application_id}/commands"
    command = {"type": 1, "name": "x", "description": "d"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(address, json=command) as response,
    ):
        assert response.status == 201

    (made,) = await bot.tree.fetch_commands()
    assert (await made.edit(description="new")).description == "new"
    await made.delete()
    assert await bot.tree.fetch_commands() == []


async def test_too_many_menus_are_refused(bot: "ScriptedBot", harness: "Harness") -> None:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    menus = [{"type": 3, "name": f"menu {number}"} for number in range(16)]
    address = f"{harness.sim.api_url}/applications/{harness.sim.application_id}/commands"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.put(address, json=menus) as response,
    ):
        assert (response.status, (await response.json())["code"]) == (400, 50035)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "users/1", 404, 10013),
        ("GET", "users/@me/guilds", 200, None),
        ("GET", "channels/1", 404, 10003),
        ("GET", "channels/words", 400, 50035),
        ("GET", "guilds/1", 404, 10004),
        ("GET", "stickers/1", 404, 10060),
        ("GET", "applications/1/commands", 404, 10002),
        ("POST", "webhooks/1/none", 404, 10015),
        ("POST", "interactions/1/none/callback", 404, 10062),
        ("PATCH", "guilds/{guild}/members/@me", 200, None),
        ("GET", "guilds/{guild}", 200, None),
        ("GET", "guilds/{guild}/stickers", 200, None),
        ("GET", "channels/{memes}/messages?limit=101", 400, 50035),
        ("GET", "channels/{memes}/messages/1", 404, 10008),
        ("GET", "gateway", 200, None),
    ],
)
async def test_answers_by_route(
    harness: "Harness", method: str, path: str, status: int, code: int | None
) -> None:
    address = path.format(guild=harness.guild.id, memes=harness.memes.id)
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{harness.sim.api_url}/{address}", json={}) as response,
    ):
        body = await response.json()
    assert response.status == status
    assert code is None or body["code"] == code


async def test_malformed_json_is_refused(harness: "Harness") -> None:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}", "Content-Type": "application/json"}
    address = f"{harness.sim.api_url}/channels/{harness.memes.id}/messages"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(address, data=b"{") as response,
    ):
        assert (response.status, (await response.json())["code"]) == (400, 50109)


async def test_pins_have_an_end(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.guild.grant_bot(Permission.PIN_MESSAGES)
    channel = channel_of(bot, harness)
    for number in range(50):
        message = await harness.alice.say(harness.memes, f"{number}")
        message.pinned_at = 1.0
    last = await harness.alice.say(harness.memes, "one more")
    with pytest.raises(discord.HTTPException) as refused:
        await channel.get_partial_message(last.id).pin()
    assert refused.value.code == 30003
