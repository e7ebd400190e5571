"""Messages over the wire, seen by the real discord.py and by people."""

import io
from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import Permission, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


async def test_a_posted_picture_reaches_the_bot_whole(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    sent = Upload("cat.png", picture, description="a cat")

    message = await harness.heard_by(bot, "look", sent)

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
async def test_a_spoiler_is_marked(bot: "ScriptedBot", harness: "Harness", upload: Upload) -> None:
    message = await harness.heard_by(bot, "", upload)
    assert message.attachments[0].is_spoiler() or message.attachments[0].flags.spoiler


async def test_a_reply_with_an_embed_is_seen_with_what_it_answers(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.heard_by(bot, "hello")
    embed = discord.Embed(title="Kept", url="https://host.test/a")
    embed.set_thumbnail(url="https://host.test/a.th.png")

    await message.reply(embed=embed, mention_author=False)

    card = await harness.bob.wait_for_message(harness.memes, lambda m: bool(m.embeds))
    assert card.embeds[0]["title"] == "Kept"
    assert card.reference is not None
    assert card.reference.message_id == message.id
    assert card.mention_ids == []


async def test_a_bots_file_is_kept_and_shown_in_its_embed_and_listed_elsewhere_no_more(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    channel = bot.text_channel(harness.memes.id)
    embed = discord.Embed().set_image(url="attachment://thumb.png")
    names = ("thumb.png", "other.png")
    files = [discord.File(io.BytesIO(picture), name, description="small") for name in names]

    sent = await channel.send(embed=embed, files=files)

    image = sent.embeds[0].image
    assert image.url is not None
    assert "/thumb.png" in image.url
    assert (image.width, image.height) == (3, 2)
    assert await bot.http.get_from_cdn(image.url) == picture
    assert [each.filename for each in sent.attachments] == ["other.png"]
    assert await sent.attachments[0].read() == picture
    assert sent.attachments[0].description == "small"


async def test_an_odd_file_name_is_rewritten_and_its_link_works(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    heard = await harness.heard_by(bot, "", Upload("a/b ü.png", picture), Upload("..", b"x"))
    first, second = heard.attachments

    assert (first.filename, first.title) == ("a_b_u.png", "a/b ü")
    assert await first.read() == picture
    assert await second.read() == b"x"


async def test_an_embed_may_call_a_file_by_the_name_it_was_sent_with(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    embed = discord.Embed().set_image(url="attachment://my cat.png")
    file = discord.File(io.BytesIO(picture), "my cat.png")

    sent = await bot.text_channel(harness.memes.id).send(embed=embed, file=file)
    edited = await sent.edit(embed=embed)

    for message in (sent, edited):
        assert str(message.embeds[0].image.url).startswith(harness.sim.cdn_url)


async def test_an_edit_changes_only_what_it_names(bot: "ScriptedBot", harness: "Harness") -> None:
    channel = bot.text_channel(harness.memes.id)
    sent = await channel.send("before", embed=discord.Embed(title="stays"))

    edited = await sent.edit(content="after")

    assert (edited.content, edited.embeds[0].title) == ("after", "stays")
    assert edited.edited_at is not None
    assert harness.alice.messages(harness.memes)[-1].content == "after"


async def test_a_second_send_with_the_same_nonce_is_the_first_message(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    channel = bot.text_channel(harness.memes.id)

    first = await channel.send("once", nonce="upload-7")
    second = await channel.send("once", nonce="upload-7")

    assert first.id == second.id
    assert len(harness.alice.messages(harness.memes)) == 1


async def test_history_pages_in_both_directions(bot: "ScriptedBot", harness: "Harness") -> None:
    sent = [await harness.alice.say(harness.memes, f"{number}") for number in range(7)]
    channel = bot.text_channel(harness.memes.id)

    newest = [message.content async for message in channel.history(limit=3)]
    later = [message.content async for message in channel.history(after=discord.Object(sent[4].id))]
    around = [m.content async for m in channel.history(limit=3, around=discord.Object(sent[3].id))]

    assert newest == ["6", "5", "4"]
    assert later == ["5", "6"]
    assert sorted(around) == ["2", "3", "4"]


async def test_a_deleted_message_is_told_by_ids_only(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    message = await harness.alice.say(harness.memes, "gone soon")
    heard = await bot.hears("raw_message_delete")

    await harness.alice.delete(message)

    event = await heard
    assert isinstance(event, discord.RawMessageDeleteEvent)
    assert (event.message_id, event.channel_id) == (message.id, harness.memes.id)
    with pytest.raises(discord.NotFound) as refused:
        await bot.text_channel(harness.memes.id).fetch_message(message.id)
    assert refused.value.code == 10008


async def test_messages_deleted_in_bulk_are_one_event(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    messages = [await harness.alice.say(harness.memes, f"{number}") for number in range(3)]
    heard = await bot.hears("raw_bulk_message_delete")

    await harness.bob.delete_many(messages)

    event = await heard
    assert isinstance(event, discord.RawBulkMessageDeleteEvent)
    assert event.message_ids == {message.id for message in messages}


async def test_reactions_travel_both_ways(bot: "ScriptedBot", harness: "Harness") -> None:
    message = await harness.heard_by(bot, "nice")
    heard = await bot.hears("raw_reaction_add")

    await harness.bob.react(harness.alice.messages(harness.memes)[-1], "📌")
    event = await heard
    await message.add_reaction("📌")

    assert isinstance(event, discord.RawReactionActionEvent)
    assert (event.emoji.name, event.user_id) == ("📌", harness.bob.id)
    fetched = await message.channel.fetch_message(message.id)
    (reaction,) = fetched.reactions
    assert (reaction.count, reaction.me) == (2, True)
    who = {user.id async for user in reaction.users()}
    assert who == {harness.bob.id, harness.sim.bot_user.id}


async def test_the_bot_takes_its_own_reaction_back(bot: "ScriptedBot", harness: "Harness") -> None:
    message = await harness.heard_by(bot, "nice")
    await harness.bob.react(harness.alice.messages(harness.memes)[-1], "📌")
    await message.add_reaction("📌")

    await message.remove_reaction("📌", discord.Object(harness.sim.bot_user.id))

    assert harness.alice.messages(harness.memes)[-1].reactions == {"📌": [harness.bob.id]}


async def test_pins_are_listed(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.guild.grant_bot(Permission.PIN_MESSAGES)
    message = await harness.heard_by(bot, "rules")

    await message.pin()

    pinned = [item.id async for item in message.channel.pins()]
    assert pinned == [message.id]
    (notice,) = [m async for m in message.channel.history(after=message)]
    assert (notice.type, notice.author.id) == (
        discord.MessageType.pins_add,
        harness.sim.bot_user.id,
    )
    assert (notice.reference and notice.reference.message_id, notice.mentions) == (message.id, [])
    await message.unpin()
    assert [item.id async for item in message.channel.pins()] == []


async def test_a_direct_message_arrives_and_can_be_answered(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    user = await bot.fetch_user(harness.alice.id)
    await user.send("your link: <https://host.test/delete>", suppress_embeds=True)
    heard = await bot.hears_message(harness.alice.id)

    note = await harness.alice.wait_for_message(harness.alice.dm)
    await harness.alice.say(harness.alice.dm, "thanks")

    assert note.content.startswith("your link")
    answer = await heard
    assert answer.content == "thanks"
    assert harness.bob.messages(harness.alice.dm) == []
