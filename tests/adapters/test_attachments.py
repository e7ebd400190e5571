"""Reading attachments, over real sockets."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from aiohttp import web

from imgoe_bot.adapters.sources.attachments import AttachmentReader, paced
from imgoe_bot.app.outside import DISCORD_MEDIA_URLS
from imgoe_bot.domain.media import Source
from imgoe_bot.errors import (
    EmptyMedia,
    MediaTooLarge,
    SourceBlocked,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.settings.fields import PluginSettings
from tests.adapters.conftest import Site

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
LIMIT = 4096


@pytest.fixture
def reader(http: httpx.AsyncClient, site: Site) -> AttachmentReader:
    return AttachmentReader(http, bases=(site.url,))


def _source(url: str) -> Source:
    return Source(url=url, filename="cat.png", size_bytes=None)


async def _read(
    reader: AttachmentReader, url: str, *, limit: int = LIMIT, declared: int | None = None
) -> bytes:
    source = replace(_source(url), size_bytes=declared)
    async with reader.open(source, limit_bytes=limit) as media:
        return b"".join([chunk async for chunk in media.chunks])


async def test_the_bytes_come_whole_with_their_true_type_and_size(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PNG, headers={"Content-Type": "text/plain"})

    async with reader.open(_source(f"{site.url}/cat.png"), limit_bytes=LIMIT) as media:
        body = b"".join([chunk async for chunk in media.chunks])

    assert (media.mime, media.size_bytes, media.filename) == ("image/png", len(PNG), "cat.png")
    assert body == PNG


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=a&is=b&hm=c",
        "https://media.discordapp.net/attachments/1/2/cat.png?ex=a&is=b&hm=c",
        "https://images-ext-1.discordapp.net/external/abc/https/pics.example/cat.png",
        "https://images-ext-2.discordapp.net/external/abc/https/pics.example/cat.png",
    ],
)
async def test_discord_is_read_under_each_name_it_shows_pictures_by(
    http: httpx.AsyncClient, url: str
) -> None:
    default = str(PluginSettings.model_fields["discord_cdn_url"].default)

    assert AttachmentReader(http, bases=(default, *DISCORD_MEDIA_URLS)).reads(url)


@pytest.mark.parametrize(
    "foreign",
    [
        "http://127.0.0.1:1/cat.png",
        "{site}.evil.example/cat.png",
        "http://evil.example/?{site}",
        "http://evil.example#{site}",
        "http://{netloc}@evil.example/cat.png",
        "http://evil.example\\@{netloc}/cat.png",
        "https://{netloc}/cat.png",
        "http://user@{netloc}/cat.png",
        "//{netloc}/cat.png",
        "http://127.0.0.1\t:{port}/cat.png",
        "{site}/cat\n.png",
        "file:///etc/passwd",
        "http://[::1/cat.png",
        "",
    ],
)
async def test_no_address_but_the_allowed_ones_is_asked(
    reader: AttachmentReader, site: Site, foreign: str
) -> None:
    netloc = site.url.partition("://")[2]
    url = foreign.format(site=site.url, netloc=netloc, port=netloc.partition(":")[2])

    with pytest.raises(SourceBlocked):
        await _read(reader, url)

    assert site.paths == []


async def test_a_redirect_is_not_followed(reader: AttachmentReader, site: Site) -> None:
    site.answer(b"", status=302, headers={"Location": f"{site.url}/elsewhere"})

    with pytest.raises(SourceUnreachable) as refused:
        await _read(reader, f"{site.url}/cat.png")

    assert refused.value.status == 302
    assert site.paths == ["/cat.png"]


@pytest.mark.parametrize("status", [204, 206, 400, 403, 404, 410, 429, 500, 503])
async def test_no_status_of_discord_s_files_says_that_a_message_is_gone(
    reader: AttachmentReader, site: Site, status: int
) -> None:
    site.answer(b"" if status == 204 else PNG, status=status)

    with pytest.raises(SourceUnreachable) as refused:
        await _read(reader, f"{site.url}/cat.png")

    assert refused.value.status == status
    assert refused.value.retryable


async def test_a_file_that_was_posted_empty_is_said_to_be_so_and_never_asked_for(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(b"", status=404)

    with pytest.raises(EmptyMedia) as refused:
        await _read(reader, f"{site.url}/cat.png", declared=0)

    assert refused.value.filename == "cat.png"
    assert site.paths == []


PAGE = b"<!DOCTYPE html><title>Attention Required!</title>"
ERROR_XML = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>InternalError</Code></Error>"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("body", [b"", PNG[:-1], PNG + b"x", PAGE, b'{"code": 0}', b"error: 1015"])
async def test_what_is_not_as_long_as_discord_declared_is_not_the_file(
    reader: AttachmentReader, site: Site, body: bytes, chunked: bool
) -> None:
    site.answer(body, chunked=chunked)

    with pytest.raises(SourceUnreachable):
        await _read(reader, f"{site.url}/cat.png", declared=len(PNG))


async def test_a_page_that_somebody_posted_is_no_error_page(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PAGE, headers={"Content-Type": "text/html"})

    with pytest.raises(UnsupportedMedia):
        await _read(reader, f"{site.url}/cat.png", declared=len(PAGE))


async def test_a_file_without_a_declared_length_has_the_one_discord_told(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PNG, chunked=True)
    source = replace(_source(f"{site.url}/cat.png"), size_bytes=len(PNG))

    async with reader.open(source, limit_bytes=LIMIT) as media:
        assert media.size_bytes == len(PNG)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "image/png"),
        (PAGE, "image/png"),
        (b"  <html>", "application/octet-stream"),
        (ERROR_XML, "application/octet-stream"),
        (b'{"message": "Internal Server Error"}', "image/png"),
        (b"error code: 1015", "text/plain; charset=UTF-8"),
        (ERROR_XML, "application/xml"),
        (b"oops", "application/json"),
    ],
)
@pytest.mark.parametrize("typed", [False, True])
async def test_a_page_in_place_of_a_picture_whose_size_nobody_told_is_not_the_picture(
    reader: AttachmentReader, site: Site, body: bytes, kind: str, typed: bool
) -> None:
    site.answer(body, headers={"Content-Type": kind})
    source = replace(_source(f"{site.url}/cat.png"), typed=typed)

    with pytest.raises(SourceUnreachable):
        async with reader.open(source, limit_bytes=LIMIT):
            pass


async def test_a_page_that_somebody_links_to_as_a_page_is_no_media(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PAGE, headers={"Content-Type": "text/html"})
    source = Source(f"{site.url}/page.html", "page.html", size_bytes=None, typed=True)

    with pytest.raises(UnsupportedMedia):
        async with reader.open(source, limit_bytes=LIMIT):
            pass


@pytest.mark.parametrize("body", [b"just words", b"<svg xmlns=''/>", b"\x00" * 100, b"\x89PN"])
async def test_what_is_no_media_is_refused_whatever_its_name(
    reader: AttachmentReader, site: Site, body: bytes
) -> None:
    site.answer(body, headers={"Content-Type": "image/png"})

    with pytest.raises(UnsupportedMedia):
        await _read(reader, f"{site.url}/cat.png")


async def test_a_type_is_told_even_when_the_first_bytes_come_one_by_one(
    reader: AttachmentReader, site: Site
) -> None:
    async def dribble(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in PNG[:100]:
            await response.write(bytes([byte]))
        return response

    site.handler = dribble

    assert await _read(reader, f"{site.url}/cat.png") == PNG[:100]


async def test_a_file_as_large_as_the_limit_passes(reader: AttachmentReader, site: Site) -> None:
    site.answer(PNG)

    assert await _read(reader, f"{site.url}/cat.png", limit=len(PNG)) == PNG


async def test_a_declared_size_over_the_limit_is_refused_before_reading(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PNG)

    with pytest.raises(MediaTooLarge) as refused:
        await _read(reader, f"{site.url}/cat.png", limit=len(PNG) - 1)

    assert (refused.value.size_bytes, refused.value.limit_bytes) == (len(PNG), len(PNG) - 1)


async def test_an_undeclared_size_over_the_limit_is_refused_on_the_way(
    reader: AttachmentReader, site: Site
) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(PNG)
        return response

    site.handler = endless

    with pytest.raises(MediaTooLarge) as refused:
        await _read(reader, f"{site.url}/cat.png")

    assert (refused.value.size_bytes, refused.value.limit_bytes) == (None, LIMIT)


async def test_a_small_packed_file_that_unpacks_beyond_the_limit_is_refused(
    reader: AttachmentReader, site: Site
) -> None:
    bomb = gzip.compress(PNG + bytes(10_000_000))
    site.answer(bomb, headers={"Content-Encoding": "gzip"})

    with pytest.raises(MediaTooLarge):
        await _read(reader, f"{site.url}/cat.png", limit=len(bomb) + 1)


async def test_a_body_that_claims_to_be_packed_and_is_not_is_unreachable(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PNG, headers={"Content-Encoding": "gzip"})

    with pytest.raises(SourceUnreachable):
        await _read(reader, f"{site.url}/cat.png")


async def test_a_body_that_breaks_off_is_unreachable_and_never_a_shorter_file(
    reader: AttachmentReader,
    site: Site,
) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(PNG))})
        await response.prepare(request)
        await response.write(PNG[:-100])
        assert request.transport is not None
        request.transport.close()
        return response

    site.handler = cut

    with pytest.raises(SourceUnreachable):
        await _read(reader, f"{site.url}/cat.png")


async def test_a_source_that_does_not_listen_is_unreachable(
    http: httpx.AsyncClient, unused_tcp_port: int
) -> None:
    base = f"http://127.0.0.1:{unused_tcp_port}"
    reader = AttachmentReader(http, bases=(base,))

    with pytest.raises(SourceUnreachable):
        await _read(reader, f"{base}/cat.png")


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_no_http_is_unreachable(http: httpx.AsyncClient, answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(SourceUnreachable):
            await _read(AttachmentReader(http, bases=(url,)), f"{url}/cat.png")


async def test_leaving_early_lets_go_of_the_connection(
    reader: AttachmentReader, site: Site
) -> None:
    left = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(PNG)
        except ConnectionError:
            left.set()
            raise

    site.handler = endless

    async with reader.open(_source(f"{site.url}/cat.png"), limit_bytes=10**9) as media:
        await anext(media.chunks)

    async with asyncio.timeout(10):
        await left.wait()


@pytest.mark.parametrize("drips", [False, True])
async def test_discord_is_not_waited_for_that_takes_a_request_and_does_not_answer(
    http: httpx.AsyncClient, drips: bool
) -> None:
    left = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: " if drips else b"")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing() and not reader.at_eof():
                writer.write(b"x" if drips else b"")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()
        left.set()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        discord = AttachmentReader(http, bases=(url,), answer_s=0.2)
        async with asyncio.timeout(10):
            with pytest.raises(SourceUnreachable):
                await _read(discord, f"{url}/cat.png")
            await left.wait()


async def test_a_time_out_of_whoever_reads_the_bytes_is_its_own(
    reader: AttachmentReader, site: Site
) -> None:
    site.answer(PNG)

    with pytest.raises(TimeoutError):
        async with reader.open(_source(f"{site.url}/cat.png"), limit_bytes=LIMIT):
            raise TimeoutError


async def _trickle(pieces: int, *, every_s: float) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        await asyncio.sleep(every_s)
        yield b"x"


async def test_a_source_that_trickles_is_left_after_a_while() -> None:
    with pytest.raises(SourceUnreachable):
        async for _ in paced(_trickle(1000, every_s=0.01), start_s=0.05):
            pass


async def test_what_the_reader_does_meanwhile_is_not_blamed_on_the_source() -> None:
    read = 0
    async for piece in paced(_trickle(3, every_s=0), start_s=0.05):
        await asyncio.sleep(0.1)
        read += len(piece)

    assert read == 3
