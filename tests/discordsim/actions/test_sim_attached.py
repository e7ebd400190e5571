"""Files that a message shows in its embeds or components, and what an edit makes of them."""

import io
from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import Permission

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot

NAMES = ("a.png", "b.png")


def _embeds(*names: str) -> list[discord.Embed]:
    return [discord.Embed(title=n).set_thumbnail(url=f"attachment://{n}") for n in names]


def _gallery(*names: str) -> discord.ui.LayoutView:
    items = [discord.MediaGalleryItem(f"attachment://{name}") for name in names]
    layout = discord.ui.LayoutView()
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery(*items)
    return layout.add_item(gallery)


def _files(picture: bytes, *names: str) -> list[discord.File]:
    return [discord.File(io.BytesIO(picture), name) for name in names]


def _media(message: discord.Message) -> list[discord.UnfurledMediaItem]:
    (gallery,) = message.components
    assert isinstance(gallery, discord.MediaGalleryComponent)
    return [item.media for item in gallery.items]


def _kept(message: discord.Message, name: str, harness: "Harness") -> discord.Attachment:
    """Return a file as a bot can name it that is to stay: nothing lists it any more."""
    mine = harness.memes.messages[message.id].attachments
    found = next(item for item in mine if item.filename == name)
    return discord.Attachment(
        data={"id": found.id, "filename": name, "size": 0, "url": "", "proxy_url": ""},
        state=message._state,  # pyright: ignore[reportPrivateUsage]  # as the bot does
    )


def _held(message: discord.Message, harness: "Harness") -> list[str]:
    return [item.filename for item in harness.memes.messages[message.id].attachments]


async def test_a_file_added_by_an_edit_is_shown_with_its_size(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    sent = await bot.get_partial_messageable(harness.memes.id).send("soon")

    edited = await sent.edit(embeds=_embeds(*NAMES), attachments=_files(picture, *NAMES))

    assert [(e.thumbnail.width, e.thumbnail.height) for e in edited.embeds] == [(3, 2)] * 2
    assert "/attachments/" in str(edited.embeds[0].thumbnail.url)
    assert edited.attachments == []


async def test_an_edit_keeps_the_files_it_lists_and_removes_the_rest(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    channel = bot.get_partial_messageable(harness.memes.id)
    sent = await channel.send(embeds=_embeds(*NAMES), files=_files(picture, *NAMES))

    edited = await sent.edit(embeds=_embeds("b.png"), attachments=[_kept(sent, "b.png", harness)])

    assert edited.embeds[0].thumbnail.width == 3
    assert _held(sent, harness) == ["b.png"]


async def test_a_file_that_is_no_longer_shown_is_listed_again(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    channel = bot.get_partial_messageable(harness.memes.id)
    sent = await channel.send(embeds=_embeds(*NAMES), files=_files(picture, *NAMES))

    edited = await sent.edit(embeds=_embeds("b.png"))

    assert [item.filename for item in edited.attachments] == ["a.png"]


async def test_a_gallery_shows_files_with_their_sizes_and_ids(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    channel = bot.get_partial_messageable(harness.memes.id)
    sent = await channel.send(view=_gallery("a.png"), files=_files(picture, "a.png"))

    edited = await sent.edit(
        view=_gallery(*NAMES),
        attachments=[_kept(sent, "a.png", harness), *_files(picture, "b.png")],
    )

    assert [(media.width, media.height) for media in _media(edited)] == [(3, 2)] * 2
    assert {media.loading_state for media in _media(edited)} == {
        discord.MediaItemLoadingState.loaded
    }
    ids = [item.id for item in harness.memes.messages[sent.id].attachments]
    assert [media.attachment_id for media in _media(edited)] == ids
    assert edited.attachments == []


async def test_a_gallery_of_files_that_are_not_there_is_refused(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    channel = bot.get_partial_messageable(harness.memes.id)
    sent = await channel.send(view=_gallery("a.png"), files=_files(picture, "a.png"))

    with pytest.raises(discord.HTTPException) as never_there:
        await channel.send(view=_gallery("a.png"))
    with pytest.raises(discord.HTTPException) as not_kept:
        await sent.edit(view=_gallery("a.png"), attachments=[])

    assert (never_there.value.code, not_kept.value.code) == (50035, 50035)
    assert _held(sent, harness) == ["a.png"]


async def test_an_edit_with_a_file_needs_the_right_to_attach_files(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    sent = await bot.get_partial_messageable(harness.memes.id).send("soon")
    harness.sim.faults.revoke(harness.memes, Permission.ATTACH_FILES)

    with pytest.raises(discord.Forbidden):
        await sent.edit(attachments=_files(picture, "a.png"))

    await sent.edit(content="now", attachments=[])
    assert _held(sent, harness) == []


async def test_failing_previews_hide_pictures_from_elsewhere_only(
    bot: "ScriptedBot", harness: "Harness", picture: bytes
) -> None:
    harness.sim.faults.fail_all_previews()
    channel = bot.get_partial_messageable(harness.memes.id)
    elsewhere = discord.MediaGalleryItem("https://host.test/a.png")
    layout = discord.ui.LayoutView()
    own = discord.MediaGalleryItem("attachment://a.png")
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery(
        own, elsewhere
    )

    embedded = await channel.send(embeds=_embeds("a.png"), files=_files(picture, "a.png"))
    laid_out = await channel.send(view=layout.add_item(gallery), files=_files(picture, "a.png"))

    assert embedded.embeds[0].thumbnail.width == 3
    assert [media.width for media in _media(laid_out)] == [3, 0]
