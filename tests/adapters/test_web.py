"""Reading what a person typed: the public internet, nothing inside, over real sockets."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from imgoe_bot.adapters.sources.attachments import AttachmentReader
from imgoe_bot.adapters.sources.guarded_http import open_guarded_http
from imgoe_bot.adapters.sources.web import SourceReader, WebReader
from imgoe_bot.domain.media import Source
from imgoe_bot.errors import (
    MediaTooLarge,
    SourceBlocked,
    SourceGone,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.public_internet import is_public
from imgoe_bot.services.ports.media import MediaReader
from tests.adapters.conftest import Site

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
LIMIT = 4096


@pytest_asyncio.fixture
async def guarded() -> AsyncIterator[WebReader]:
    """As people are served: public addresses only."""
    async with open_guarded_http() as http:
        yield WebReader(http)


@pytest_asyncio.fixture
async def trusting() -> AsyncIterator[WebReader]:
    """A reader for which the test's own address is public, and no other."""
    async with open_guarded_http(lambda address: address == "127.0.0.1") as http:
        yield WebReader(http)


async def _read(reader: MediaReader, url: str, *, limit: int = LIMIT) -> bytes:
    source = Source(url, "cat.png", None, typed=True)
    async with reader.open(source, limit_bytes=limit) as media:
        return b"".join([chunk async for chunk in media.chunks])


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  # an address to refuse, none to bind
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("192.88.99.1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:93.184.215.14", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("2001:0:1::1", False),
        ("2001:db8::1", False),
        ("no address", False),
    ],
)
def test_only_the_public_internet_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0"])
async def test_nothing_inside_is_asked_however_it_is_written(
    guarded: WebReader, site: Site, host: str
) -> None:
    site.answer(PNG)
    port = site.url.rpartition(":")[2]

    with pytest.raises((SourceBlocked, SourceUnreachable)):
        await _read(guarded, f"http://{host}:{port}/cat.png")

    assert site.paths == []


async def test_a_refused_address_is_told_from_one_that_does_not_answer(
    guarded: WebReader, trusting: WebReader, site: Site, unused_tcp_port: int
) -> None:
    with pytest.raises(SourceBlocked) as blocked:
        await _read(guarded, f"{site.url}/cat.png")
    with pytest.raises(SourceUnreachable) as silent:
        await _read(trusting, f"http://127.0.0.1:{unused_tcp_port}/cat.png")

    assert blocked.value.reason == "private-address"
    assert silent.value.site == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/cat.png",
        "file:///etc/passwd",
        "http://user:word@example.com/cat.png",
        "http:///cat.png",
        "http://[::1/cat.png",
        "http://exa\tmple.com/",
        "http://a..b/cat.png",
        "http://./cat.png",
        f"http://{'a' * 64}.example/cat.png",
        "http://example.com:port/cat.png",
        "http://example.com:99999/cat.png",
    ],
)
async def test_what_is_no_plain_web_address_is_refused(trusting: WebReader, url: str) -> None:
    with pytest.raises(SourceBlocked):
        await _read(trusting, url)


async def test_bytes_come_whole_also_after_a_redirect(trusting: WebReader, site: Site) -> None:
    async def move(request: web.Request) -> web.StreamResponse:
        if request.path == "/old":
            raise web.HTTPFound("/new")
        return web.Response(body=PNG)

    site.handler = move

    assert await _read(trusting, f"{site.url}/old") == PNG
    assert site.paths == ["/old", "/new"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:1/",
        "file:///etc/passwd",
        "http://[::1]/",
        "http://[x",
        "http://a..b/",
        "http://127.0.0.1:port/",
    ],
)
async def test_a_redirect_to_somewhere_inside_is_not_followed(
    trusting: WebReader, site: Site, target: str
) -> None:
    site.answer(b"", status=302, headers={"Location": target})

    with pytest.raises(SourceBlocked):
        await _read(trusting, f"{site.url}/old")


async def test_a_circle_of_redirects_ends(trusting: WebReader, site: Site) -> None:
    site.answer(b"", status=302, headers={"Location": "/again"})

    with pytest.raises(SourceBlocked) as refused:
        await _read(trusting, f"{site.url}/again")

    assert refused.value.reason == "redirect"
    assert len(site.paths) == 5


