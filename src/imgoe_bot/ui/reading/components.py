"""Media in Components V2: galleries, thumbnails and files, in whatever stands around them.

Source: Discord's developer documentation, "Component Reference"; only bots write these.
"""

from collections.abc import Iterable, Iterator

import discord

from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.links import name_in
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.domain.options import MessagePart
from imgoe_bot.ui import endpoints
from imgoe_bot.ui.reading.media_references import UNKNOWN_IMAGE, MediaReference, id_of


def layout_media(parts: Iterable[object], *, spoiler: bool = False) -> Iterator[MediaReference]:
    """Return what a layout shows, in its order.

    Args:
        parts: its components.
        spoiler: whether what stands around them is hidden as a whole.
    """
    for part in parts:
        match part:
            case discord.Container():
                yield from layout_media(part.children, spoiler=spoiler or part.spoiler)
            case discord.SectionComponent():
                yield from layout_media([part.accessory], spoiler=spoiler)
            case discord.MediaGalleryComponent():
                yield from layout_media(part.items, spoiler=spoiler)
            case discord.MediaGalleryItem() | discord.ThumbnailComponent():
                yield from _picture(part.media, spoiler=spoiler or part.spoiler)
            case discord.FileComponent():
                yield from _file(part, spoiler=spoiler or part.spoiler)
            case _:
                continue


def _picture(media: discord.UnfurledMediaItem, *, spoiler: bool) -> Iterator[MediaReference]:
    name = name_in(media.url) or "picture"
    known = media.content_type or kind_of(filename=name, content_type=None)
    mime = media.content_type if known else UNKNOWN_IMAGE
    return _reference(media, name=name, mime=mime, spoiler=spoiler)


def _file(part: discord.FileComponent, *, spoiler: bool) -> Iterator[MediaReference]:
    name = part.name or name_in(part.media.url) or "file"
    return _reference(part.media, name=name, mime=part.media.content_type, spoiler=spoiler)


def _reference(
    media: discord.UnfurledMediaItem, *, name: str, mime: str | None, spoiler: bool
) -> Iterator[MediaReference]:
    """Read what lies elsewhere through Discord's own proxy, never from where it points to."""
    at_discord = endpoints.path_at_discord(media.url) is not None
    url = media.url if at_discord else media.proxy_url
    if not url:
        return
    own = AttachmentId(media.attachment_id) if media.attachment_id else id_of(media.url)
    facts = AttachmentFacts(
        id=own,
        position=0,
        filename=name,
        size_bytes=None,
        content_type=mime,
        spoiler=spoiler,
        source=MessagePart.COMPONENTS,
    )
    yield MediaReference(facts, url)
