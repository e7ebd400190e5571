"""Where media can stand in a message: attachments, forwards, stickers, previews."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import discord

from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.domain.options import From

PREVIEW_TYPES = frozenset({"image", "gifv", "rich", "article", "link", "video"})
STICKER_MIMES = {
    discord.StickerFormatType.png: "image/png",
    discord.StickerFormatType.apng: "image/apng",
    discord.StickerFormatType.gif: "image/gif",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing in a message that may be media, and where its bytes are right now."""

    facts: AttachmentFacts
    url: str

    @property
    def source(self) -> Source:
        """Where to read it."""
        return Source(
            url=self.url, filename=self.facts.filename, size_bytes=self.facts.size_bytes or None
        )


def things_in(message: discord.Message) -> tuple[Thing, ...]:
    """Return everything in a message that may be media, in the order people see it.

    Source: DISCORD.md section 1, "Attachments".
    """
    found = [*_attachments(message.attachments, From.ATTACHMENTS), *_stickers(message.stickers)]
    for snapshot in message.message_snapshots:
        found += _attachments(snapshot.attachments, From.FORWARDS)
        found += _stickers(snapshot.stickers)
    found += _previews(message.embeds)
    return tuple(
        replace(thing, facts=replace(thing.facts, position=position))
        for position, thing in enumerate(found)
    )


def find_thing(message: discord.Message, item: Item) -> Thing | None:
    """Return the thing a job is about, None when the message no longer has it."""
    return next((t for t in things_in(message) if t.facts.id == item.attachment_id), None)


def item_of(facts: AttachmentFacts) -> Item:
    """Return what a job keeps of a thing: ids, never its address, which expires."""
    return Item(
        attachment_id=facts.id,
        position=facts.position,
        filename=facts.filename,
        spoiler=facts.spoiler,
        source=facts.source,
    )


def name_of(attachment: discord.Attachment) -> str:
    """Return a file's name as its sender gave it.

    Discord keeps a name with other than plain letters as the title, without its suffix, and calls
    the file something else, in the end a row of digits.
    """
    if not attachment.title:
        return attachment.filename
    _, dot, suffix = attachment.filename.rpartition(".")
    return f"{attachment.title}{dot}{suffix if dot else ''}"


def _attachments(attachments: list[discord.Attachment], source: From) -> Iterator[Thing]:
    for attachment in attachments:
        facts = AttachmentFacts(
            id=AttachmentId(attachment.id),
            position=0,
            filename=name_of(attachment),
            size_bytes=attachment.size,
            content_type=attachment.content_type,
            spoiler=attachment.is_spoiler(),
            source=source,
            voice=attachment.is_voice_message(),
        )
        yield Thing(facts, attachment.url)


def _stickers(stickers: list[discord.StickerItem]) -> Iterator[Thing]:
    for sticker in stickers:
        mime = STICKER_MIMES.get(sticker.format)
        facts = AttachmentFacts(
            id=AttachmentId(sticker.id),
            position=0,
            filename=f"{sticker.name}.{sticker.format.file_extension}",
            size_bytes=0,
            content_type=mime,
            source=From.STICKERS,
            animation=mime is None,
        )
        yield Thing(facts, sticker.url)


def _previews(embeds: list[discord.Embed]) -> Iterator[Thing]:
    """Pictures in embeds, read through Discord's own proxy and never from where they point to."""
    for place, embed in enumerate(embeds, start=1):
        picture = embed.image if embed.image.proxy_url else embed.thumbnail
        if embed.type not in PREVIEW_TYPES or not picture.proxy_url:
            continue
        facts = AttachmentFacts(
            id=AttachmentId(place),
            position=0,
            filename=_name_in(picture.url or picture.proxy_url),
            size_bytes=0,
            content_type="image/unknown",
            source=From.EMBEDS,
        )
        yield Thing(facts, picture.proxy_url)


def _name_in(url: str) -> str:
    path = url.partition("?")[0].rstrip("/")
    return path.rpartition("/")[2][-100:] or "preview"
