"""What is listed in private: the copies of posts, with delete links for whoever posted them."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import MESSAGE_MAX
from imgoe_bot.ui.texts import quota_texts
from imgoe_bot.ui.translate import Words

BUTTONS_MAX = 25
"""Source: Discord's developer documentation, message components: five rows of five."""

PAGES_MAX = 4
"""Direct messages that a list takes at most; ``/library`` has the rest."""

MORE_MAX = 100
"""Room for the line that says so, in characters."""

Entry = tuple[ChannelId, Upload]


@dataclass(frozen=True, slots=True)
class Page:
    """One direct message of a list.

    Attributes:
        listed: what it lists; those of them that can be deleted get a button each.
    """

    text: str
    listed: tuple[Upload, ...]

    @property
    def nonce(self) -> str:
        """The same whenever the same copies are listed from the same one on."""
        deletable = (upload for upload in self.listed if upload.is_deletable)
        first = next(deletable, self.listed[0])
        return f"{first.id}-dm"


def pages(cards: Sequence[Card], words: Words, *, near: Sequence[QuotaUse] = ()) -> list[Page]:
    """Return the messages that list these posts' copies; none lists one twice.

    Args:
        cards: the posts.
        words: the reader's language.
        near: the quotas that will soon bite; the last message tells of them.
    """
    entries = [(card.post.channel_id, upload) for card in cards for upload in card.uploads]
    sheets: list[list[Entry]] = []
    while entries and len(sheets) < PAGES_MAX:
        count = _how_many_fit(entries, words)
        sheets.append(entries[:count])
        entries = entries[count:]
    found = [Page(_text(sheet, words), tuple(upload for _, upload in sheet)) for sheet in sheets]
    more = [words("private.in_library", count=len(entries))] if entries else []
    return _ending_with([*more, *quota_texts.small_lines(near, words)], found)


def _ending_with(lines: Sequence[str], found: list[Page]) -> list[Page]:
    """Return the messages with lines added to the last of them, as far as they fit."""
    for line in lines if found else ():
        text = f"{found[-1].text}\n{line}"
        if len(text) <= MESSAGE_MAX:
            found[-1] = Page(text, found[-1].listed)
    return found


def one_page(cards: Sequence[Card], words: Words) -> str:
    """Return the list of a direct message that was sent before, as it is now."""
    lines = _lines([(card.post.channel_id, each) for card in cards for each in card.uploads], words)
    return fmt.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("private.more", count=count))


def _how_many_fit(entries: Sequence[Entry], words: Words) -> int:
    """Return how many go on one page, at least one."""
    count = 1
    while count < min(len(entries), BUTTONS_MAX) and _fits(entries[: count + 1], words):
        count += 1
    return count


def _fits(entries: Sequence[Entry], words: Words) -> bool:
    return len("\n".join(_lines(entries, words))) <= MESSAGE_MAX - MORE_MAX


def _text(entries: Sequence[Entry], words: Words) -> str:
    with_links = _fits(entries, words)  # False only where one link alone fills the message
    return "\n".join(_lines(entries, words, with_links=with_links))


def _lines(entries: Sequence[Entry], words: Words, *, with_links: bool = True) -> list[str]:
    """Return a heading a channel, a line a copy, and what to mind."""
    lines: list[str] = []
    above: ChannelId | None = None
    for channel_id, upload in entries:
        if channel_id != above:
            lines.append(words("private.title", channel=f"<#{channel_id}>"))
        above = channel_id
        lines.append(private_line(upload, words, with_links=with_links))
    if with_links and any(upload.stored.delete_link for _, upload in entries):
        lines.append(words("private.keep_to_yourself"))
    return lines


def private_text(card: Card, words: Words, *, with_links: bool) -> str:
    """Return the private list of a post's copies.

    Args:
        card: the post.
        words: the reader's language.
        with_links: whether the reader is the uploader and so sees the delete links.
    """
    lines = [words("private.title", channel=f"<#{card.post.channel_id}>")]
    lines += [private_line(upload, words, with_links=with_links) for upload in card.uploads]
    if with_links and any(upload.stored.delete_link for upload in card.uploads):
        lines.append(words("private.keep_to_yourself"))
    return fmt.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("private.more", count=count))


def private_line(upload: Upload, words: Words, *, with_links: bool) -> str:
    """Return the line of one copy in a private list."""
    name = fmt.safe_name(upload.filename, limit=40)
    if upload.deleted_at is not None:
        return words("private.file_deleted", file=name)
    if not upload.is_deletable:
        return words("private.file_without_link", file=name)
    link = upload.stored.delete_link
    if not with_links or link is None:
        return words("private.file", file=name)
    return words("private.file_with_link", file=name, link=link.value)
