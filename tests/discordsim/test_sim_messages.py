"""Messages over the wire, seen by the real discord.py and by people."""

import io
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, Permission, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import MakeBot, Probe, StartBot, Town


async def heard_message(
    bot: "Probe", town: "Town", content: str, *files: Upload
) -> discord.Message:
    heard = await bot.hears_message()
    await town.alice.say(town.memes, content, files)
    return await heard


def text_channel(bot: discord.Client, channel_id: int) -> discord.TextChannel:
    channel = bot.get_channel(channel_id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_posted_picture_reaches_the_bot_whole(
    bot: "Probe", town: "Town", picture: bytes
) -> None:
    sent = Upload("cat.png", picture, description="a cat")

    message = await heard_message(bot, town, "look", sent)

    (attachment,) = message.attachments
    assert message.content == "look"
    assert message.author.display_name == "Alice"
    assert isinstance(message.channel, discord.TextChannel)
    assert (attachment.filename, attachment.size) == ("cat.png", len(picture))
    assert (attachment.width, attachment.height) == (3, 2)
    assert (attachment.content_type, attachment.description) == ("image/png", "a cat")
    assert await attachment.read() == picture


@pytest.mark.parametrize(
    "upload",
    [Upload("SPOILER_a.png", b"x"), Upload("a.png", b"x", spoiler=True)],
    ids=["by name", "by flag"],
)
async def test_a_spoiler_is_marked(bot: "Probe", town: "Town", upload: Upload) -> None:
    message = await heard_message(bot, town, "", upload)
    assert message.attachments[0].is_spoiler() or message.attachments[0].flags.spoiler


async def test_a_reply_with_an_embed_is_seen_with_what_it_answers(
    bot: "Probe", town: "Town"
) -> None:
    message = await heard_message(bot, town, "hello")
    embed = discord.Embed(title="Kept", url="https://host.test/a")
    embed.set_thumbnail(url="https://host.test/a.th.png")

    await message.reply(embed=embed, mention_author=False)

    card = await town.bob.wait_for_message(town.memes, lambda m: bool(m.embeds))
    assert card.embeds[0]["title"] == "Kept"
    assert card.reference is not None
    assert card.reference.message_id == message.id
    assert card.mention_ids == []


async def test_a_bots_file_is_kept_and_shown_in_its_embed(
    bot: "Probe", town: "Town", picture: bytes
) -> None:
    channel = text_channel(bot, town.memes.id)
    embed = discord.Embed().set_image(url="attachment://thumb.png")
    file = discord.File(io.BytesIO(picture), "thumb.png", description="small")

    sent = await channel.send(embed=embed, file=file)

    assert sent.embeds[0].image.url == sent.attachments[0].url
    assert await sent.attachments[0].read() == picture
    assert sent.attachments[0].description == "small"


async def test_an_edit_changes_only_what_it_names(bot: "Probe", town: "Town") -> None:
    channel = text_channel(bot, town.memes.id)
    sent = await channel.send("before", embed=discord.Embed(title="stays"))

    edited = await sent.edit(content="after")

    assert (edited.content, edited.embeds[0].title) == ("after", "stays")
    assert edited.edited_at is not None
    assert town.alice.messages(town.memes)[-1].content == "after"


async def test_a_second_send_with_the_same_nonce_is_the_first_message(
    bot: "Probe", town: "Town"
) -> None:
    channel = text_channel(bot, town.memes.id)

    first = await channel.send("once", nonce="upload-7")
    second = await channel.send("once", nonce="upload-7")

    assert first.id == second.id
    assert len(town.alice.messages(town.memes)) == 1


async def test_history_pages_in_both_directions(bot: "Probe", town: "Town") -> None:
    sent = [await town.alice.say(town.memes, f"{number}") for number in range(7)]
    channel = text_channel(bot, town.memes.id)

    newest = [message.content async for message in channel.history(limit=3)]
    later = [message.content async for message in channel.history(after=discord.Object(sent[4].id))]
    around = [m.content async for m in channel.history(limit=3, around=discord.Object(sent[3].id))]

    assert newest == ["6", "5", "4"]
    assert later == ["5", "6"]
    assert sorted(around) == ["2", "3", "4"]


async def test_a_deleted_message_is_told_by_ids_only(bot: "Probe", town: "Town") -> None:
    message = await town.alice.say(town.memes, "gone soon")
    heard = await bot.hears("raw_message_delete")

    await town.alice.delete(message)

    event = await heard
    assert isinstance(event, discord.RawMessageDeleteEvent)
    assert (event.message_id, event.channel_id) == (message.id, town.memes.id)
    with pytest.raises(discord.NotFound) as refused:
        await text_channel(bot, town.memes.id).fetch_message(message.id)
    assert refused.value.code == 10008


async def test_messages_deleted_in_bulk_are_one_event(bot: "Probe", town: "Town") -> None:
    messages = [await town.alice.say(town.memes, f"{number}") for number in range(3)]
    heard = await bot.hears("raw_bulk_message_delete")

    await town.bob.delete_many(messages)

    event = await heard
    assert isinstance(event, discord.RawBulkMessageDeleteEvent)
    assert event.message_ids == {message.id for message in messages}


async def test_reactions_travel_both_ways(bot: "Probe", town: "Town") -> None:
    message = await heard_message(bot, town, "nice")
    heard = await bot.hears("raw_reaction_add")

    await town.bob.react(town.alice.messages(town.memes)[-1], "📌")
    event = await heard
    await message.add_reaction("📌")

    assert isinstance(event, discord.RawReactionActionEvent)
    assert (event.emoji.name, event.user_id) == ("📌", town.bob.id)
    fetched = await message.channel.fetch_message(message.id)
    (reaction,) = fetched.reactions
    assert (reaction.count, reaction.me) == (2, True)
    who = {user.id async for user in reaction.users()}
    assert who == {town.bob.id, town.sim.bot_user.id}


async def test_the_bot_takes_its_own_reaction_back(bot: "Probe", town: "Town") -> None:
    message = await heard_message(bot, town, "nice")
    await town.bob.react(town.alice.messages(town.memes)[-1], "📌")
    await message.add_reaction("📌")

    await message.remove_reaction("📌", discord.Object(town.sim.bot_user.id))

    assert town.alice.messages(town.memes)[-1].reactions == {"📌": [town.bob.id]}


async def test_pins_are_listed(bot: "Probe", town: "Town") -> None:
    town.guild.grant_bot(Permission.PIN_MESSAGES)
    message = await heard_message(bot, town, "rules")

    await message.pin()

    pinned = [item.id async for item in message.channel.pins()]
    assert pinned == [message.id]
    await message.unpin()
    assert [item.id async for item in message.channel.pins()] == []


async def test_a_direct_message_arrives_and_can_be_answered(bot: "Probe", town: "Town") -> None:
    user = await bot.fetch_user(town.alice.id)
    await user.send("your link: <https://host.test/delete>", suppress_embeds=True)
    heard = await bot.hears_message(town.alice.id)

    note = await town.alice.wait_for_message(town.alice.dm)
    await town.alice.say(town.alice.dm, "thanks")

    assert note.content.startswith("your link")
    answer = await heard
    assert answer.content == "thanks"
    assert town.bob.messages(town.alice.dm) == []


async def test_closed_direct_messages_are_refused_with_50007(bot: "Probe", town: "Town") -> None:
    town.alice.dms_closed = True
    user = await bot.fetch_user(town.alice.id)

    with pytest.raises(discord.Forbidden) as refused:
        await user.send("psst")

    assert refused.value.code == 50007


async def test_a_stranger_without_a_common_guild_is_refused_with_50278(
    bot: "Probe", town: "Town"
) -> None:
    stranger = town.sim.add_person("stranger")
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
    bot: "Probe", town: "Town", denied: Permission, send: "Send", code: int
) -> None:
    channel = text_channel(bot, town.memes.id)
    town.sim.faults.revoke(town.memes, denied)

    with pytest.raises(discord.Forbidden) as refused:
        await send(channel)

    assert refused.value.code == code
    town.sim.faults.restore(town.memes)
    assert (await channel.send("again")).content == "again"


