"""The pictures on a card that stands: did Discord load them, and which are files of the card's own.

Discord leaves files that embeds and components show out of a message's attachments. What is to stay
when the message is edited has to be named all the same, by id and name, so both are read from where
the file is shown.
Source: discord-api-docs, issues 1340 and 8277, pull requests 7611 and 8279.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.upload import Upload
from imgoe_bot.services.ports.media import Thumb
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import CARD_TITLE_MAX
from imgoe_bot.ui.reading.answers import CARD_FILE
from imgoe_bot.ui.reading.message_facts import message_location

File = discord.Attachment | discord.File


@dataclass(frozen=True, slots=True)
class _Picture:
    """One picture of a card, as Discord shows it."""

    url: str
    loaded: bool


def posted(message: discord.Message) -> PostedCard:
    """Return where a card of ours was posted, and whether pictures are missing on it."""
    return PostedCard(message_location(message), lacks_thumbs=are_missing(message))


def are_missing(message: discord.Message) -> bool:
    """Tell whether a picture has no size: Discord could not load it, or has not yet."""
    return not all(picture.loaded for picture in _pictures(message))


def _pictures(message: discord.Message) -> Iterator[_Picture]:
    for embed in message.embeds:
        if embed.thumbnail.url is not None:
            yield _Picture(embed.thumbnail.url, loaded=bool(embed.thumbnail.width))
    if not message.flags.components_v2:  # buttons show none, and are many objects
        return
    for part in discord.ui.LayoutView.from_message(message).walk_children():
        if isinstance(part, discord.ui.MediaGallery):
            for item in part.items:
                yield _Picture(item.media.url, loaded=_is_loaded(item.media))


def _is_loaded(media: discord.UnfurledMediaItem) -> bool:
    found = media.loading_state is not discord.MediaItemLoadingState.not_found
    return found and bool(media.width)


def file_of(upload: Upload, thumb: Thumb) -> discord.File:
    """Return a thumb as a file for its card; Discord hides a spoiler's wherever it is shown."""
    kind = re.sub(r"[^a-z0-9]", "", thumb.mime.rpartition("/")[2])
    return discord.File(
        io.BytesIO(thumb.data),
        f"{upload.id}.{kind}",
        description=fmt.plain_name(upload.filename, limit=CARD_TITLE_MAX),
        spoiler=upload.spoiler,
    )


def files_on(message: discord.Message, card: Card) -> dict[UploadId, File]:
    """Return the thumbs that a card holds as files, of uploads that still have one."""
    wanted = {upload.id for upload in card.pictured}
    urls = [each.url for each in message.attachments] + [each.url for each in _pictures(message)]
    found = filter(None, map(CARD_FILE.fullmatch, urls))
    files = {UploadId(each["upload"]): _kept(each, message) for each in found}
    return {upload_id: file for upload_id, file in files.items() if upload_id in wanted}


def _kept(found: re.Match[str], message: discord.Message) -> File:
    return discord.Attachment(
        data={
            "id": int(found["id"]),
            "filename": found["name"],
            "size": 0,
            "url": found[0],
            "proxy_url": found[0],
        },
        state=message._state,  # pyright: ignore[reportPrivateUsage]  # discord.py makes none else
    )


def addresses(files: Mapping[UploadId, File]) -> dict[UploadId, str]:
    """Return how embeds and components of the same message name its files."""
    return {upload_id: f"attachment://{file.filename}" for upload_id, file in files.items()}


def shown_by(fields: Mapping[str, Any], files: Mapping[UploadId, File]) -> list[File]:
    """Return the files that a card shows; one that it does not would stand below it in the clear.

    Args:
        fields: as of ``cards.fields``. A gallery has room for every picture of a card.
        files: what the card may show.
    """
    if "embeds" not in fields:
        return list(files.values())
    urls = {embed.thumbnail.url for embed in fields["embeds"]}
    names = addresses(files)
    return [file for upload_id, file in files.items() if names[upload_id] in urls]
