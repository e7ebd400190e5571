"""Addresses in a message's text: which there are, what they lead to, what hides them."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from imgoe_bot.domain.media import kind_of

NAME_MAX_CHARS = 100

TEXT_MAX_CHARS = 8000
"""What is read of a text; Discord's own limit is half of that."""

_CODE = re.compile(r"(?<!`)(`{1,3})(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_SPOILER = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)
_ADDRESS = re.compile(r"https?://(?:(?!\|\|)[^\s<>`])+")
_AFTER = ".,:;!?\"'*_~)]}"
"""What ends a sentence, a bracket or a mark of Markdown, and no address."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a text, and whether a spoiler hides it there."""

    url: str
    spoiler: bool = False

    @property
    def is_media(self) -> bool:
        """Whether its path looks like that of an image or video."""
        return kind_of(filename=name_in(self.url), content_type=None) is not None


def find_links(text: str) -> tuple[Link, ...]:
    """Return the addresses in a text in their order, each once; those in code are none.

    Also in ``<…>``. What is hidden anywhere in the text counts as hidden.
    """
    plain = _CODE.sub(lambda found: " " * len(found[0]), text[:TEXT_MAX_CHARS])
    hidden = deque(found.span() for found in _SPOILER.finditer(plain))
    links: dict[str, Link] = {}
    for found in _ADDRESS.finditer(plain):
        url = found[0].rstrip(_AFTER)
        known = links.get(url, Link(url))
        while hidden and hidden[0][1] <= found.start():
            hidden.popleft()
        is_hidden = bool(hidden) and hidden[0][0] <= found.start()
        links[url] = Link(url, spoiler=known.spoiler or is_hidden)
    return tuple(links.values())


def media_links(links: Iterable[Link]) -> Iterator[Link]:
    """Return the addresses that look like images or videos."""
    return (link for link in links if link.is_media)


def hides(links: Iterable[Link], url: str | None) -> bool:
    """Tell whether what Discord shows of an address is behind a spoiler in the text.

    Discord may name a page otherwise than its author did: what can't be told apart is hidden.
    """
    spoilers = {link.url.rstrip("/"): link.spoiler for link in links}
    return spoilers.get((url or "").rstrip("/"), any(spoilers.values()))


def name_in(url: str) -> str:
    """Return the file name at the end of an address, empty where there is none.

    NUL is left out: no file has it in its name, and PostgreSQL takes no text with it.
    """
    path = url.partition("?")[0].partition("#")[0].partition("://")[2].partition("/")[2]
    name = unquote(path.rstrip("/")).replace("\0", "")
    return name.rpartition("/")[2][-NAME_MAX_CHARS:]