async def test_what_is_too_long_is_refused_by_field(bot: "Probe", town: "Town") -> None:
    channel = text_channel(bot, town.memes.id)

    with pytest.raises(discord.HTTPException) as refused:
        await channel.send(embed=discord.Embed(title="x" * 257))

    assert refused.value.code == 50035
    assert "embeds.0.title" in refused.value.text


async def test_nothing_at_all_is_refused(bot: "Probe", town: "Town") -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await text_channel(bot, town.memes.id).send("")
    assert refused.value.code == 50006


async def test_a_file_beyond_ten_mebibytes_is_refused(bot: "Probe", town: "Town") -> None:
    file = discord.File(io.BytesIO(bytes(10 * 1024 * 1024 + 1)), "big.bin")
    with pytest.raises(discord.HTTPException) as refused:
        await text_channel(bot, town.memes.id).send(file=file)
    assert (refused.value.status, refused.value.code) == (413, 40005)


async def test_the_bot_cannot_edit_what_another_wrote(bot: "Probe", town: "Town") -> None:
    message = await heard_message(bot, town, "mine")
    with pytest.raises(discord.Forbidden) as refused:
        await message.edit(content="yours")
    assert refused.value.code == 50005


async def test_without_the_content_intent_a_message_is_blank_but_not_a_mention(
    town: "Town", make_bot: "MakeBot", start_bot: "StartBot", picture: bytes
) -> None:
    bot = make_bot(discord.Intents(guilds=True, guild_messages=True, dm_messages=True))
    await start_bot(bot)

    blank = await heard_message(bot, town, "secret", Upload("a.png", picture))
    named = await heard_message(
        bot, town, f"<@{town.sim.bot_user.id}> see", Upload("b.png", picture)
    )
    heard = await bot.hears_message()
    await town.alice.say(town.alice.dm, "direct", [Upload("c.png", picture)])
    direct = await heard

    assert (blank.content, blank.attachments) == ("", [])
    assert [item.filename for item in named.attachments] == ["b.png"]
    assert [item.filename for item in direct.attachments] == ["c.png"]


async def test_a_person_is_refused_like_the_bot(town: "Town") -> None:
    town.guild.overwrite(town.memes, town.alice, deny=Permission.SEND_MESSAGES)
    with pytest.raises(ApiProblem) as refused:
        await town.alice.say(town.memes, "hm")
    assert refused.value.code == 50013


async def test_a_hidden_channel_shows_a_person_nothing(town: "Town") -> None:
    await town.olga.say(town.memes, "for a few")
    town.guild.overwrite(town.memes, deny=Permission.VIEW_CHANNEL)

    assert town.bob.messages(town.memes) == []
    assert len(town.olga.messages(town.memes)) == 1
