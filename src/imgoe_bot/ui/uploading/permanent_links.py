"""Permanent links: which links to the media of a message that stands already still work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from imgoe_bot.domain.ids import AttachmentId, MessageId
from imgoe_bot.domain.links import find_links, name_in
from imgoe_bot.domain.options import MessagePart
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.message_parts import MESSAGE_MAX
from imgoe_bot.ui.reading.actors import space_of
from imgoe_bot.ui.reading.fresh_links import refreshed
from imgoe_bot.ui.reading.media_references import MediaReference, attachment_at, id_of
from imgoe_bot.ui.reading.message_media import media_in
from imgoe_bot.ui.translate import Words


@dataclass(frozen=True, slots=True)
class MediaLinks:
    """The links to one media reference of a message that work now.

    Attributes:
        fresh_url: Discord's link signed anew; None where there is none to be had.
        copy: our copy of it, None when there is none.
    """

    name: str
    fresh_url: str | None
    copy: Upload | None


async def find_links_to_media(
    interaction: AnyInteraction, target: discord.Message
) -> list[MediaLinks]:
    """Find working links to everything in a message, and to what its text links."""
    references = await _fresh_media(target)
    shown = [each for each in references if each.facts.source is not MessagePart.LINKS]
    linked = _linked_by(target)
    for reference in shown:
        linked.pop(reference.facts.id, None)
    ids = [reference.facts.id for reference in shown] + list(linked)
    services = services_of(interaction.client)
    copies = await services.chosen_messages.copies(
        space_of(interaction), ids, message_id=MessageId(target.id)
    )
    old = [url for url in linked.values() if attachment_at(url)] if services.refresh_links else []
    fresh = await refreshed(interaction.client, old)
    return [*_links_of(shown, copies), *_links_in_text(linked, copies, fresh)]


def _linked_by(target: discord.Message) -> dict[AttachmentId, str]:
    """Return what a message's text links, and where to: files at Discord, and media elsewhere."""
    texts = [target.content, *(snapshot.content for snapshot in target.message_snapshots)]
    links = [link for text in texts for link in find_links(text)]
    return {id_of(link.url): link.url for link in links if link.is_media or attachment_at(link.url)}


async def _fresh_media(target: discord.Message) -> Sequence[MediaReference]:
    """Fetch the message anew; where that is not allowed, what the interaction brought is fresh."""
    try:
        return media_in(await target.channel.fetch_message(target.id)) or media_in(target)
    except discord.HTTPException:
        return media_in(target)


def _links_of(
    references: Sequence[MediaReference], copies: Mapping[AttachmentId, Upload]
) -> list[MediaLinks]:
    return [
        MediaLinks(each.facts.filename, each.url, copies.get(each.facts.id)) for each in references
    ]


def _links_in_text(
    linked: Mapping[AttachmentId, str],
    copies: Mapping[AttachmentId, Upload],
    fresh: Mapping[str, str],
) -> list[MediaLinks]:
    return [
        MediaLinks(name_in(url), fresh.get(url), copies.get(id_)) for id_, url in linked.items()
    ]


def links_text(found: Sequence[MediaLinks], words: Words) -> str:
    """Return the private answer: a line a media reference, the permanent link first."""
    if not found:
        return words("permanent_link.nothing")
    lines = [words("permanent_link.title"), *(_line(each, words) for each in found)]
    if any(each.copy is None for each in found):
        lines.append(words("permanent_link.make_copy", menu=words("menu.mirror")))
    return fmt.fit(
        lines, limit=MESSAGE_MAX, rest=lambda count: words("permanent_link.more", count=count)
    )


def _line(links: MediaLinks, words: Words) -> str:
    parts = [f"• **{fmt.safe_name(links.name)}**"]
    if links.copy is not None:
        parts.append(words("permanent_link.permanent", url=links.copy.stored.viewer_url))
    else:
        parts.append(words("permanent_link.no_copy"))
    if links.fresh_url is not None and fmt.is_link(links.fresh_url):
        parts.append(words("permanent_link.fresh", url=links.fresh_url))
    return " · ".join(parts)
