"""Where media can stand in a message: attachments, stickers, layouts, previews, links, forwards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import discord

from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.links import Link, find_links, hides, media_links, name_in
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.domain.options import MessagePart
from imgoe_bot.ui.reading.components import layout_media
from imgoe_bot.ui.reading.media_references import UNKNOWN_IMAGE, MediaReference, id_of

LINKS_MAX = 10
"""How many links of one text are looked at."""

PREVIEW_TYPES = frozenset({"image", "gifv", "rich", "article", "link", "video"})
STICKER_MIMES = {
    discord.StickerFormatType.png: "image/png",
    discord.StickerFormatType.apng: "image/apng",
    discord.StickerFormatType.gif: "image/gif",
}


def media_in(message: discord.Message) -> tuple[MediaReference, ...]:
    """Return everything in a message that may be media, in the order people see it.

    The same may stand in two places: a link and its preview have one id.

    Source: DISCORD.md section 1, "Attachments".
    """
    found = [*_media_of(message)]
    for snapshot in message.message_snapshots:
        found += map(_as_forwarded, _media_of(snapshot))
    return tuple(
        replace(each, facts=replace(each.facts, position=position))
        for position, each in enumerate(found)
    )


def find_media(message: discord.Message, item: Item) -> MediaReference | None:
    """Return the media a job is about, None when the message no longer has it."""
    same = [each for each in media_in(message) if each.facts.id == item.attachment_id]
    there = (each for each in same if each.facts.source is item.source)
    return next(there, next(iter(same), None))


def item_of(facts: AttachmentFacts) -> Item:
    """Return what a job keeps of a media reference: ids, never its address, which expires."""
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


def _media_of(part: discord.Message | discord.MessageSnapshot) -> Iterator[MediaReference]:
    links = find_links(part.content)
    yield from _attachments(part.attachments)
    yield from _stickers(part.stickers)
    yield from layout_media(part.components)
    yield from _previews(part.embeds, links)
    yield from map(_link, islice(media_links(links), LINKS_MAX))


def _as_forwarded(reference: MediaReference) -> MediaReference:
    own = reference.facts.source in (MessagePart.ATTACHMENTS, MessagePart.STICKERS)
    source = MessagePart.FORWARDS if own else reference.facts.source
    return replace(reference, facts=replace(reference.facts, source=source, forwarded=True))


def _attachments(attachments: Iterable[discord.Attachment]) -> Iterator[MediaReference]:
    for attachment in attachments:
        facts = AttachmentFacts(
            id=AttachmentId(attachment.id),
            position=0,
            filename=name_of(attachment),
            size_bytes=attachment.size,
            content_type=attachment.content_type,
            spoiler=attachment.is_spoiler(),
            source=MessagePart.ATTACHMENTS,
            voice=attachment.is_voice_message(),
        )
        yield MediaReference(facts, attachment.url)


def _stickers(stickers: Iterable[discord.StickerItem]) -> Iterator[MediaReference]:
    for sticker in stickers:
        mime = STICKER_MIMES.get(sticker.format)
        facts = AttachmentFacts(
            id=AttachmentId(sticker.id),
            position=0,
            filename=f"{sticker.name}.{sticker.format.file_extension}",
            size_bytes=None,
            content_type=mime,
            source=MessagePart.STICKERS,
            animation=mime is None,
        )
        yield MediaReference(facts, sticker.url)


def _previews(embeds: Iterable[discord.Embed], links: Sequence[Link]) -> Iterator[MediaReference]:
    """Pictures in embeds, read through Discord's own proxy and never from where they point to."""
    for embed in embeds:
        picture = embed.image if embed.image.proxy_url else embed.thumbnail
        if embed.type not in PREVIEW_TYPES or not picture.proxy_url:
            continue
        url = picture.url or picture.proxy_url
        facts = AttachmentFacts(
            id=id_of(url),
            position=0,
            filename=name_in(url) or "preview",
            size_bytes=None,
            content_type=UNKNOWN_IMAGE,
            spoiler=hides(links, embed.url),
            source=MessagePart.EMBEDS,
        )
        yield MediaReference(facts, picture.proxy_url)


def _link(link: Link) -> MediaReference:
    """A bare link to a file, read from where it leads to: whoever wrote it chose that."""
    facts = AttachmentFacts(
        id=id_of(link.url),
        position=0,
        filename=name_in(link.url),
        size_bytes=None,
        spoiler=link.spoiler,
        source=MessagePart.LINKS,
    )
    return MediaReference(facts, link.url, typed=True)
