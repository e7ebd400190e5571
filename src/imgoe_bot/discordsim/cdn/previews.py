"""Fetching what messages point at, as Discord's proxy does: pictures, their sizes, link previews.

Only addresses of this machine are fetched, by GET like Discord's own, so a link that acts on GET is
acted upon. Links in ``<…>`` and in code, and messages with suppressed embeds, are left alone.
"""

import asyncio
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import aiohttp

from imgoe_bot.discordsim.actions.events import emit_message
from imgoe_bot.discordsim.actions.file_types import picture_size
from imgoe_bot.discordsim.payloads.media import LOADED, NOT_FOUND
from imgoe_bot.discordsim.rules.layouts import walk
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.messages import SUPPRESS_EMBEDS, Message
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload, mapping, mappings, text

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LINK = re.compile(
    r"""
      \\[^0-9A-Za-z\s]                            # an escaped mark begins nothing
    | ```(?:[\w+.#-]+\n)?\n*[^\n].*?```           # a block of code
    | (?<!`)(?P<ticks>`+)(?!`).*?[^`](?P=ticks)(?!`)  # code in a line
    | <https?://[^\s<>]+>                         # asked to be left alone
    | `+
    | \b(?P<url>https?://[^\s<>|)\]`]*[^\s<>|)\]`.,:;"'*\\])
    """,
    re.DOTALL | re.VERBOSE,
)
"""What the marks of Markdown make of a text's addresses, in the order they are read."""
_MOST_LINKS = 5
_AT_ONCE = 4
_LARGEST = 16 * 1024 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is behind an address.

    Attributes:
        url: the address after redirects.
        kind: its content type without parameters.
        data: its bytes.
    """

    url: str
    kind: str
    data: bytes

    @property
    def size(self) -> tuple[int, int] | None:
        """(width_px, height_px) of a picture, None for anything else."""
        return picture_size(self.data)


class Previews:
    """Completes messages with what their addresses hold.

    Args:
        world: whose messages are completed.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._seen: set[tuple[int, str]] = set()

    def open(self) -> None:
        """Be ready to fetch; needs a running loop."""
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    def watch(self) -> None:
        """Begin to look at messages."""
        self._world.listeners.append(self._notice)

    async def close(self) -> None:
        """Stop, and give up what is under way."""
        if self._session is None:
            return
        if self._notice in self._world.listeners:
            self._world.listeners.remove(self._notice)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def _notice(self, event: Event) -> None:
        message = self._world.message_of(event)
        if message is None:
            return
        pictures, links = list(_unmeasured(message)), self._new_links(message)
        if pictures or links:
            task = asyncio.create_task(self._complete(message, pictures, links))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _new_links(self, message: Message) -> list[str]:
        found = [url for url in links_in(message) if (message.id, url) not in self._seen]
        self._seen |= {(message.id, url) for url in found}
        return found

    async def _complete(self, message: Message, pictures: list[Payload], links: list[str]) -> None:
        for picture in pictures:
            fails = self._world.active_faults.fails_next_preview()
            _measure(picture, None if fails else await self.fetch(text(picture, "url")))
        previews = [await self._preview(url) for url in links]
        message.embeds += [preview for preview in previews if preview]
        if not message.deleted and (pictures or any(previews)):
            emit_message(self._world, "MESSAGE_UPDATE", message)

    async def _preview(self, url: str) -> Payload:
        found = await self.fetch(url)
        if found is None:
            return {}
        if found.size is not None:
            picture: Payload = {"url": url}
            _measure(picture, found)
            return {"type": "image", "url": url, "thumbnail": picture}
        return await self._page(url, found) if found.kind == "text/html" else {}

    async def _page(self, url: str, found: Fetched) -> Payload:
        tags = _OpenGraph()
        tags.feed(found.data.decode(errors="replace"))
        preview: Payload = {"type": "link", "url": url}
        for name in ("title", "description"):
            if tags.found.get(name):
                preview[name] = tags.found[name]
        if tags.found.get("image"):
            picture: Payload = {"url": urljoin(found.url, tags.found["image"])}
            _measure(picture, await self.fetch(text(picture, "url")))
            preview["thumbnail"] = picture
        return preview if len(preview) > 2 else {}

    async def fetch(self, url: str) -> Fetched | None:
        """Return what is behind an address of this machine, None where nothing can be had."""
        if self._session is None or not _is_local(url):
            return None
        async with self._slots:
            with suppress(aiohttp.ClientError, TimeoutError, ValueError):
                async with self._session.get(url, allow_redirects=False) as response:
                    return await _read(response)
        return None


async def _read(response: aiohttp.ClientResponse) -> Fetched | None:
    if response.status != HTTPStatus.OK:
        return None
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > _LARGEST:
            return None
    return Fetched(str(response.url), response.content_type, bytes(data))


def links_in(message: Message) -> list[str]:
    """Return the addresses in a message that Discord would preview."""
    if message.flags & SUPPRESS_EMBEDS:
        return []
    found = dict.fromkeys(match["url"] for match in _LINK.finditer(message.content))
    return [url for url in found if url and _is_local(url)][:_MOST_LINKS]


def _is_local(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:  # a malformed port or bracket: no address at all
        return False


def _unmeasured(message: Message) -> Iterable[Payload]:
    """Yield the picture objects of embeds and components that have no size yet."""
    found: list[Json] = []
    for embed in message.embeds:
        found += [mapping(embed.get(part)) for part in ("image", "thumbnail")]
    for part in walk(message.components):
        items = [*mappings(part.get("items")), part]
        found += [mapping(item.get("media")) for item in items]
    for picture in found:
        fresh = "width" not in picture and _is_local(text(picture, "url"))
        if fresh and isinstance(picture, dict):
            yield picture


def _measure(picture: Payload, found: Fetched | None) -> None:
    size = None if found is None else found.size
    width_px, height_px = size or (0, 0)
    picture["width"], picture["height"] = width_px, height_px
    picture["loading_state"] = NOT_FOUND if found is None else LOADED
    if found is not None:
        picture["content_type"] = found.kind


class _OpenGraph(HTMLParser):
    """Reads a page's OpenGraph tags and title."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("property") or given.get("name") or ""
        if tag == "meta" and name.startswith("og:"):
            self.found[name.removeprefix("og:")] = given.get("content") or ""
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.found.setdefault("title", data.strip())
            self._in_title = False
