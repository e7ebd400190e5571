"""Our answers to messages, read back from where they stand: what they are about and show."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import discord

from imgoe_bot.domain.earlier_answers import EarlierAnswer, ShownCopy
from imgoe_bot.domain.ids import AttachmentId, PostId, UploadId
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.upload import Stored
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import ASKING, CARD_LINE_NAME_MAX, CARD_TITLE_MAX
from imgoe_bot.ui.reading.message_facts import message_location

_OF_POST = re.compile(r"imgoe:(?:manage|links|hold:keep|hold:delete):(?P<post>[0-9a-f]{16})")
_ABOUT = re.compile(
    r"https://discord\.com/channels/[0-9]{1,21}/[0-9]{1,21}/(?P<message>[0-9]{1,21})"
)
CARD_FILE = re.compile(
    r"https?://[^?]*/attachments/[0-9]+/(?P<id>[0-9]+)/"
    r"(?P<name>(?:SPOILER_)?(?P<upload>[0-9a-f]{16})\.[a-z0-9]+)(?:\?.*)?"
)
"""The address of a thumb that is a file of its card; its name is that of the upload."""


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """A message of ours that answers another one.

    Attributes:
        post_id: whose buttons it has; None where it has none, as where nothing was kept.
        source_id: the message it answers; None where it doesn't name it.
    """

    message: discord.Message
    post_id: PostId | None
    source_id: int | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A kept file on a card: its name as it stands there, its page, its thumb."""

    name: str
    page_url: str
    thumb_url: str | None = None


def read_answer(message: discord.Message) -> StandingAnswer | None:
    """Return what a message of ours answers; None for one that is no answer, or a question."""
    parts = list(discord.ui.LayoutView.from_message(message).walk_children())
    ids = [str(getattr(part, "custom_id", "")) for part in parts]
    if any(custom_id.startswith(ASKING) for custom_id in ids):
        return None
    found = next(filter(None, map(_OF_POST.fullmatch, ids)), None)
    post_id = PostId(found["post"]) if found else None
    source_id = _source_of(message, parts)
    if post_id is None and (source_id is None or not _looks_like_card(message)):
        return None
    return StandingAnswer(message, post_id, source_id)


def _looks_like_card(message: discord.Message) -> bool:
    return bool(message.embeds) or message.flags.components_v2


def _source_of(message: discord.Message, parts: Sequence[object]) -> int | None:
    """Return the message that a card answers, was asked for from, or names in its first line."""
    command = message.interaction_metadata
    if command is not None and command.target_message_id is not None:
        return command.target_message_id
    if message.reference is not None and message.reference.message_id is not None:
        return message.reference.message_id
    texts = (part.content for part in parts if isinstance(part, discord.ui.TextDisplay))
    found = _ABOUT.search(message.content or next(texts, ""))
    return int(found["message"]) if found else None


def earlier_answer(card: StandingAnswer, files: Sequence[AttachmentFacts]) -> EarlierAnswer:
    """Return what a card says of the files of its message.

    Args:
        card: the card.
        files: what is to be kept of the message it answers.
    """
    message = card.message
    parts = list(discord.ui.LayoutView.from_message(message).walk_children())
    shown = [*_in_embeds(message), *_in_layout(parts)]
    copies = dict(_matched(shown, files, pictures=_gallery_pictures(parts)))
    return EarlierAnswer(
        at=message.created_at,
        post_id=card.post_id,
        card=message_location(message),
        layout=Layout.GALLERY if message.flags.components_v2 else Layout.EMBED,
        thumbs_attached=any(each.upload_id is not None for each in copies.values()),
        copies=copies,
    )


def _matched(
    shown: list[_Shown], files: Sequence[AttachmentFacts], *, pictures: Mapping[str, list[str]]
) -> Iterator[tuple[AttachmentId, ShownCopy]]:
    """Find each file on the card by its name; of two of one name, the first is the first."""
    for file in files:
        names = {
            fmt.safe_name(file.filename, limit=limit)
            for limit in (CARD_TITLE_MAX, CARD_LINE_NAME_MAX)
        }
        found = next((each for each in shown if each.name in names), None)
        if found is not None:
            shown.remove(found)
            urls = pictures.get(fmt.plain_name(file.filename, limit=CARD_TITLE_MAX))
            yield file.id, _copy(replace(found, thumb_url=urls.pop(0)) if urls else found, file)


def _copy(shown: _Shown, file: AttachmentFacts) -> ShownCopy:
    kind = kind_of(filename=file.filename, content_type=file.content_type)
    mime = (file.content_type or "").partition(";")[0]
    own = CARD_FILE.fullmatch(shown.thumb_url or "")
    stored = Stored(
        mime=mime if mime.startswith(("image/", "video/")) else f"{kind or 'image'}/unknown",
        size_bytes=file.size_bytes or 0,
        viewer_url=shown.page_url,
        url=shown.page_url,
        thumb_url=shown.thumb_url,
    )
    return ShownCopy(stored, UploadId(own["upload"]) if own else None)


def _in_embeds(message: discord.Message) -> Iterator[_Shown]:
    for embed in message.embeds:
        if embed.url and embed.title:
            yield _Shown(embed.title, embed.url, embed.thumbnail.url)
        else:
            yield from map(_in_line, _linked_lines(embed.description or ""))


def _in_layout(parts: Iterable[object]) -> Iterator[_Shown]:
    for part in parts:
        if isinstance(part, discord.ui.TextDisplay):
            yield from map(_in_line, _linked_lines(part.content))


def _gallery_pictures(parts: Iterable[object]) -> dict[str, list[str]]:
    """Return the addresses of a gallery's pictures by what they are called, in order."""
    urls: dict[str, list[str]] = {}
    for part in parts:
        if isinstance(part, discord.ui.MediaGallery):
            for each in part.items:
                urls.setdefault(each.description or "", []).append(each.media.url)
    return urls


def _linked_lines(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line.startswith("**[") and "](<http" in line)


def _in_line(line: str) -> _Shown:
    """Read a line that names a file and links its page: ``**[name](<address>)** · …``."""
    name, _, rest = line[len("**[") :].partition("](<")
    return _Shown(name, rest.partition(">")[0])
