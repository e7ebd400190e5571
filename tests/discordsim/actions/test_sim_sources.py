"""Everything a picture can come from besides an ordinary attachment."""

from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, Permission, Upload
from imgoe_bot.discordsim.untyped_json import Payload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


LAYOUT: list[Payload] = [
    {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]},
    {"type": 13, "file": {"url": "attachment://b.txt"}},
]


async def test_a_forward_carries_a_snapshot_with_its_files_and_no_author(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    other = harness.guild.add_channel("other")
    original = await harness.bob.say(other, "mine", [Upload("a.png", picture)])
    heard = await bot.hears_message(harness.alice.id)

    await harness.alice.forward(original, harness.memes)

    message = await heard
    (snapshot,) = message.message_snapshots
    assert message.author.id == harness.alice.id
    assert (message.content, message.attachments) == ("", [])
    assert snapshot.content == "mine"
    assert await snapshot.attachments[0].read() == picture
    assert message.flags.forwarded


async def test_what_one_cannot_read_one_cannot_forward(harness: "Harness") -> None:
    secret = harness.guild.add_channel("secret")
    original = await harness.olga.say(secret, "hush")
    harness.guild.overwrite(secret, harness.alice, deny=Permission.VIEW_CHANNEL)
    with pytest.raises(ApiProblem) as refused:
        await harness.alice.forward(original, harness.memes)
    assert refused.value.code == 50001


async def test_a_sticker_can_be_sent_and_read(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    sticker = harness.guild.add_sticker("wave", picture)
    heard = await bot.hears_message()

    await harness.alice.say(harness.memes, sticker_ids=[sticker.id])

    (item,) = (await heard).stickers
    assert (item.name, item.format) == ("wave", discord.StickerFormatType.png)
    assert await item.read() == picture
    assert (await item.fetch()).name == "wave"


async def test_unknown_foreign_and_too_many_stickers_are_refused(
    harness: "Harness", picture: bytes
) -> None:
    other = harness.sim.add_guild("Other", owner=harness.alice)
    mine = [harness.guild.add_sticker(f"wave {number}", picture).id for number in range(4)]
    foreign = other.add_sticker("hello", picture).id

    for sticker_ids, code in (([1], 50081), ([foreign], 50081), (mine, 50035)):
        with pytest.raises(ApiProblem) as refused:
            await harness.alice.say(harness.memes, sticker_ids=sticker_ids)
        assert refused.value.code == code

    await harness.alice.say(harness.memes, sticker_ids=mine[:3])


async def test_a_webhook_posts_under_its_own_name(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    hook = harness.guild.add_webhook(harness.memes, "RSS")
    heard = await bot.hears_message()

    await hook.say("news", [Upload("a.png", picture)])

    message = await heard
    assert message.webhook_id == hook.user.id
    assert (message.author.name, message.author.bot) == ("RSS", True)


async def test_another_bot_is_marked_as_one(bot: "ScriptedBot", harness: "Harness") -> None:
    mirror = harness.sim.add_person("mirrorbot", bot=True)
    harness.guild.join(mirror)
    heard = await bot.hears_message()
    await mirror.say(harness.memes, "beep")
    assert (await heard).author.bot


async def test_a_voice_message_is_marked_with_its_length(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    heard = await bot.hears_message()
    voice = Upload("voice-message.ogg", b"x", "audio/ogg", duration_s=2.5, waveform="AAAA")

    await harness.alice.say(harness.memes, files=[voice])

    message = await heard
    assert message.flags.voice
    assert message.attachments[0].is_voice_message()
    assert message.attachments[0].duration == 2.5


async def test_a_file_in_a_layout_is_listed_there_alone(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    hook = harness.guild.add_webhook(harness.memes, "album")
    heard = await bot.hears_message()

    await hook.say(files=[Upload("a.png", picture), Upload("b.txt", b"b")], layout=LAYOUT)

    message = await heard
    gallery, file = message.components
    assert isinstance(gallery, discord.MediaGalleryComponent)
    assert isinstance(file, discord.FileComponent)
    media = gallery.items[0].media
    assert message.attachments == []
    assert await bot.http.get_from_cdn(media.url) == picture
    assert None not in (media.attachment_id, file.media.attachment_id)
    assert media.attachment_id != file.media.attachment_id
    assert (file.name, file.size) == ("b.txt", 1)


async def test_a_forwards_layout_has_links_that_work_however_old_it_is(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    hook = harness.guild.add_webhook(harness.memes, "album")
    files = [Upload("a.png", picture), Upload("b.txt", b"b")]
    original = await hook.say(files=files, layout=LAYOUT)
    forwarded = await harness.alice.forward(original, harness.memes)
    harness.sim.faults.expire_links()

    message = await bot.get_partial_messageable(harness.memes.id).fetch_message(forwarded.id)

    (snapshot,) = message.message_snapshots
    gallery = snapshot.components[0]
    assert isinstance(gallery, discord.MediaGalleryComponent)
    assert await bot.http.get_from_cdn(gallery.items[0].media.url) == picture


async def test_a_link_unfurls_later_without_an_edit(bot: "ScriptedBot", harness: "Harness") -> None:
    message = await harness.alice.say(harness.memes, "https://pics.test/a.png")
    told = await bot.hears("raw_message_edit")

    image = {"url": "https://pics.test/a.png", "width": 3, "height": 2}
    harness.sim.unfurl(message, [{"type": "image", "url": image["url"], "thumbnail": image}])

    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    assert event.message.edited_at is None
    assert event.message.embeds[0].thumbnail.width == 3


async def test_a_preview_that_fails_comes_back_as_0_by_0(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.sim.faults.fail_all_previews()
    embed = discord.Embed().set_image(url="https://host.test/a.png")
    sent = await bot.get_partial_messageable(harness.memes.id).send(embed=embed)
    assert (sent.embeds[0].image.width, sent.embeds[0].image.height) == (0, 0)


async def test_a_spoilered_attachment_keeps_its_description_when_edited(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    message = await harness.alice.say(harness.memes, "x", [Upload("a.png", picture, spoiler=True)])
    told = await bot.hears("raw_message_edit")
    await harness.alice.edit(message, "y")
    event = await told
    assert isinstance(event, discord.RawMessageUpdateEvent)
    assert (event.message.content, len(event.message.attachments)) == ("y", 1)
    assert event.message.edited_at is not None
