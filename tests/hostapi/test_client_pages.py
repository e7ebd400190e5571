"""Whether anybody can see an upload by now is asked of its page, without a key."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from imgoe_bot.errors import BadReply, HostBroken, HostBusy, HostUnreachable, SourceBlocked
from imgoe_bot.hostapi import HostClient, Published
from imgoe_bot.hostapi.wire.viewer_page import PAGE_BYTES
from tests.hostapi.conftest import sample

if TYPE_CHECKING:
    from tests.hostapi.conftest import RawHost, ReplayHost

PATH = "/image/Kitten.q3"
FILES = "https://host.example/images/2026/11/24"


async def _look(host: "ReplayHost", *, path: str = PATH) -> Published | None:
    async with HostClient(host.base_url, key="chv_key", total_s=5) as client:
        return await client.find_published(host.base_url + path)


def _answer(
    host: "ReplayHost", body: bytes | str = b"", *, status: int = 200, **headers: str
) -> None:
    host.answer.status = status
    host.answer.body = body.encode() if isinstance(body, str) else body
    host.answer.headers = headers or {"Content-Type": "text/html; charset=UTF-8"}


def _page(*tags: str) -> str:
    head = "\n".join(("<title>Kitten</title>", '<meta property="og:image:width" content="9">'))
    return f"<!doctype html><html><head>{head}\n{''.join(tags)}</head><body></body></html>"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("v4-viewer.html", Published(picture_url=f"{FILES}/kitten.jpg")),
        ("v4-viewer-video.html", Published(video_url=f"{FILES}/kitten.mp4")),
        ("v3-consent.html", Published()),
    ],
)
async def test_a_page_that_is_shown_tells_its_picture(
    host: "ReplayHost", name: str, told: Published
) -> None:
    host.answer_sample(name)
    assert await _look(host) == told


async def test_a_look_brings_no_key_and_changes_nothing(host: "ReplayHost") -> None:
    host.answer_sample("v4-viewer.html")
    await _look(host)
    assert [(seen.method, seen.path, seen.query) for seen in host.seen] == [("GET", PATH, {})]
    assert "chv_key" not in str(host.seen[0].headers)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_page_that_is_not_shown_tells_nothing_yet(host: "ReplayHost", status: int) -> None:
    _answer(host, sample("v4-viewer.html"), status=status)
    assert await _look(host) is None


@pytest.mark.parametrize("place", ["/login", "https://stranger.example/login", "", "http://["])
async def test_a_page_that_leads_elsewhere_tells_nothing_yet(
    host: "ReplayHost", place: str
) -> None:
    _answer(host, status=302, Location=place)
    assert await _look(host) is None
    assert len(host.seen) == 1


async def test_a_page_that_only_moved_is_looked_at_where_it_went(host: "ReplayHost") -> None:
    looked: list[str] = []

    async def renamed(request: web.Request) -> web.Response:
        looked.append(request.path)
        if len(looked) == 1:
            return web.Response(status=302, headers={"Location": "/video/A-cat.q3"})
        return web.Response(body=sample("v4-viewer.html"), content_type="text/html")

    host.handler = renamed
    assert await _look(host, path="/image/q3") == Published(picture_url=f"{FILES}/kitten.jpg")
    assert looked == ["/image/q3", "/video/A-cat.q3"]


async def test_a_page_that_moves_in_circles_is_left_alone(host: "ReplayHost") -> None:
    looked: list[str] = []

    async def circle(request: web.Request) -> web.Response:
        looked.append(request.path)
        return web.Response(status=302, headers={"Location": f"/image/{len(looked)}.q3"})

    host.handler = circle
    assert await _look(host) is None
    assert len(looked) == 2


@pytest.mark.parametrize("place", ["https://stranger.example", "http://10.0.0.1"])
async def test_a_page_at_a_stranger_is_not_looked_at(host: "ReplayHost", place: str) -> None:
    async with HostClient("https://host.example") as client:
        with pytest.raises(SourceBlocked):
            await client.find_published(host.base_url + PATH)
    _answer(host, status=301, Location=place + PATH)
    with pytest.raises(SourceBlocked):
        await _look(host)
    assert len(host.seen) == 1


@pytest.mark.parametrize(
    ("body", "status", "headers", "error"),
    [
        (sample("v4-maintenance.html"), 200, {}, HostBroken),
        (b"<h1>Back soon</h1>", 200, {}, HostBroken),
        (b"{}", 200, {"Content-Type": "application/json"}, BadReply),
        (sample("v4-viewer.html"), 200, {"Content-Type": "image/svg+xml"}, HostBroken),
        (b"<", 503, {}, HostBroken),
        (b"", 429, {"Retry-After": "7"}, HostBusy),
    ],
)
async def test_any_other_answer_is_the_hosts_error(
    host: "ReplayHost", body: bytes, status: int, headers: Mapping[str, str], error: type[Exception]
) -> None:
    _answer(host, body, status=status, **headers)
    with pytest.raises(error):
        await _look(host)


@pytest.mark.parametrize(
    ("told", "picture"),
    [
        ("/images/a.jpg", "{host}/images/a.jpg"),
        ("a.jpg", "{host}/image/a.jpg"),
        ("//cdn.example/a.jpg", "http://cdn.example/a.jpg"),
        ("https://cdn.example/a.jpg?x=1&amp;y=2", "https://cdn.example/a.jpg?x=1&y=2"),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,AAAA", None),
        ("https://", None),
        ("http://[", None),
        ("", None),
    ],
)
async def test_addresses_are_made_whole_and_none_but_the_webs_are_told(
    host: "ReplayHost", told: str, picture: str | None
) -> None:
    _answer(host, _page(f'<meta property="og:image" content="{told}">'))
    wanted = picture and picture.format(host=host.base_url)
    assert await _look(host) == Published(picture_url=wanted)


async def test_a_film_is_told_beside_its_still(host: "ReplayHost") -> None:
    still = '<meta content="/a.fr.jpg" property="og:image">'
    _answer(host, _page(still, '<META PROPERTY="og:video" CONTENT="/a.mp4">'))
    wanted = Published(f"{host.base_url}/a.fr.jpg", f"{host.base_url}/a.mp4")
    assert await _look(host) == wanted


async def test_the_first_of_several_pictures_counts(host: "ReplayHost") -> None:
    tags = (f'<meta property="og:image" content="/{n}.jpg">' for n in range(3))
    _answer(host, _page(*tags))
    assert await _look(host) == Published(picture_url=f"{host.base_url}/0.jpg")


async def test_of_an_endless_page_only_the_beginning_is_read(host: "ReplayHost") -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        await response.write(_page('<meta property="og:image" content="/a.jpg">').encode())
        while True:
            await response.write(b"<p>" * PAGE_BYTES)

    host.handler = endless
    assert await _look(host) == Published(picture_url=f"{host.base_url}/a.jpg")


async def test_a_host_that_never_answers_is_given_up(raw_host: "RawHost") -> None:
    async def never_answer(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await raw_host.release.wait()

    raw_host.handler = never_answer
    async with HostClient(raw_host.base_url, total_s=0.2) as client:
        with pytest.raises(HostUnreachable):
            await client.find_published(raw_host.base_url + PATH)


@pytest.mark.parametrize("mark", ["<![<![", f'<meta content="&#{"1" * 5000};">'])
async def test_broken_marks_make_another_page_and_no_bug(host: "ReplayHost", mark: str) -> None:
    _answer(host, _page('<meta property="og:video" content="/a.mp4">', mark))
    with pytest.raises(HostBroken):
        await _look(host)
