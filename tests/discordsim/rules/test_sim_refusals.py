"""What Discord refuses a bot and a person to send, and what it blanks."""

import io
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, ChannelType, Permission, Upload
from imgoe_bot.discordsim.actions import threads

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, MakeBot, ScriptedBot, StartBot


async def test_closed_direct_messages_are_refused_with_50007(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.alice.dms_closed = True
    user = await bot.fetch_user(harness.alice.id)

    with pytest.raises(discord.Forbidden) as refused:
        await user.send("psst")

    assert refused.value.code == 50007


async def test_a_stranger_without_a_common_guild_is_refused_with_50278(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    stranger = harness.sim.add_person("stranger")
    user = await bot.fetch_user(stranger.id)

    with pytest.raises(discord.Forbidden) as refused:
        await user.send("psst")

    assert refused.value.code == 50278


Send = Callable[[discord.TextChannel], Awaitable[discord.Message]]


async def words(channel: discord.TextChannel) -> discord.Message:
    return await channel.send("x")


async def card(channel: discord.TextChannel) -> discord.Message:
    return await channel.send(embed=discord.Embed(title="x"))


async def file(channel: discord.TextChannel) -> discord.Message:
    return await channel.send(file=discord.File(io.BytesIO(b"x"), "x.bin"))


@pytest.mark.parametrize(
    ("denied", "send", "code"),
    [
        (Permission.VIEW_CHANNEL, words, 50001),
        (Permission.SEND_MESSAGES, words, 50013),
        (Permission.EMBED_LINKS, card, 50013),
        (Permission.ATTACH_FILES, file, 50013),
    ],
)
async def test_a_denied_permission_is_refused(
    bot: "ScriptedBot", harness: "Harness", denied: Permission, send: "Send", code: int
) -> None:
    channel = bot.text_channel(harness.memes.id)
    harness.sim.faults.revoke(harness.memes, denied)

    with pytest.raises(discord.Forbidden) as refused:
        await send(channel)

    assert refused.value.code == code
    harness.sim.faults.restore(harness.memes)
    assert (await channel.send("again")).content == "again"


async def test_what_is_too_long_is_refused_by_field(bot: "ScriptedBot", harness: "Harness") -> None:
    channel = bot.text_channel(harness.memes.id)

    with pytest.raises(discord.HTTPException) as refused:
        await channel.send(embed=discord.Embed(title="x" * 257))

    assert refused.value.code == 50035
    assert "embeds.0.title" in refused.value.text


async def test_nothing_at_all_is_refused(bot: "ScriptedBot", harness: "Harness") -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await bot.text_channel(harness.memes.id).send("")
    assert refused.value.code == 50006


async def test_a_reply_to_a_message_that_is_gone_is_a_wrong_form(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.heard_by(bot, "gone soon")
    await harness.alice.delete(harness.alice.messages(harness.memes)[-1])

    with pytest.raises(discord.HTTPException) as refused:
        await message.reply("too late")
    answer = await message.channel.send(
        "as no reply", reference=message.to_reference(fail_if_not_exists=False)
    )

    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert "message_reference: Unknown message" in refused.value.text
    assert (answer.reference, answer.type) == (None, discord.MessageType.default)


async def test_a_file_beyond_ten_mebibytes_is_refused(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    file = discord.File(io.BytesIO(bytes(10 * 1024 * 1024 + 1)), "big.bin")
    with pytest.raises(discord.HTTPException) as refused:
        await bot.text_channel(harness.memes.id).send(file=file)
    assert (refused.value.status, refused.value.code) == (413, 40005)


async def test_the_bot_cannot_edit_what_another_wrote(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.heard_by(bot, "mine")
    with pytest.raises(discord.Forbidden) as refused:
        await message.edit(content="yours")
    assert refused.value.code == 50005


async def test_without_the_content_intent_a_message_is_blank_but_not_a_mention(
    harness: "Harness", make_bot: "MakeBot", start_bot: "StartBot", picture: bytes
) -> None:
    bot = make_bot(discord.Intents(guilds=True, guild_messages=True, dm_messages=True))
    await start_bot(bot)

    blank = await harness.heard_by(bot, "secret", Upload("a.png", picture))
    named = await harness.heard_by(
        bot, f"<@{harness.sim.bot_user.id}> see", Upload("b.png", picture)
    )
    heard = await bot.hears_message()
    await harness.alice.say(harness.alice.dm, "direct", [Upload("c.png", picture)])
    direct = await heard

    assert (blank.content, blank.attachments) == ("", [])
    assert [item.filename for item in named.attachments] == ["b.png"]
    assert [item.filename for item in direct.attachments] == ["c.png"]


async def test_a_person_is_refused_like_the_bot(harness: "Harness") -> None:
    harness.guild.overwrite(harness.memes, harness.alice, deny=Permission.SEND_MESSAGES)
    with pytest.raises(ApiProblem) as refused:
        await harness.alice.say(harness.memes, "hm")
    assert refused.value.code == 50013


async def test_a_hidden_channel_shows_a_person_nothing(harness: "Harness") -> None:
    await harness.olga.say(harness.memes, "for a few")
    harness.guild.overwrite(harness.memes, deny=Permission.VIEW_CHANNEL)

    assert harness.bob.messages(harness.memes) == []
    assert len(harness.olga.messages(harness.memes)) == 1


async def test_who_blocked_the_bot_gets_no_reaction_and_no_direct_message_of_it(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.heard_by(bot, "leave me alone")
    harness.alice.blocks_bot = True
    user = await bot.fetch_user(harness.alice.id)

    with pytest.raises(discord.Forbidden) as reaction:
        await message.add_reaction("👍")
    with pytest.raises(discord.Forbidden) as letter:
        await user.send("psst")

    assert (reaction.value.code, letter.value.code) == (90001, 50007)


async def test_automatic_moderation_refuses_words_in_text_and_embeds_new_or_edited(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.text_channel(harness.memes.id)
    sent = await channel.send("fine")
    harness.guild.block_words("rude")

    codes: list[int] = []
    for attempt in (
        channel.send("how RUDE"),
        channel.send(embed=discord.Embed(title="rude.png")),
        sent.edit(content="rude"),
    ):
        with pytest.raises(discord.Forbidden) as refused:
            await attempt
        codes.append(refused.value.code)
    harness.guild.block_words()

    assert codes == [200000] * 3
    assert (await channel.send("rude")).content == "rude"


async def test_who_may_not_read_history_may_not_reply(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.heard_by(bot, "answer me")
    harness.sim.faults.revoke(harness.memes, Permission.READ_MESSAGE_HISTORY)

    with pytest.raises(discord.Forbidden) as refused:
        await message.reply("no")

    assert refused.value.code == 160002
    assert (await message.channel.send("yes")).content == "yes"


async def test_there_are_no_threads_below_voice_channels(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    voice = harness.guild.add_channel("voice", type=ChannelType.VOICE)
    said = await harness.alice.say(voice, "hello")

    with pytest.raises(discord.HTTPException) as refused:
        await (
            bot.get_partial_messageable(voice.id, guild_id=harness.guild.id)
            .get_partial_message(said.id)
            .create_thread(name="x")
        )

    assert refused.value.code == 50024


async def test_in_an_archived_thread_nothing_is_edited_and_no_reaction_added(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    thread = await harness.alice.open_thread(harness.memes, "old")
    sent = await bot.get_partial_messageable(thread.id).send("there")
    threads.edit_thread(harness.sim.world, thread, {"archived": True})

    codes: list[int] = []
    for attempt in (sent.edit(content="x"), sent.add_reaction("👍")):
        with pytest.raises(discord.HTTPException) as refused:
            await attempt
        codes.append(refused.value.code)

    assert codes == [50083, 50083]
