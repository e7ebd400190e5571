"""Reading thumbs: from the host's own address or the public internet, small, and pictures only."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from imgoe_bot.adapters.image_host.thumbs import HostThumbReader
from imgoe_bot.adapters.sources.guarded_http import open_guarded_http
from imgoe_bot.adapters.sources.web import WebReader
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import (
    ImgoeError,
    MediaTooLarge,
    SourceBlocked,
    SourceGone,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.services.ports.media import Thumb
from tests.adapters.conftest import Site
from tests.contracts.stores import item, post, upload_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(500)
LIMIT = 1000


@pytest_asyncio.fixture
async def reader(http: httpx.AsyncClient) -> AsyncIterator[HostThumbReader]:
    async with open_guarded_http() as guarded:
        yield HostThumbReader(http, web=WebReader(guarded))


def _upload(host_url: str, thumb_url: str | None) -> Upload:
    upload = upload_of(post(), item())
    stored = replace(upload.stored, thumb_url=thumb_url)
    return replace(upload, host_url=host_url, stored=stored)


async def test_a_thumb_comes_whole_from_the_host_s_own_address(
    reader: HostThumbReader, site: Site
) -> None:
    site.answer(PNG)

    thumb = await reader.read(_upload(site.url, f"{site.url}/a.th.png"), limit_bytes=LIMIT)

    assert thumb == Thumb("image/png", PNG)
    assert PNG.hex() not in repr(thumb)


async def test_a_host_s_reply_leads_nowhere_inside(reader: HostThumbReader, site: Site) -> None:
    site.answer(PNG)
    inside = _upload("https://host.example", f"{site.url}/a.th.png")

    with pytest.raises(SourceBlocked):
        await reader.read(inside, limit_bytes=LIMIT)

    assert site.paths == []


async def test_the_operator_s_own_host_may_lie_inside_and_no_other(
    http: httpx.AsyncClient, site: Site
) -> None:
    site.answer(PNG)
    upload = _upload(site.url, f"{site.url}/a.th.png")
    async with open_guarded_http() as guarded:
        web = WebReader(guarded)
        own = HostThumbReader(http, web=web, known=(site.url,))
        foreign = HostThumbReader(http, web=web, known=("https://host.example",))

        with pytest.raises(SourceBlocked):
            await foreign.read(upload, limit_bytes=LIMIT)
        assert site.paths == []
        assert (await own.read(upload, limit_bytes=LIMIT)).data == PNG


async def test_a_host_s_redirect_is_not_followed(reader: HostThumbReader, site: Site) -> None:
    async def move(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/elsewhere")

    site.handler = move

    with pytest.raises(SourceUnreachable):
        await reader.read(_upload(site.url, f"{site.url}/a.th.png"), limit_bytes=LIMIT)

    assert site.paths == ["/a.th.png"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"<html>not found</html>", 200, SourceUnreachable),
        (FILM, 200, UnsupportedMedia),
        (b"", 200, SourceUnreachable),
        (PNG * 2, 200, MediaTooLarge),
        (b"", 404, SourceUnreachable),
        (b"", 500, SourceUnreachable),
    ],
)
async def test_what_is_no_small_picture_is_refused(
    reader: HostThumbReader, site: Site, body: bytes, status: int, error: type[ImgoeError]
) -> None:
    site.answer(body, status=status)

    with pytest.raises(error):
        await reader.read(_upload(site.url, f"{site.url}/a.th.png"), limit_bytes=LIMIT)


async def test_a_picture_that_does_not_say_how_large_it_is_is_cut_off(
    reader: HostThumbReader, site: Site
) -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(100):
            await response.write(PNG)
        return response

    site.handler = flood

    with pytest.raises(MediaTooLarge):
        await reader.read(_upload(site.url, f"{site.url}/a.th.png"), limit_bytes=LIMIT)


async def test_an_upload_without_a_thumb_has_none_to_read(reader: HostThumbReader) -> None:
    with pytest.raises(SourceGone):
        await reader.read(_upload("https://host.example", None), limit_bytes=LIMIT)
