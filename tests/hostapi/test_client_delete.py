"""A delete link is called by us, without following redirects, and only at its own host."""

from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from imgoe_bot.errors import BadReply, HostBroken, ReplyMissing, SettingsRejected, SourceBlocked
from imgoe_bot.hostapi import DeleteLink, HostClient
from imgoe_bot.hostapi.addresses import is_same_site

if TYPE_CHECKING:
    from tests.hostapi.conftest import ReplayHost

PATH = "/image/ZfGd/delete/e8b07479818bc58d3b9849c431e9c2b28827ccce7809ed4f"


async def test_a_redirect_to_deleted_is_success_and_is_not_followed(host: "ReplayHost") -> None:
    host.answer.status, host.answer.headers = 301, {"Location": "/image/ZfGd?deleted"}
    async with HostClient(host.base_url) as client:
        assert await client.delete(DeleteLink(host.base_url + PATH)) is True
    assert [(seen.method, seen.path) for seen in host.seen] == [("GET", PATH)]


async def test_an_upload_that_is_gone_is_no_error(host: "ReplayHost") -> None:
    async def has_but_its_front(request: web.Request) -> web.StreamResponse:
        return web.Response(status=200 if request.path == "/" else 404, text="<h1>")

    host.handler = has_but_its_front
    async with HostClient(host.base_url) as client:
        assert await client.delete(DeleteLink(host.base_url + PATH)) is False


@pytest.mark.parametrize("base", ["", "/pictures"])
async def test_a_proxy_that_has_nothing_at_all_does_not_say_that_an_upload_is_gone(
    host: "ReplayHost", base: str
) -> None:
    host.answer_text("404 page not found", status=404)
    async with HostClient(host.base_url + base) as client:
        with pytest.raises(ReplyMissing) as caught:
            await client.delete(DeleteLink(host.base_url + PATH))
    assert [seen.path for seen in host.seen] == [PATH, f"{base}/"]
    assert caught.value.retryable


async def test_a_host_that_asks_first_is_answered_by_post(host: "ReplayHost") -> None:
    async def asks_first(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.Response(text="<form method=post>", content_type="text/html")
        return web.Response(status=303, headers={"Location": "/image/ZfGd?deleted"})

    host.handler = asks_first
    async with HostClient(host.base_url) as client:
        assert await client.delete(DeleteLink(host.base_url + PATH)) is True


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [(200, b"<h1>Maintenance</h1>", HostBroken), (403, b"", ReplyMissing), (500, b"<", HostBroken)],
)
async def test_any_other_answer_is_the_hosts_error(
    host: "ReplayHost", status: int, body: bytes, error: type[Exception]
) -> None:
    host.answer.status, host.answer.body = status, body
    async with HostClient(host.base_url) as client:
        with pytest.raises(error):
            await client.delete(DeleteLink(host.base_url + PATH))


async def test_a_link_to_a_stranger_is_not_called(host: "ReplayHost") -> None:
    async with HostClient("https://host.example") as client:
        with pytest.raises(SourceBlocked):
            await client.delete(DeleteLink(host.base_url + PATH))
    assert host.seen == []


async def test_a_link_that_only_moved_is_called_where_it_went(host: "ReplayHost") -> None:
    called: list[str] = []

    async def moved(request: web.Request) -> web.StreamResponse:
        called.append(request.path)
        place = request.path + "/" if len(called) == 1 else "/image/ZfGd?deleted"
        return web.Response(status=301, headers={"Location": place})

    host.handler = moved
    async with HostClient(host.base_url) as client:
        assert await client.delete(DeleteLink(host.base_url + PATH)) is True
    assert called == [PATH, PATH + "/"]


@pytest.mark.parametrize("location", ["https://stranger.example", ""])
async def test_a_link_that_moves_to_a_stranger_is_not_followed(
    host: "ReplayHost", location: str
) -> None:
    host.answer.status, host.answer.headers = 301, {"Location": location + PATH}
    async with HostClient(host.base_url) as client:
        with pytest.raises((SourceBlocked, BadReply)):
            await client.delete(DeleteLink(host.base_url + PATH))
    assert len(host.seen) == 1


@pytest.mark.parametrize("location", ["http://[x", "http://a..b/image/ZfGd", "http://h:port/"])
async def test_a_redirect_to_no_address_is_no_deletion(host: "ReplayHost", location: str) -> None:
    host.answer.status, host.answer.headers = 301, {"Location": location}
    async with HostClient(host.base_url) as client:
        with pytest.raises(BadReply):
            await client.delete(DeleteLink(host.base_url + PATH))


async def test_a_redirect_elsewhere_is_no_deletion(host: "ReplayHost") -> None:
    host.answer.status, host.answer.headers = 302, {"Location": "/login?next=deleted-scenes"}
    async with HostClient(host.base_url) as client:
        with pytest.raises(BadReply):
            await client.delete(DeleteLink(host.base_url + PATH))


@pytest.mark.parametrize(
    ("link_host", "base_host", "is_ours"),
    [
        ("host.example", "host.example", True),
        ("HOST.example.", "host.example", True),
        ("cdn.host.example", "host.example", True),
        ("host.example", "www.host.example", True),
        ("allowed.example", "host.example", True),
        ("localhost", "127.0.0.1", True),
        ("example", "host.example", False),
        ("evilhost.example", "host.example", False),
        ("10.0.0.1", "host.example", False),
    ],
)
def test_whose_address_it_is(link_host: str, base_host: str, is_ours: bool) -> None:
    found = is_same_site(f"http://{link_host}/a", f"https://{base_host}", also=("allowed.example",))
    assert found is is_ours


@pytest.mark.parametrize(
    "base",
    [
        "",
        "host.example",
        "ftp://host.example",
        "https://a:b@host.example",
        "https://h.example/?a",
        "http://a..b",
        "http://.",
        "http://.example",
        f"http://{'a' * 64}.example",
        f"http://{'a.' * 126}example",
        "http://h.example:port",
    ],
)
def test_what_is_no_base_address_is_refused(base: str) -> None:
    with pytest.raises(SettingsRejected, match="not-a-url"):
        HostClient(base)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("HTTPS://Host.Example/Path/", "https://host.example/Path"),
        ("http://LOCALHOST:8089", "http://localhost:8089"),
        ("http://host.example./", "http://host.example."),
        ("http://[::1]:80/?", "http://[::1]:80"),
        ("http://under_score.example//", "http://under_score.example"),
    ],
)
def test_a_base_address_is_written_one_way(typed: str, base: str) -> None:
    assert HostClient(typed).base_url == base