async def test_size_and_type_are_held_to_as_for_an_attachment(
    trusting: WebReader, site: Site
) -> None:
    site.answer(PNG)
    with pytest.raises(MediaTooLarge):
        await _read(trusting, f"{site.url}/cat.png", limit=len(PNG) - 1)
    site.answer(b"<html>")
    with pytest.raises(UnsupportedMedia):
        await _read(trusting, f"{site.url}/cat.png")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 451])
async def test_a_file_that_its_site_does_not_have_or_refuses_is_asked_for_no_more(
    trusting: WebReader, site: Site, status: int
) -> None:
    site.answer(b"", status=status)
    with pytest.raises(SourceGone) as gone:
        await _read(trusting, f"{site.url}/cat.png")
    assert gone.value.site == "127.0.0.1"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_a_site_that_hands_over_nothing_for_now_says_with_which_status(
    trusting: WebReader, site: Site, status: int
) -> None:
    site.answer(b"", status=status)
    with pytest.raises(SourceUnreachable) as refused:
        await _read(trusting, f"{site.url}/cat.png")
    assert (refused.value.status, refused.value.site) == (status, "127.0.0.1")


async def test_a_name_that_no_site_has_is_told_from_a_site_that_is_silent(
    guarded: WebReader,
) -> None:
    with pytest.raises(SourceUnreachable) as unknown:
        await _read(guarded, "http://nowhere.invalid/cat.png")
    assert unknown.value.facts == {"site": "nowhere.invalid", "reason": "unknown-name"}


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n\x89PNG\r\n\x1a\n",
        b"",
    ],
)
async def test_what_is_no_whole_answer_is_none(trusting: WebReader, answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(SourceUnreachable) as broken:
            await _read(trusting, f"http://127.0.0.1:{port}/cat.png")

    assert broken.value.site == "127.0.0.1"


async def test_bytes_come_uncompressed_or_not_at_all(trusting: WebReader, site: Site) -> None:
    asked: list[str] = []

    async def packed(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers["Accept-Encoding"])
        body = gzip.compress(PNG + bytes(64 * 1024 * 1024))
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    site.handler = packed
    with pytest.raises(SourceBlocked) as refused:
        await _read(trusting, f"{site.url}/cat.png")

    assert (refused.value.reason, asked) == ("compressed", ["identity"])


async def test_what_the_reader_of_the_bytes_raises_is_its_own(
    trusting: WebReader, site: Site
) -> None:
    site.answer(PNG)
    source = Source(f"{site.url}/cat.png", "cat.png", None, typed=True)
    with pytest.raises(ValueError, match="mine"):
        async with trusting.open(source, limit_bytes=LIMIT):
            raise ValueError("mine")


async def test_a_site_cannot_set_cookies(trusting: WebReader, site: Site) -> None:
    sent: list[str | None] = []

    async def setting(request: web.Request) -> web.Response:
        sent.append(request.headers.get("Cookie"))
        return web.Response(body=PNG, headers={"Set-Cookie": "person=1; Path=/"})

    site.handler = setting

    for _ in range(2):
        await _read(trusting, f"{site.url}/cat.png")

    assert sent == [None, None]


async def test_where_addresses_are_switched_off_only_discords_own_are_read(
    http: httpx.AsyncClient, site: Site, trusting: WebReader
) -> None:
    site.answer(PNG)
    attachments = AttachmentReader(http, bases=("http://127.0.0.1:1",))

    with pytest.raises(SourceBlocked):
        await _read(SourceReader(attachments, web=None), f"{site.url}/cat.png")

    own = AttachmentReader(http, bases=(site.url,))
    assert await _read(SourceReader(own, web=None), f"{site.url}/cat.png") == PNG
    assert await _read(SourceReader(attachments, web=trusting), f"{site.url}/cat.png") == PNG


async def test_an_address_that_nobody_typed_never_goes_to_the_web(
    http: httpx.AsyncClient, site: Site, trusting: WebReader
) -> None:
    reader = SourceReader(AttachmentReader(http, bases=("http://127.0.0.1:1",)), web=trusting)

    with pytest.raises(SourceBlocked):
        async with reader.open(Source(f"{site.url}/a.png", "a.png", None), limit_bytes=LIMIT):
            pass
