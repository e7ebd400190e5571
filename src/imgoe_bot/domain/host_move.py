"""An image host that moved: which stored addresses lie at its old place, and where they are now."""

import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from imgoe_bot.domain.ids import GuildId

_PORTS = {"http": 80, "https": 443}

SAMPLES_MAX = 5

CARD_EVERY = timedelta(seconds=0.2)
"""Cards are shown anew this far apart, each by two requests; Discord takes fifty a second."""
CARD_OF_SERVER_EVERY = timedelta(seconds=2)
"""And those of one server: Discord takes five edits in five seconds in a channel."""


@dataclass(frozen=True, slots=True)
class HostMove:
    """From one base address to another.

    Attributes:
        old: a base address, without a slash at its end.
        new: another one.
    """

    old: str
    new: str

    @property
    def leads_nowhere(self) -> bool:
        """Whether both are one place."""
        return _lies_at(self.old, self.new) and _lies_at(self.new, self.old)

    def moved(self, url: str) -> str | None:
        """Return where an address lies now; None for one that does not lie at the old place.

        As it is written, but for its beginning: neither its path nor its case is changed.
        """
        place, at = _place(url), _place(self.old)
        if place is None or at is None or not _lies_at(url, self.old):
            return None
        return f"{self.new}{url[len(place.origin) + len(at.path) :]}"

    def moved_of(self, host_url: str, url: str) -> str | None:
        """Return where an address lies now that is stored of a host; None for one that stays.

        Where one place lies in the other, an address does not tell whether it was moved before:
        ``https://a/b/x`` lies at ``https://a`` before and after. The host it is stored of does.
        """
        if self.is_done(host_url):
            return None
        was_moved = _lies_at(self.new, self.old) and _lies_at(url, self.new)
        if was_moved and self.moved(host_url) is None:
            return None
        return self.moved(url)

    def moved_host(self, host_url: str) -> str | None:
        """Return where a host's base address lies now, None for one that stays."""
        return self.moved_of(host_url, host_url)

    def is_done(self, host_url: str) -> bool:
        """Tell whether what is stored of a host was moved before, where that can be told by it."""
        is_at_new = _lies_at(host_url, self.new)
        if _lies_at(self.new, self.old):
            return is_at_new
        return _lies_at(self.old, self.new) and is_at_new and not _lies_at(host_url, self.old)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an address leads: scheme, host and port as one compares them, and a path.

    Attributes:
        origin: the address up to its path, as it is written.
    """

    site: tuple[str, str, int]
    path: str
    origin: str


def _lies_at(url: str, base: str) -> bool:
    """Tell whether an address has a base's scheme, host and port, and its path or one below it."""
    place, at = _place(url), _place(base)
    if place is None or at is None or place.site != at.site:
        return False
    return place.path == at.path or place.path.startswith(f"{at.path}/")


@lru_cache(maxsize=64)
def _place(url: str) -> _Place | None:
    """Return where an address leads, None for what is no plain address of the web.

    Each is looked at several times in a row, and there may be millions.
    """
    try:
        parts = urlsplit(url)
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
    except (ValueError, KeyError):
        return None
    if not parts.hostname or not port or "@" in parts.netloc or not url.isprintable():
        return None
    origin = f"{url[: len(parts.scheme)]}://{parts.netloc}"
    return _Place((parts.scheme, _plain_host(parts.hostname), port), parts.path, origin)


def _plain_host(host: str) -> str:
    host = host.removesuffix(".")
    if not host.isascii():
        with contextlib.suppress(UnicodeError):  # else it is compared as it is written
            host = host.encode("idna").decode()
    return host.lower()


@dataclass(frozen=True, slots=True)
class MoveCounts:
    """What was moved, or would be.

    Attributes:
        servers: servers whose host setting is the old place.
        uploads: copies with an address there.
        links: delete links among their addresses.
        cards: messages that show one of them.
        elsewhere: addresses of these copies that stay, for they lie at other places, by site.
        links_elsewhere: delete links that do; by them nothing can be deleted any more.
        samples: some addresses, before and after.
    """

    servers: int = 0
    uploads: int = 0
    links: int = 0
    cards: int = 0
    elsewhere: Mapping[str, int] = field(default_factory=dict[str, int])
    links_elsewhere: int = 0
    samples: tuple[tuple[str, str], ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is stored of the old place."""
        return not (self.servers or self.uploads)

    def plus(self, more: "MoveCounts") -> "MoveCounts":
        """Return the sum of both."""
        return MoveCounts(
            servers=self.servers + more.servers,
            uploads=self.uploads + more.uploads,
            links=self.links + more.links,
            cards=self.cards + more.cards,
            elsewhere=dict(Counter(self.elsewhere) + Counter(more.elsewhere)),
            links_elsewhere=self.links_elsewhere + more.links_elsewhere,
            samples=(*self.samples, *more.samples)[:SAMPLES_MAX],
        )


def site_of(url: str) -> str:
    """Return the beginning of an address up to its path; of what is none, all of it."""
    place = _place(url)
    return place.origin if place else url


class CardTimes:
    """When cards are shown anew: at a pace that leaves Discord to what is posted meanwhile."""

    def __init__(self, now: datetime) -> None:
        """Begin now."""
        self._next = now
        self._of_server: dict[GuildId, datetime] = {}

    def take(self, guild_id: GuildId) -> datetime:
        """Return when the next card of a server has its turn."""
        at = max(self._next, self._of_server.get(guild_id, self._next))
        self._next += CARD_EVERY
        self._of_server[guild_id] = at + CARD_OF_SERVER_EVERY
        return at
