"""A message that somebody points at: what to keep of it, and which links to it still work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import discord

from imgoe_bot.domain.ids import AttachmentId, MessageId, UserId
from imgoe_bot.domain.links import find_links, name_in
from imgoe_bot.domain.mirror import decide_on_request
from imgoe_bot.domain.options import MessagePart
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.services.uploading.uploads import FileToUpload
from imgoe_bot.ui import wording as w
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.message_parts import MESSAGE_MAX
from imgoe_bot.ui.reading import convert
from imgoe_bot.ui.reading.fresh_links import refreshed
from imgoe_bot.ui.reading.media_references import Thing, attachment_at, id_of
from imgoe_bot.ui.reading.sources import item_of, things_in
from imgoe_bot.ui.translate import Words


@dataclass(frozen=True, slots=True)
class Healed:
    """One thing in a message, and where it can be seen now.

    Attributes:
        fresh_url: Discord's link signed anew; None where there is none to be had.
        copy: our copy of it, None when there is none.
    """

    name: str
    fresh_url: str | None
    copy: Upload | None


def handed_from(interaction: AnyInteraction, target: discord.Message) -> list[FileToUpload]:
    """Return the media of a message as its interaction brought it; works without the intent."""
    facts = convert.facts_of(target, us=0, space=convert.space_of(interaction))
    if facts is None:
        return []
    things = {thing.facts.position: thing for thing in things_in(target)}
    kept = [things[each.position] for each in decide_on_request(facts).keep]
    return [FileToUpload(thing.source, item_of(thing.facts)) for thing in kept]


def post_about(interaction: AnyInteraction, target: discord.Message) -> Post:
    """Return the post that a message somebody points at is.

    Its copies are its author's; those of a bot's message, and those made with somebody's own key,
    are theirs who pointed at it.
    """
    post = convert.post_of(interaction, now=datetime.now(UTC))
    foreign = target.author.bot or target.webhook_id is not None or post.is_personal
    author_id = post.author_id if foreign else UserId(target.author.id)
    return replace(post, message_id=MessageId(target.id), author_id=author_id)


async def heal(interaction: AnyInteraction, target: discord.Message) -> list[Healed]:
    """Find working links to everything in a message, and to what its text links."""
    things = [t for t in await _fresh_things(target) if t.facts.source is not MessagePart.LINKS]
    linked = _linked_by(target)
    for thing in things:
        linked.pop(thing.facts.id, None)
    ids = [thing.facts.id for thing in things] + list(linked)
    services = services_of(interaction.client)
    copies = await services.keeping.copies(
        convert.space_of(interaction), ids, message_id=MessageId(target.id)
    )
    old = [url for url in linked.values() if attachment_at(url)] if services.refresh_links else []
    fresh = await refreshed(interaction.client, old)
    return [*_healed(things, copies), *_healed_links(linked, copies, fresh)]


def _linked_by(target: discord.Message) -> dict[AttachmentId, str]:
    """Return what a message's text links, and where to: files at Discord, and media elsewhere."""
    texts = [target.content, *(snapshot.content for snapshot in target.message_snapshots)]
    links = [link for text in texts for link in find_links(text)]
    return {id_of(link.url): link.url for link in links if link.is_media or attachment_at(link.url)}


async def _fresh_things(target: discord.Message) -> Sequence[Thing]:
    """Fetch the message anew; where that is not allowed, what the interaction brought is fresh."""
    try:
        return things_in(await target.channel.fetch_message(target.id)) or things_in(target)
    except discord.HTTPException:
        return things_in(target)


def _healed(things: Sequence[Thing], copies: Mapping[AttachmentId, Upload]) -> list[Healed]:
    return [Healed(thing.facts.filename, thing.url, copies.get(thing.facts.id)) for thing in things]


def _healed_links(
    linked: Mapping[AttachmentId, str],
    copies: Mapping[AttachmentId, Upload],
    fresh: Mapping[str, str],
) -> list[Healed]:
    return [Healed(name_in(url), fresh.get(url), copies.get(id_)) for id_, url in linked.items()]


def healed_text(found: Sequence[Healed], words: Words) -> str:
    """Return the private answer: a line a thing, the permanent link first."""
    if not found:
        return words("heal.nothing")
    lines = [words("heal.title"), *(_line(each, words) for each in found)]
    if any(each.copy is None for each in found):
        lines.append(words("heal.keep", menu=words("menu.keep")))
    return w.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("heal.more", count=count))


def _line(healed: Healed, words: Words) -> str:
    parts = [f"• **{w.safe_name(healed.name)}**"]
    if healed.copy is not None:
        parts.append(words("heal.permanent", url=healed.copy.stored.viewer_url))
    else:
        parts.append(words("heal.no_copy"))
    if healed.fresh_url is not None and w.is_link(healed.fresh_url):
        parts.append(words("heal.fresh", url=healed.fresh_url))
    return " · ".join(parts)
