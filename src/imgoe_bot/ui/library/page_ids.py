"""Where somebody is in the library, packed into the custom ids of its buttons.

So the buttons work after a restart, and nothing about a search is stored.
"""

import re
from dataclasses import dataclass
from datetime import date

from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.domain.library import LAST_PAGE, OwnerFilter, Query

PATTERN = (
    r"(?P<whose>[ms]):(?P<page>[0-9]{1,4}):(?P<channel>[0-9a-z]{0,13}):(?P<since>[0-9a-z]{0,5})"
    r":(?P<tag>[0-9]{1,2}):(?P<text>(?s:.*))"
)
"""What ``pack`` writes; the text is the tag, as long as it says, and the search."""

PAGE_ID = "imgoe:lib:"
PICK_ID = "imgoe:pick:"
PAGE = re.compile(PAGE_ID + PATTERN)
PICK = re.compile(PICK_ID + PATTERN)
ENTRY = re.compile(r"imgoe:entry:(?P<act>again|delete):(?P<id>[0-9a-f]{16})")

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS = {OwnerFilter.MINE: "m", OwnerFilter.SERVER: "s"}


@dataclass(frozen=True, slots=True)
class PagePosition:
    """A page of what a query finds."""

    query: Query
    page: int = 0


def pack(position: PagePosition) -> str:
    """Return a position in 89 characters at most."""
    query = position.query
    parts = (
        _LETTERS[query.whose],
        str(max(0, min(position.page, LAST_PAGE))),
        "" if query.channel_id is None else _base36(query.channel_id),
        "" if query.since is None else _base36(query.since.toordinal()),
        str(len(query.tag)),
        query.tag + query.search,
    )
    return ":".join(parts)


def unpack(match: re.Match[str]) -> PagePosition:
    """Return the position that ``pack`` wrote, from a match of ``PATTERN``."""
    text, tag_length = match["text"], int(match["tag"])
    query = Query(
        whose=OwnerFilter.SERVER if match["whose"] == "s" else OwnerFilter.MINE,
        search=text[tag_length:],
        tag=text[:tag_length],
        channel_id=ChannelId(int(match["channel"], 36)) if match["channel"] else None,
        since=_day(match["since"]),
    )
    return PagePosition(query, int(match["page"]))


def _day(text: str) -> date | None:
    """Return the day of a number; one beyond the calendar is nobody's and stands for none."""
    number = int(text or "0", 36)
    return date.fromordinal(number) if 0 < number <= date.max.toordinal() else None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
